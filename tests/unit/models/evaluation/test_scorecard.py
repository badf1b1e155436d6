"""Scorecards: which days are in which group."""

import json

import numpy as np
import pytest

from models.evaluation.scorecard import Scorecard, Trial

RNG = np.random.default_rng(5)
HISTORY = RNG.poisson([[2.0], [20.0], [200.0]], (3, 60)).astype(float)
ACTUAL = RNG.poisson([[2.0], [20.0], [200.0]], (3, 90)).astype(float)


def bounds(lower: float, upper: float) -> np.ndarray:
    """The same 80 % interval everywhere, no 95 %."""
    of_day = np.array([lower, upper, np.nan, np.nan])
    return np.broadcast_to(of_day, (*ACTUAL.shape, 4))


def test_groups_are_scored_on_their_own_rows_and_steps() -> None:
    forecast = ACTUAL.copy()
    forecast[2, :7] += 10
    card = Scorecard.of(Trial.of(ACTUAL, forecast, HISTORY))
    assert card.by_seller_size["high"].mae == pytest.approx(70 / 90)
    assert card.by_seller_size["low"].mae == 0
    assert card.by_step["1-7"].mae == pytest.approx(10 / 3)
    assert card.by_step["8-28"].mae == 0


def test_coverage_is_measured_where_there_are_bounds() -> None:
    card = Scorecard.of(Trial.of(ACTUAL, ACTUAL, HISTORY, bounds(0, 50)))
    assert card.by_seller_size["low"].coverage_80 == 100
    assert card.by_seller_size["high"].coverage_80 == 0
    assert np.isnan(card.overall.coverage_95)


def test_a_fold_without_bounds_does_not_count_for_coverage() -> None:
    with_bounds = Trial.of(ACTUAL, ACTUAL, HISTORY, bounds(0, 1e6))
    without = Trial.of(ACTUAL, ACTUAL, HISTORY)
    assert Trial.joined([with_bounds, without]).scores().coverage_80 == 100


def test_a_short_horizon_has_the_steps_it_reaches() -> None:
    card = Scorecard.of(Trial.of(ACTUAL[:, :10], ACTUAL[:, :10], HISTORY))
    assert list(card.by_step) == ["1-7", "8-28"]
    assert card.by_step["8-28"].days == 9


def test_json_writes_what_was_not_measured_as_null() -> None:
    card = Scorecard.of(Trial.of(ACTUAL, ACTUAL, HISTORY)).to_json()
    assert json.loads(json.dumps(card, allow_nan=False))["overall"]["coverage_80"] is None
    assert card["overall"]["days"] == 270
