"""Scores against the formulas written out as loops over series and days."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.evaluation import scores
from models.evaluation.scorecard import STEPS, Scorecard, Trial
from models.evaluation.scores import SIZES, Array

shapes = st.tuples(st.integers(1, 5), st.integers(1, 12))
sold = st.sampled_from([0.0, 0.0, 1.0, 2.5, 7.0, 40.0, math.nan])
forecast_sales = st.one_of(st.just(0.0), st.just(math.nan), st.floats(0, 60, width=32))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Array, Array]:
    shape = draw(shapes)
    return draw(arrays(np.float64, shape, elements=sold)), draw(
        arrays(np.float64, shape, elements=forecast_sales)
    )


def known(actual: Array, forecast: Array) -> Iterator[tuple[float, float]]:
    for series in range(len(actual)):
        for day in range(actual.shape[1]):
            a, f = float(actual[series, day]), float(forecast[series, day])
            if not math.isnan(a) and not math.isnan(f):
                yield a, f


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def same(one: float, other: float) -> bool:
    return one == pytest.approx(other, rel=1e-9, abs=1e-9, nan_ok=True)


@given(pairs())
def test_scores_are_their_formulas(pair: tuple[Array, Array]) -> None:
    days = list(known(*pair))
    total = sum(a for a, _ in days)
    assert scores.known_days(*pair) == len(days)
    assert scores.zero_days(*pair) == sum(a <= 0 for a, _ in days)
    assert same(scores.mae(*pair), mean([abs(f - a) for a, f in days]))
    assert same(scores.rmse(*pair), math.sqrt(mean([(f - a) ** 2 for a, f in days])))
    assert same(scores.mape(*pair), mean([100 * abs(f - a) / a for a, f in days if a > 0]))
    assert same(scores.smape(*pair), mean([200 * abs(f - a) / (f + a) if f + a else 0.0 for a, f in days]))
    assert same(scores.wape(*pair), 100 * sum(abs(f - a) for a, f in days) / total if total else math.nan)
    assert same(scores.bias(*pair), 100 * sum(f - a for a, f in days) / total if total else math.nan)


@given(pairs(), st.floats(0, 5))
def test_coverage_counts_actuals_inside(pair: tuple[Array, Array], half_width: float) -> None:
    actual, middle = pair
    inside = [f - half_width <= a <= f + half_width for a, f in known(*pair)]
    covered = scores.coverage(actual, middle - half_width, middle + half_width)
    assert same(covered, 100 * mean([float(is_inside) for is_inside in inside]))


@given(pairs(), arrays(np.float64, st.tuples(st.just(5), st.integers(1, 30)), elements=sold))
def test_scaled_scores_are_their_formulas(pair: tuple[Array, Array], long_history: Array) -> None:
    actual, forecast = pair
    history = long_history[: len(actual)]
    absolute, squared = [], []
    for row in range(len(actual)):
        errors = [f - a for a, f in known(actual[row : row + 1], forecast[row : row + 1])]
        weekly = [abs(step) for step in differences(list(history[row]), 7)]
        daily = [step**2 for step in differences(list(history[row]), 1)]
        if errors and len(weekly) >= 5 and mean(weekly) > 0:
            absolute.append(mean([abs(error) for error in errors]) / mean(weekly))
        if errors and len(daily) >= 5 and mean(daily) > 0:
            squared.append(math.sqrt(mean([error**2 for error in errors]) / mean(daily)))
    assert same(scores.mase(actual, forecast, scores.naive_scale(history)), mean(absolute))
    assert same(scores.rmsse(actual, forecast, scores.step_scale(history)), mean(squared))


def differences(sales: list[float], lag: int) -> list[float]:
    first = next((day for day, units in enumerate(sales) if units > 0), len(sales))
    steps = [sales[day] - sales[day - lag] for day in range(first + lag, len(sales))]
    return [step for step in steps if not math.isnan(step)]


@given(pairs())
def test_groups_of_a_scorecard_hold_each_known_day_once(pair: tuple[Array, Array]) -> None:
    actual, forecast = pair
    card = Scorecard.of(Trial.of(actual, forecast, history=np.nan_to_num(actual)))
    assert sum(group.days for group in card.by_seller_size.values()) == card.overall.days
    assert sum(group.days for group in card.by_step.values()) == card.overall.days
    assert list(card.by_seller_size) == [name for name in SIZES if name in card.by_seller_size]
    assert len(card.by_step) == sum(first <= actual.shape[1] for first, _ in STEPS)


@given(pairs(), pairs())
def test_a_joined_trial_scores_all_days_together(
    one: tuple[Array, Array], other: tuple[Array, Array]
) -> None:
    n_days = min(one[0].shape[1], other[0].shape[1])
    cut = [(actual[:, :n_days], forecast[:, :n_days]) for actual, forecast in (one, other)]
    joined = Trial.joined([Trial.of(actual, forecast, history=actual) for actual, forecast in cut])
    days = [pair for part in cut for pair in known(*part)]
    assert same(joined.scores().mae, mean([abs(f - a) for a, f in days]))
