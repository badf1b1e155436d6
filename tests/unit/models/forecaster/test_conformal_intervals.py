"""models.forecaster.conformal_intervals: coverage, one-sidedness and width."""

import numpy as np
import pytest

from models.forecaster.conformal_intervals import fit_intervals, poisson_bounds
from models.storage.forecast_table import COVERAGE_LEVELS

ROWS = np.arange(30)


def fold(seed: int, scale: float = 1.0, level: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    """Forecasts of 30 series over 90 days and overdispersed actuals around them."""
    rng = np.random.default_rng(seed)
    forecast = level * np.geomspace(0.2, 5, 30)[:, None] * np.ones(90)
    return forecast, rng.poisson(forecast * rng.gamma(4, scale / 4, forecast.shape)).astype(float)


def coverage(bounds: np.ndarray, actual: np.ndarray, level: int) -> float:
    lower, upper = (bounds[:, :, 2 * COVERAGE_LEVELS.index(level) + side] for side in (0, 1))
    return float(np.mean((actual >= lower) & (actual <= upper)))


@pytest.mark.parametrize("level", COVERAGE_LEVELS)
def test_coverage_of_new_days_is_the_coverage_level(level: int) -> None:
    intervals = fit_intervals([fold(seed) for seed in range(3)])
    assert intervals is not None
    forecast, actual = fold(99)
    assert coverage(intervals.bounds(forecast, ROWS), actual, level) == pytest.approx(level / 100, abs=0.03)


def test_small_and_large_sellers_are_covered_alike() -> None:
    intervals = fit_intervals([fold(seed) for seed in range(3)])
    assert intervals is not None
    forecast, actual = fold(99)
    bounds = intervals.bounds(forecast, ROWS)
    for third in (slice(0, 10), slice(10, 20), slice(20, 30)):
        assert coverage(bounds[third], actual[third], 80) == pytest.approx(0.8, abs=0.06)


def test_a_series_that_scatters_more_gets_wider_bounds() -> None:
    folds = []
    for seed in range(3):
        forecast, actual = fold(seed)
        actual[7] = forecast[7] * (1 + 1.5 * np.random.default_rng(seed).choice([-0.6, 1], 90))
        folds.append((forecast, actual))
    intervals = fit_intervals(folds)
    assert intervals is not None
    width = np.ptp(intervals.bounds(np.full((30, 90), 30.0), ROWS)[:, 0, 2:4], axis=1)
    assert width[7] > 1.3 * np.median(width)


def test_where_zeros_are_common_the_interval_starts_at_zero_and_still_covers() -> None:
    folds = [fold(seed, level=0.1) for seed in range(3)]
    intervals = fit_intervals(folds)
    assert intervals is not None
    forecast, actual = fold(99, level=0.1)
    bounds = intervals.bounds(forecast, ROWS)
    assert (bounds[:5, :, 2] == 0).all()
    assert coverage(bounds, actual, 80) >= 0.78


def test_one_bad_fold_widens_the_interval() -> None:
    even = fit_intervals([fold(0), fold(1), fold(2)])
    forecast, actual = fold(3)
    uneven = fit_intervals([fold(0), fold(1), (forecast, 1.6 * actual)])
    assert even is not None
    assert uneven is not None
    assert (uneven.bounds(forecast, ROWS)[:, :, 3] > even.bounds(forecast, ROWS)[:, :, 3]).mean() > 0.95


def test_an_unseen_series_gets_bounds_of_typical_width() -> None:
    intervals = fit_intervals([fold(seed) for seed in range(3)])
    assert intervals is not None
    forecast = np.full((30, 90), 30.0)
    seen, unseen = (
        np.ptp(intervals.bounds(forecast, row)[:, 0, 2:4], axis=1) for row in (ROWS, ROWS * 0 - 1)
    )
    assert seen.min() <= unseen[0] <= seen.max()


def test_too_few_errors_calibrate_nothing() -> None:
    forecast, actual = fold(0)
    assert fit_intervals([]) is None
    assert fit_intervals([(forecast[:2], np.where(np.arange(90) < 50, actual[:2], np.nan))]) is None


def test_a_closed_day_has_no_width() -> None:
    intervals = fit_intervals([fold(0)])
    assert intervals is not None
    assert not intervals.bounds(np.zeros((30, 90)), ROWS).any()


def test_without_a_fold_bounds_are_those_of_scattered_counts() -> None:
    lower, upper = poisson_bounds(np.array([[10.0]]))[0, 0, 2:4]
    assert lower == pytest.approx(10 - 1.2816 * 30**0.5)
    assert upper == pytest.approx(10 + 1.2816 * 30**0.5)
