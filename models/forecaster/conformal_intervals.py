"""Conformal intervals, calibrated on the backtest's own out-of-sample forecasts.

    u(μ) = √(exp(a) μᵇ) · scale of the series    spread: the typical error of a forecast of μ units
    z    = (y − μ) / (u(μ) · f)                  score of each error of the folds; f by bucket of steps
    interval of coverage level c:   [ μ − q₋ u f ,  μ + q₊ u f ]

q₋ and q₊ are the (1 + c) / 2 quantiles of −z and z, by thirds of the forecast size, moved half way to those
of the worst fold. Where days without a sale are common the lower bound is 0 and q₊ the c quantile. This is
split conformal prediction (Lei et al. 2018) on normalised errors. Units: sales a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.components.error_spread import Errors, Spread, fit_spread
from models.components.seasonal_profile import Floats, Ints
from models.evaluation.scores import Array
from models.storage.forecast_table import COVERAGE_LEVELS

LAST_STEPS = np.array([7, 14, 28, 60])  # horizon buckets: 1-7, 8-14, 15-28, 29-60, 61 and later
SIZE_CLASSES = 3
FORECAST_BINS = 20
WORST_FOLD_SHARE = 0.5
FEW_ERRORS = 100  # that a group needs for quantiles of its own
NORMAL_QUANTILES = {50: 0.6745, 80: 1.2816, 90: 1.6449, 95: 1.96}


@dataclass(frozen=True)
class Quantiles:
    """Signed quantiles of errors / spread for one coverage level, by size class and by share of zeros."""

    zero_share: float  # above this share of zeros the interval is one-sided, from 0
    step_factor: Floats  # (5,), by horizon bucket
    lower: Floats  # (3, 2): size class × (few zeros, many zeros)
    upper: Floats  # (3, 2)


@dataclass(frozen=True)
class Intervals:
    """What turns forecasts into bounds for every level of `COVERAGE_LEVELS`."""

    spread: Spread
    bin_edges: Floats  # of the forecast size, for the share of zeros
    zero_shares: Floats  # (n_bins,), falling with the forecast
    class_edges: Floats  # (2,), thirds of the forecast size
    quantiles: dict[int, Quantiles]

    def bounds(self, forecast: Floats, row: Ints) -> Floats:
        """Lower and upper bounds (n_series, horizon_days, 8) of forecasts (n_series, horizon_days).

        `row` is each series' row in the calibration, −1 for none. Bounds nest, contain the forecast, are
        never negative, and are 0 where the forecast is 0 (a closed day).
        """
        size = np.maximum(forecast, self.spread.smallest)
        scale = self.spread.sigma(size) * self.spread.of_series(row)[:, None]
        zeros = self.zero_shares[np.searchsorted(self.bin_edges, size)]
        size_class = np.searchsorted(self.class_edges, size)
        step = np.searchsorted(LAST_STEPS, np.arange(1, forecast.shape[1] + 1))
        pairs = []
        for quantiles in self.quantiles.values():
            many_zeros = (zeros > quantiles.zero_share).astype(np.int64)
            width = scale * quantiles.step_factor[step]
            lower = size - quantiles.lower[size_class, many_zeros] * width
            upper = size + quantiles.upper[size_class, many_zeros] * width
            pairs.append((np.where(many_zeros, 0.0, lower), upper))
        return _nested(forecast, pairs)


def fit_intervals(folds: Sequence[tuple[Floats, Array]]) -> Intervals | None:
    """Calibrate on folds of (forecast, actual), each (n_series, horizon_days) with NaN for unknown actuals.

    None with fewer than 200 errors: use `poisson_bounds` then. A scale for each series, one-sided intervals
    where zeros are common and the worst fold's share each improved coverage where it was measured.
    """
    errors = Errors.of(folds)
    if errors is None:
        return None
    n_bins = int(np.clip(len(errors.forecast) // 50, 1, FORECAST_BINS))
    edges = np.quantile(errors.forecast, np.linspace(0, 1, n_bins + 1))[1:-1]
    bin_of = np.searchsorted(edges, errors.forecast)
    spread = fit_spread(errors, bin_of, len(folds[0][0]))
    normalised = errors.error / (spread.sigma(errors.forecast) * spread.by_series[errors.series])
    n = np.bincount(bin_of, minlength=n_bins)
    share = np.bincount(bin_of, errors.actual == 0, minlength=n_bins) / np.maximum(n, 1)
    zero_shares = np.maximum.accumulate(share[::-1])[::-1]  # it falls with the size
    class_edges = np.quantile(errors.forecast, np.linspace(0, 1, SIZE_CLASSES + 1)[1:-1])
    size_class = np.searchsorted(class_edges, errors.forecast)
    by_level = {
        level: _fit_quantiles(normalised, errors, size_class, zero_shares[bin_of], 1 - level / 100)
        for level in COVERAGE_LEVELS
    }
    return Intervals(spread, edges, zero_shares, class_edges, by_level)


def poisson_bounds(forecast: Floats) -> Floats:
    """Bounds (n_series, horizon_days, 8) where no fold is possible: normal, with variance μ (1 + 0.2 μ)."""
    deviation = np.sqrt(np.maximum(forecast, 1e-3) * (1 + 0.2 * forecast))
    widths = [z * deviation for z in NORMAL_QUANTILES.values()]
    return _nested(forecast, [(forecast - width, forecast + width) for width in widths])


def _fit_quantiles(
    normalised: Floats, errors: Errors, size_class: Ints, zero_share: Floats, miss: float
) -> Quantiles:
    bucket = np.searchsorted(LAST_STEPS, errors.step)
    step_factor = _step_factors(np.abs(normalised), bucket, 1 - miss)
    score = normalised / step_factor[bucket]
    many_zeros = zero_share > miss / 2
    lower, upper = np.zeros((SIZE_CLASSES, 2)), np.zeros((SIZE_CLASSES, 2))
    for k in range(SIZE_CLASSES):
        for zeros in (0, 1):
            chosen = _enough(many_zeros == bool(zeros), size_class == k)
            tail = miss if zeros else miss / 2
            upper[k, zeros] = _fold_quantile(score[chosen], errors.fold[chosen], 1 - tail)
            lower[k, zeros] = _fold_quantile(-score[chosen], errors.fold[chosen], 1 - tail)
    return Quantiles(miss / 2, step_factor, lower, upper)


def _step_factors(score: Floats, bucket: Ints, probability: float) -> Floats:
    """Root of each horizon bucket's quantile over the pooled one; a thin bucket takes the one before."""
    pooled = max(_quantile(score, probability), 1e-9)
    factors = np.ones(len(LAST_STEPS) + 1)
    for k in range(len(factors)):
        of_bucket = score[bucket == k]
        if len(of_bucket) >= 50:
            factors[k] = np.sqrt(_quantile(of_bucket, probability) / pooled)
        elif k:
            factors[k] = factors[k - 1]
    return np.maximum(factors, 0.3)


