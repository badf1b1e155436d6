"""Gross faults."""

import numpy as np
import pytest

from data.panel.sales_panel import SeriesIndex
from drift.detector import gross_faults as gross
from drift.detector.group_shifts import Groups
from drift.detector.windows import Windows

GROUPS = Groups.of(SeriesIndex.from_labels([1, 1, 2, 2], [1, 2, 1, 2]))


def windows(sold: list[list[float]], expected: float = 50.0) -> Windows:
    rows = np.array(sold, float)
    week = np.ones((len(rows), 7))
    return Windows(28, np.arange(len(rows)), rows, np.full(rows.shape, expected), week, week)


def test_a_store_that_sells_nothing_is_a_fault() -> None:
    closed, total = gross.faults(windows([[50, 50, 0, 0]]), GROUPS, gross.WIDEST_LIMIT)[0]
    assert closed > 1
    assert total < 1


def test_a_store_with_a_low_forecast_is_not_tested() -> None:
    assert np.isnan(gross.faults(windows([[4, 4, 0, 0]], expected=4.0), GROUPS, 1.0)).all()


@pytest.mark.parametrize(("factor", "is_fault"), [(0.5, True), (0.7, False), (1.6, False), (2.6, True)])
def test_a_total_is_a_fault_when_it_halves_or_more_than_doubles(factor: float, is_fault: bool) -> None:
    found = gross.faults(windows([[50 * factor] * 4]), GROUPS, gross.NARROWEST_LIMIT)
    assert (found[0, 1] > 1) == is_fault


@pytest.mark.parametrize("expected", [0.0, 4.0])
@pytest.mark.parametrize(("each", "is_fault"), [(3, False), (12, False), (13, True)])
def test_high_sales_with_a_low_forecast_are_a_fault(expected: float, each: float, is_fault: bool) -> None:
    found = gross.faults(windows([[each] * 4], expected), GROUPS, gross.NARROWEST_LIMIT)
    assert (found[0, 1] > 1) == is_fault


def test_an_unusual_past_week_does_not_widen_the_limit() -> None:
    steady = [[50.0, 51, 49, 52 + k % 5] for k in range(30)]
    assert gross.limit(windows([*steady, [0.1] * 4])) == gross.limit(windows(steady)) == gross.NARROWEST_LIMIT


def test_noisy_totals_widen_the_limit_up_to_a_bound() -> None:
    swings = [[50 * factor] * 4 for factor in (0.2, 0.4, 1, 2, 4)]
    assert gross.limit(windows(swings)) == gross.WIDEST_LIMIT
