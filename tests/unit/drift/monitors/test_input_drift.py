"""Distances of inputs from those of a year before."""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from data.panel.sales_panel import SalesPanel, SeriesIndex
from drift.monitors.input_drift import COLUMNS, InputWindows, distance_limits, distance_tests, input_windows

RNG = np.random.default_rng(1)
SERIES = SeriesIndex.from_labels([1, 1, 1, 1], [1, 2, 3, 4])


def panel(n_days: int = 700, growth: float = 1.0) -> SalesPanel:
    rate = 20 * growth ** (np.arange(n_days) / 364)
    return SalesPanel(RNG.poisson(rate, (4, n_days)).astype(np.float32), np.datetime64("2015-01-01"), SERIES)


def test_distances_are_scipy_s_in_deviations_of_the_reference() -> None:
    windows = InputWindows(RNG.gamma(2, 5, (300, 9)), RNG.gamma(3, 4, (400, 9)))
    expected = [
        wasserstein_distance(new, old) / old.std()
        for new, old in zip(windows.current.T, windows.reference.T, strict=True)
    ]
    np.testing.assert_allclose(windows.distances, expected, rtol=1e-9)


def test_unknown_values_are_left_out() -> None:
    current, reference = RNG.normal(0, 1, (50, 9)), RNG.normal(0, 1, (60, 9))
    with_gaps = np.concatenate([current, np.full((20, 9), np.nan)])
    np.testing.assert_allclose(
        InputWindows(with_gaps, reference).distances, InputWindows(current, reference).distances
    )
    assert np.isnan(InputWindows(np.full((5, 9), np.nan), reference).distances).all()


def test_a_reference_that_does_not_vary_gives_no_distance() -> None:
    current, reference = RNG.normal(50, 9, (50, 9)), RNG.normal(50, 9, (60, 9))
    reference[:, COLUMNS.index("lag_1")] = 0
    windows = InputWindows(current, reference)
    assert np.flatnonzero(np.isnan(windows.distances)).tolist() == [COLUMNS.index("lag_1")]
    assert "lag_1" not in {test.group for test in distance_tests(windows, np.ones(9), 0.1)}


def test_weeks_closed_a_year_before_are_no_drift_and_set_no_limit() -> None:
    sales = panel(n_days=1300)
    limits = distance_limits(sales, 28, 120)
    reopened = slice(1300 - 364 - 28 - 31, 1300 - 364)  # and the 30 days which the features of a window see
    sales.sales[:, reopened] = 0
    windows = input_windows(sales, sales.n_days - 1, 28)
    assert windows is not None
    assert not any(test.found for test in distance_tests(windows, limits, 0.1))
    of_units = [COLUMNS.index(name) for name in ("lag_1", "lag_7", "lag_30", "sales")]
    np.testing.assert_array_less(distance_limits(sales, 28, 120)[of_units], 100)


def test_the_reference_is_the_same_weekdays_a_year_before_scaled_by_growth() -> None:
    grown = panel(growth=1.5)
    windows = input_windows(grown, grown.n_days - 1, 28)
    assert windows is not None
    sales = COLUMNS.index("sales")
    assert windows.reference[:, sales].mean() == pytest.approx(windows.current[:, sales].mean(), rel=0.05)
    weekday = COLUMNS.index("dayofweek")
    np.testing.assert_array_equal(windows.reference[:, weekday], windows.current[:, weekday])


def test_without_a_year_and_eight_weeks_before_it_a_window_has_no_reference() -> None:
    assert input_windows(panel(364 + 56 + 27), 364 + 56 + 26, 28) is None
    assert input_windows(panel(364 + 56 + 28), 364 + 56 + 27, 28) is not None


def test_growth_alone_stays_below_limits_of_weeks_without_drift() -> None:
    grown = panel(n_days=1300, growth=1.3)
    limits = distance_limits(grown, 28, 100)
    windows = input_windows(grown, grown.n_days - 1, 28)
    assert windows is not None
    assert not any(test.found for test in distance_tests(windows, limits, 0.1))
    grown.sales[:, -28:] *= 1.5
    moved = input_windows(grown, grown.n_days - 1, 28)
    assert moved is not None
    found = {test.group for test in distance_tests(moved, limits, 0.1) if test.found}
    assert "sales" in found
    assert found.isdisjoint({"day", "dayofweek", "is_weekend"})


@pytest.mark.parametrize("days", [slice(-100, None), slice(0, -200)])
def test_a_series_that_ended_or_began_since_is_no_drift_of_the_others(days: slice) -> None:
    sales = panel(n_days=1300)
    sales.sales[:] *= np.array([[3], [2], [1], [0.5]])
    limits = distance_limits(sales, 28, 100)
    sales.sales[0, days] = np.nan
    windows = input_windows(sales, sales.n_days - 1, 28)
    assert windows is not None
    assert not any(test.found for test in distance_tests(windows, limits, 0.1))


def test_without_a_limit_nothing_is_found() -> None:
    limits = distance_limits(panel(), 28, 20)
    assert np.isnan(limits).all()
    windows = InputWindows(np.full((5, 9), 9.0), RNG.normal(0, 1, (60, 9)))
    assert not any(test.found for test in distance_tests(windows, limits, 0.1))