def _enough(zeros: NDArray[np.bool_], size_class: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The narrowest group that holds at least 100 errors."""
    for chosen in (zeros & size_class, zeros):
        if chosen.sum() >= FEW_ERRORS:
            return chosen
    return np.ones_like(zeros)


def _fold_quantile(score: Floats, fold: Ints, probability: float) -> float:
    """The pooled quantile, moved half way to the worst fold's: a level break is in one fold only."""
    pooled = _quantile(score, probability)
    by_fold = [score[fold == k] for k in np.unique(fold)]
    worst = max([pooled, *(_quantile(part, probability) for part in by_fold if len(part) >= FEW_ERRORS)])
    return pooled + WORST_FOLD_SHARE * (worst - pooled)


def _quantile(score: Floats, probability: float) -> float:
    """The ⌈(n + 1) p⌉-th smallest: the order statistic with finite-sample coverage."""
    rank = min(len(score), int(np.ceil((len(score) + 1) * probability)))
    return float(np.partition(score, rank - 1)[rank - 1])


def _nested(forecast: Floats, pairs: list[tuple[Floats, Floats]]) -> Floats:
    """Bounds from narrow to wide, each containing the forecast and the interval before it."""
    bounds = []
    inner_lower = inner_upper = forecast
    for lower, upper in pairs:
        inner_lower = np.clip(lower, 0.0, inner_lower)
        inner_upper = np.where(forecast > 0, np.maximum(upper, inner_upper), 0.0)
        bounds += [inner_lower, inner_upper]
    return np.stack(bounds, axis=-1)
