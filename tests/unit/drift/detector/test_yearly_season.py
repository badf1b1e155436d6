"""Shifts that return every year."""

import numpy as np
import pytest

from data.dates.calendar_days import YEAR_DAYS
from drift.detector.yearly_season import YearlySeason

ENDS = np.arange(500, 500 + 7 * 156, 7)
YEARLY = 0.2 * np.sin(2 * np.pi * ENDS / YEAR_DAYS)


def test_a_shift_that_returns_each_year_is_expected_again() -> None:
    memory = YearlySeason.fit(0, ENDS, YEARLY)
    assert memory.returning > 0.75
    next_year = ENDS[-52:] + YEAR_DAYS
    assert memory.expected(next_year) == pytest.approx(YEARLY[-52:], abs=0.06)


def test_shifts_that_do_not_return_are_not_expected() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, len(ENDS))
    assert YearlySeason.fit(0, ENDS, noise).returning < 0.25


def test_a_year_of_weeks_is_too_little_to_expect_anything() -> None:
    memory = YearlySeason.fit(0, ENDS[:52], YEARLY[:52])
    assert memory.returning == 0
    assert memory.expected(ENDS[:52] + YEAR_DAYS).tolist() == [0] * 52


def test_an_unusual_week_widens_only_its_neighbours_of_the_next_year() -> None:
    shifts = np.zeros(len(ENDS))
    shifts[100] = -0.4
    memory = YearlySeason.fit(0, ENDS, shifts)
    after = ENDS[98:103] + YEAR_DAYS
    assert memory.largest(after, fitting=False).tolist() == [0, 0.4, 0.4, 0.4, 0]


def test_later_years_count_only_while_fitting() -> None:
    shifts = np.zeros(len(ENDS))
    shifts[100] = 0.4
    memory = YearlySeason.fit(0, ENDS, shifts)
    before = ENDS[[100]] - YEAR_DAYS
    assert memory.largest(before, fitting=False).tolist() == [0]
    assert memory.largest(before, fitting=True).tolist() == [0.4]


def test_a_season_is_known_once_history_contains_it() -> None:
    memory = YearlySeason.fit(1000, ENDS + 1000, YEARLY)
    assert memory.is_known(np.array([1390, 1391])).tolist() == [False, True]


def test_a_shift_that_is_expected_again_is_not_unusual() -> None:
    memory = YearlySeason.fit(0, ENDS, YEARLY)
    peak = ENDS[[int(YEARLY[-52:].argmax()) + len(ENDS) - 52]] + YEAR_DAYS
    assert memory.largest(peak, fitting=False)[0] < 0.5 * YEARLY.max()
