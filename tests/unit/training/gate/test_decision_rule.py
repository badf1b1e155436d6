"""The gate on scorecards made by hand: what it promotes, what it keeps, and what it says."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from data.panel.series_index import SeriesIndex
from training.gate.decision_rule import DailyScorecard, GateDecision, GateParams, decide

SERIES = SeriesIndex.from_labels([1, 1, 2], [1, 2, 1])
FIRST = np.datetime64("2017-12-25")
DAYS = 7
ACTUAL = np.full((3, DAYS), 100.0)
PARAMS = GateParams()


def card(error: NDArray[np.float64] | float, actual: NDArray[np.float64] = ACTUAL) -> DailyScorecard:
    """Of a forecast that is too high by `error`, for all or (n_series, n_days)."""
    return DailyScorecard.of(SERIES, FIRST, actual, ACTUAL + error)


def judged(champion: NDArray[np.float64] | float, challenger: NDArray[np.float64] | float) -> GateDecision:
    return decide(card(champion), card(challenger), PARAMS)


def noise(scale: float, seed: int) -> NDArray[np.float64]:
    return np.asarray(np.random.default_rng(seed).normal(0, scale, ACTUAL.shape))


def test_a_clearly_better_challenger_is_promoted_and_the_figures_are_given() -> None:
    decision = judged(20 + noise(1, 1), 10 + noise(1, 2))
    assert decision.promote
    assert "7 days to 2017-12-31" in decision.reasons[0]
    assert "50.1 % better: WAPE 9.99 %, champion 20.04 %" in decision.reasons[0]


def test_the_champion_stays_when_scores_tie() -> None:
    decision = judged(10, 10)
    assert not decision.promote
    assert "as accurate" in decision.reasons[0]


def test_a_worse_challenger_is_not_promoted() -> None:
    decision = judged(10, 12)
    assert not decision.promote
    assert "20.0 % worse" in decision.reasons[0]


def test_a_gain_within_noise_keeps_the_champion() -> None:
    one_good_day = np.full(ACTUAL.shape, 10.0)
    one_good_day[:, 3], one_good_day[:, 4] = 5, 10.1
    decision = judged(10, one_good_day)
    assert not decision.promote
    assert "7.0 % better" in decision.reasons[0]
    assert "statistically significant: kept" in decision.reasons[1]


def test_the_same_gain_every_day_is_statistically_significant() -> None:
    assert judged(10, 9.8).promote


def test_a_gain_under_one_percent_is_a_tie() -> None:
    assert not judged(10, 9.95).promote


def test_a_day_that_is_hard_for_both_is_no_noise() -> None:
    hard = np.tile([0.0, 0, 300, 0, 0, 0, 0], (3, 1))
    assert judged(12 + hard, 11 + hard).promote


def test_a_challenger_that_makes_one_store_worse_is_refused_by_name() -> None:
    second_store_worse = np.array([[5.0], [5.0], [10.6]]) * np.ones(DAYS)
    decision = judged(10, second_store_worse)
    assert not decision.promote
    assert decision.reasons[1] == (
        "The error of store 2 would be 74.2 units instead of 70.0, over 5 % more: kept."
    )


def test_a_champion_without_any_error_stays_without_a_division_by_zero() -> None:
    decision = judged(0, 1)
    assert not decision.promote
    assert not any("nan" in reason for reason in decision.reasons)
    assert not judged(0, 0).promote


def test_a_thousand_worse_stores_make_a_short_reason() -> None:
    series = SeriesIndex.from_labels(list(range(1000)), [1] * 1000)
    actual = np.full((1000, DAYS), 100.0)
    better = np.full((1000, 1), 20.0)
    better[500:] = 11.0
    before = DailyScorecard.of(series, FIRST, actual, actual + np.where(better > 15, 20, 10))
    after = DailyScorecard.of(series, FIRST, actual, actual + np.where(better > 15, 1, 11))
    decision = decide(before, after, PARAMS)
    assert not decision.promote
    assert len("".join(decision.reasons)) < 1000
    assert "So would 495 other stores." in decision.reasons


def test_a_store_may_lose_a_little() -> None:
    assert judged(10, np.array([[5.0], [5.0], [10.4]]) * np.ones(DAYS)).promote


def test_a_challenger_that_wins_by_forecasting_too_little_is_refused() -> None:
    """Where most days are zero the median is zero: WAPE alone would promote a forecast of nothing."""
    sparse = np.tile([0.0, 0, 0, 0, 0, 0, 7], (3, 1))
    champion = DailyScorecard.of(SERIES, FIRST, sparse, np.full(sparse.shape, 1.0))
    nothing = DailyScorecard.of(SERIES, FIRST, sparse, np.full(sparse.shape, 0.2))
    assert nothing.wape < champion.wape
    decision = decide(champion, nothing, GateParams(noise_margin=0))
    assert not decision.promote
    assert "total would be 80.0 % too low" in decision.reasons[1]


def test_a_total_may_be_further_off_where_the_days_gain_more_than_that() -> None:
    sign = np.where(np.arange(DAYS) % 2, 1.0, -1.0) * np.ones((3, 1))
    decision = judged(40 * sign, np.full(ACTUAL.shape, 15.0))
    assert decision.promote
    assert abs(card(15).bias) > abs(card(40 * sign).bias) + 5


def test_without_any_sale_there_is_nothing_to_decide_on() -> None:
    unknown = np.full(ACTUAL.shape, np.nan)
    decision = decide(card(5, unknown), card(1, unknown), PARAMS)
    assert not decision.promote
    assert "Nothing was sold" in decision.reasons[0]


def test_unknown_days_count_in_neither_error_nor_sales() -> None:
    actual = ACTUAL.copy()
    actual[0, 0] = np.nan
    scored = card(10, actual)
    assert scored.sold.sum() == 100 * (3 * DAYS - 1)
    assert scored.wape == pytest.approx(10)


def test_a_scorecard_tells_overall_days_and_stores_in_plain_values() -> None:
    saved = json.loads(json.dumps(card(np.array([[10.0], [10.0], [20.0]])).to_json(), allow_nan=False))
    assert saved["wape"] == saved["bias"] == pytest.approx(40 / 3, abs=1e-3)
    assert saved["wape_by_store"] == {"1": 10, "2": 20}
    assert list(saved["wape_by_day"]) == [f"2017-12-{day}" for day in range(25, 32)]
