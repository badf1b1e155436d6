"""models.components.weekday_change: new weekday patterns, and nothing in calm sales."""

import numpy as np
import pytest

from data.panel.series_index import SeriesIndex
from models.components.weekday_change import NEVER, WeekdayChange, find_weekday_change

START = np.datetime64("2024-01-01", "D")  # a Monday
PATTERN = np.array([0.8, 0.9, 0.9, 1.0, 1.1, 1.2, 1.1])
NEW = np.roll(PATTERN, 3)
SERIES = SeriesIndex.from_labels(np.repeat([1, 2], 10).tolist(), list(range(10)) * 2)
N_WEEKS = 110


def sold(seed: int, new_weeks: dict[int, int] | None = None) -> np.ndarray:
    """Poisson sales of two stores; `new_weeks` of a store have the new pattern."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(5, 60, 20)[:, None] * (1 + 0.3 * np.sin(np.arange(7 * N_WEEKS) / 58))
    pattern = np.tile(PATTERN, (20, N_WEEKS))
    for store, weeks in (new_weeks or {}).items():
        pattern[rows_of(store), -7 * weeks :] = np.tile(NEW, weeks)
    return np.asarray(rng.poisson(level * pattern), float)


def rows_of(store: int) -> np.ndarray:
    return np.flatnonzero(np.array(SERIES.stores) == store)


def first_day(weeks: int) -> int:
    return int(START.astype(np.int64)) + 7 * (N_WEEKS - weeks)


@pytest.mark.parametrize("seed", range(5))
def test_calm_sales_have_no_change(seed: int) -> None:
    assert (find_weekday_change(sold(seed), START, SERIES).day == NEVER).all()


@pytest.mark.parametrize("weeks", [3, 8, 30])
def test_a_new_pattern_of_all_stores_is_found_with_its_first_day(weeks: int) -> None:
    change = find_weekday_change(sold(1, {1: weeks, 2: weeks}), START, SERIES)
    assert np.abs(change.day - first_day(weeks)).max() <= 7
    np.testing.assert_allclose(change.factor, np.tile(NEW / PATTERN, (20, 1)), atol=0.12)


def test_a_change_of_one_store_is_its_own() -> None:
    change = find_weekday_change(sold(1, {2: 12}), START, SERIES)
    assert (change.day[rows_of(1)] == NEVER).all()
    assert (change.day[rows_of(2)] == first_day(12)).all()


def test_older_sales_take_the_new_pattern_and_newer_ones_stay() -> None:
    sales = sold(1, {1: 10, 2: 10})
    adjusted = find_weekday_change(sales, START, SERIES).applied(sales, START, np.arange(20))
    np.testing.assert_array_equal(adjusted[:, -70:], sales[:, -70:])
    share = adjusted[:, :-70].sum(0).reshape(-1, 7).mean(0)
    np.testing.assert_allclose(share / share.mean(), NEW / NEW.mean(), atol=0.05)
    assert adjusted.sum() == pytest.approx(sales.sum(), rel=0.02)


def test_a_week_that_does_not_start_on_a_monday_is_aligned() -> None:
    sales = sold(1, {1: 10, 2: 10})[:, 3:]
    change = find_weekday_change(sales, START + 3, SERIES)
    np.testing.assert_allclose(change.factor, np.tile(NEW / PATTERN, (20, 1)), atol=0.08)


def test_unknown_series_and_unknown_days_stay_as_they_are() -> None:
    change = WeekdayChange(np.array([first_day(2), NEVER]), np.full((2, 7), 2.0))
    sales = np.array([[1.0, np.nan], [1.0, 1.0], [1.0, 1.0]])
    applied = change.applied(sales, START, np.array([0, 1, -1]))
    np.testing.assert_array_equal(applied, [[2.0, np.nan], [1.0, 1.0], [1.0, 1.0]])


def test_a_short_history_or_one_without_sales_has_no_change() -> None:
    assert (find_weekday_change(sold(1)[:, :180], START, SERIES).day == NEVER).all()
    assert (find_weekday_change(np.zeros((20, 700)), START, SERIES).day == NEVER).all()
    assert (find_weekday_change(np.full((20, 700), np.nan), START, SERIES).day == NEVER).all()


def test_closed_weekdays_are_left_out() -> None:
    sales = sold(1, {1: 10, 2: 10})
    sales[:, 6::7] = np.nan
    change = find_weekday_change(sales, START, SERIES)
    assert (change.day == first_day(10)).all()
    assert (change.factor[:, 6] == 1).all()
