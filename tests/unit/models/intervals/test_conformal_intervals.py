"""models.intervals.conformal_intervals: coverage, one-sidedness and width."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.intervals.conformal_intervals import Intervals, fit_intervals, poisson_quantiles
from models.intervals.error_spread import PastForecast
from models.storage.quantile_curve import COVERAGE_LEVELS, QUANTILES, interval

ROWS = np.arange(30)
N_DAYS = 90
Fold = tuple[np.ndarray, np.ndarray]  # forecast and actual


def fold(seed: int, scale: float = 1.0, level: float = 30.0) -> Fold:
    """Forecasts of 30 series over 90 days and overdispersed actuals around them."""
    rng = np.random.default_rng(seed)
    forecast = level * np.geomspace(0.2, 5, 30)[:, None] * np.ones(90)
    return forecast, rng.poisson(forecast * rng.gamma(4, scale / 4, forecast.shape)).astype(float)


def fitted(folds: Sequence[Fold]) -> Intervals:
    """Intervals of past forecasts, each of them of the days after the one before."""
    past = [PastForecast(N_DAYS * k, *one) for k, one in enumerate(folds)]
    intervals = fit_intervals(past, N_DAYS * len(folds))
    assert intervals is not None
    return intervals


def bounds(curve: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    """The interval of quantiles that have their median for a mean."""
    return interval(np.concatenate([curve[..., 8:9], curve], axis=-1), level)


def coverage(curve: np.ndarray, actual: np.ndarray, level: int) -> float:
    lower, upper = bounds(curve, level)
    return float(np.mean((actual >= lower) & (actual <= upper)))


@pytest.mark.parametrize("level", COVERAGE_LEVELS)
def test_coverage_of_new_days_is_the_coverage_level(level: int) -> None:
    intervals = fitted([fold(seed) for seed in range(3)])
    forecast, actual = fold(99)
    assert coverage(intervals.quantiles(forecast, ROWS), actual, level) == pytest.approx(
        level / 100, abs=0.03
    )


def test_small_and_large_sellers_are_covered_alike() -> None:
    intervals = fitted([fold(seed) for seed in range(3)])
    forecast, actual = fold(99)
    curve = intervals.quantiles(forecast, ROWS)
    for third in (slice(0, 10), slice(10, 20), slice(20, 30)):
        assert coverage(curve[third], actual[third], 80) == pytest.approx(0.8, abs=0.06)


def test_a_series_that_scatters_more_gets_wider_bounds() -> None:
    folds = []
    for seed in range(3):
        forecast, actual = fold(seed)
        actual[7] = forecast[7] * (1 + 1.5 * np.random.default_rng(seed).choice([-0.6, 1], 90))
        folds.append((forecast, actual))
    intervals = fitted(folds)
    width = np.ptp(intervals.quantiles(np.full((30, 90), 30.0), ROWS)[:, 0, 3:14], axis=1)
    assert width[7] > 1.3 * np.median(width)


def test_where_zeros_are_common_the_interval_starts_at_zero_and_still_covers() -> None:
    folds = [fold(seed, level=0.1) for seed in range(3)]
    intervals = fitted(folds)
    forecast, actual = fold(99, level=0.1)
    curve = intervals.quantiles(forecast, ROWS)
    lower, _ = bounds(curve, 80)
    assert (lower[:5] == 0).all()
    assert coverage(curve, actual, 80) >= 0.78


def test_every_quantile_is_above_its_share_of_new_days() -> None:
    intervals = fitted([fold(seed, level=300) for seed in range(3)])
    forecast, actual = fold(99, level=300)
    shares = (actual[..., None] <= intervals.quantiles(forecast, ROWS)).mean((0, 1))
    np.testing.assert_allclose(shares, QUANTILES, atol=0.03)


def test_an_unseen_series_gets_bounds_of_typical_width() -> None:
    intervals = fitted([fold(seed) for seed in range(3)])
    forecast = np.full((30, 90), 30.0)
    seen, unseen = (
        np.ptp(intervals.quantiles(forecast, row)[:, 0, 3:14], axis=1) for row in (ROWS, ROWS * 0 - 1)
    )
    assert seen.min() <= unseen[0] <= seen.max()


def test_too_few_errors_calibrate_nothing() -> None:
    forecast, actual = fold(0)
    known = np.where(np.arange(90) < 50, actual[:2], np.nan)
    assert fit_intervals([], N_DAYS) is None
    assert fit_intervals([PastForecast(0, forecast[:2], known)], N_DAYS) is None


def test_no_error_of_a_day_that_is_forecast_is_used() -> None:
    early, (forecast, actual) = fold(0), fold(1)
    past = [PastForecast(0, *early), PastForecast(30, forecast, actual)]
    changed = [PastForecast(0, *early), PastForecast(30, forecast, np.where(np.arange(90) < 60, actual, 1e6))]
    made, again = (fit_intervals(one, 90) for one in (past, changed))
    assert made is not None
    assert again is not None
    np.testing.assert_array_equal(made.scores, again.scores)


def test_newer_errors_and_those_of_the_season_count_more() -> None:
    calm, wild = fold(0, scale=0.2), fold(1)
    width = {}
    for days_ago in (90, 180, 320):  # of the wild days; the calm ones ended 180 days ago
        past = [PastForecast(1000 - days_ago, *wild), PastForecast(820, *calm)]
        intervals = fit_intervals(past, 1000)
        assert intervals is not None
        width[days_ago] = np.ptp(intervals.quantiles(calm[0], ROWS)[..., 3:14], axis=-1).mean()
    assert width[90] > width[180]
    assert width[320] > width[180]


def test_trees_shift_and_shape_the_quantiles() -> None:
    rng = np.random.default_rng(1)
    folds = []
    for _ in range(3):
        forecast = np.full((30, N_DAYS), 20.0)
        is_wide = rng.random(forecast.shape) < 0.5
        deviation = np.where(is_wide, 8.0, 2.0)
        actual = np.maximum(rng.normal(forecast, deviation), 0)
        trees = forecast[..., None] + np.array([-1.2816, 0, 1.2816]) * deviation[..., None]
        folds.append((forecast, actual, trees, is_wide))
    past = [PastForecast(N_DAYS * k, *one[:2], one[2].astype(np.float32)) for k, one in enumerate(folds)]
    intervals = fit_intervals(past, 3 * N_DAYS)
    assert intervals is not None
    forecast, actual, trees, is_wide = folds[0]
    curve = intervals.quantiles(forecast, ROWS, trees)
    width = np.ptp(curve[..., 3:14], axis=-1)
    assert width[is_wide].mean() > 1.4 * width[~is_wide].mean()
    assert coverage(curve, actual, 80) == pytest.approx(0.8, abs=0.03)


def test_a_closed_day_has_no_width() -> None:
    intervals = fitted([fold(0)])
    assert not intervals.quantiles(np.zeros((30, 90)), ROWS).any()


def test_without_a_fold_quantiles_are_those_of_scattered_counts() -> None:
    lower, upper = bounds(poisson_quantiles(np.array([[10.0]])), 80)
    assert lower[0, 0] == pytest.approx(10 - 1.2816 * 30**0.5, rel=1e-4)
    assert upper[0, 0] == pytest.approx(10 + 1.2816 * 30**0.5, rel=1e-4)
