"""Conformal quantiles, calibrated on the backtest's own out-of-sample forecasts; intervals are views of them.

    u(μ) = √(exp(a) μᵇ) · scale of the series    spread: the typical error of a forecast of μ units
    z    = (y − μ) / (u(μ) · f)                  score of each error of the folds; f by bucket of steps
    quantile p of a forecast μ:   max(0, μ + z_p · u(μ) · f),   0 where a share p of such days has no sale

z_p is the p quantile of the scores of forecasts of that size (ten classes). This is split conformal
prediction (Lei et al. 2018) on normalised, signed errors. Units: sales a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from models.components.error_spread import Errors, Spread, fit_spread
from models.components.seasonal_profile import Floats, Ints
from models.evaluation.scores import Array
from models.storage.quantile_curve import QUANTILES

LAST_STEPS = np.array([7, 14, 28, 60])  # horizon buckets: 1-7, 8-14, 15-28, 29-60, 61 and later
SIZE_CLASSES = 10
FORECAST_BINS = 20
FEW_ERRORS = 200  # that a size class needs for quantiles of its own
STEP_QUANTILE = 0.8  # of the absolute scores, by which buckets of steps are compared


@dataclass(frozen=True)
class Intervals:
    """What turns forecasts into the quantiles of `QUANTILES`."""

    spread: Spread
    bin_edges: Floats  # of the forecast size, for the share of zeros
    zero_shares: Floats  # (n_bins,), falling with the forecast
    class_edges: Floats  # (n_classes - 1,), of the forecast size
    step_factor: Floats  # (5,), by horizon bucket
    scores: Floats  # (n_classes, n_quantiles)

    def quantiles(self, forecast: Floats, row: Ints) -> Floats:
        """Quantiles (n_series, horizon_days, 17) of forecasts (n_series, horizon_days).

        `row` is each series' row in the calibration, −1 for none. They never fall, are never negative, and
        are 0 where the forecast is 0 (a closed day).
        """
        size = np.maximum(forecast, self.spread.smallest)
        step = np.searchsorted(LAST_STEPS, np.arange(1, forecast.shape[1] + 1))
        width = self.spread.sigma(size) * self.spread.of_series(row)[:, None] * self.step_factor[step]
        scores = self.scores[np.searchsorted(self.class_edges, size)]
        zero_share = self.zero_shares[np.searchsorted(self.bin_edges, size)]
        is_zero = (zero_share[..., None] >= QUANTILES) | (forecast[..., None] <= 0)
        return monotone(np.where(is_zero, 0.0, size[..., None] + scores * width[..., None]))


def fit_intervals(folds: Sequence[tuple[Floats, Array]]) -> Intervals | None:
    """Calibrate on folds of (forecast, actual), each (n_series, horizon_days) with NaN for unknown actuals.

    None with fewer than 200 errors: use `poisson_quantiles` then.
    """
    errors = Errors.of(folds)
    if errors is None:
        return None
    edges, bin_of = _classes(errors.forecast, FORECAST_BINS, 50)
    spread = fit_spread(errors, bin_of, len(folds[0][0]))
    n = np.bincount(bin_of, minlength=len(edges) + 1)
    share = np.bincount(bin_of, errors.actual == 0, minlength=len(edges) + 1) / np.maximum(n, 1)
    zero_shares = np.maximum.accumulate(share[::-1])[::-1]  # it falls with the size
    score = errors.error / (spread.sigma(errors.forecast) * spread.by_series[errors.series])
    bucket = np.searchsorted(LAST_STEPS, errors.step)
    step_factor = _step_factors(np.abs(score), bucket)
    score /= step_factor[bucket]
    class_edges, size_class = _classes(errors.forecast, SIZE_CLASSES, FEW_ERRORS)
    scores = np.array([_quantiles(score[size_class == k]) for k in range(len(class_edges) + 1)])
    return Intervals(spread, edges, zero_shares, class_edges, step_factor, scores)


def poisson_quantiles(forecast: Floats) -> Floats:
    """Quantiles (n_series, horizon_days, 17) where no fold is possible: normal, of variance μ (1 + 0.2 μ)."""
    deviation = np.sqrt(np.maximum(forecast, 1e-3) * (1 + 0.2 * forecast))
    normal = np.array([NormalDist().inv_cdf(p) for p in QUANTILES])
    curve = forecast[..., None] + normal * deviation[..., None]
    return monotone(np.where(forecast[..., None] > 0, curve, 0.0))


def monotone(curve: Floats) -> Floats:
    """The nearest curve of quantiles that never falls and is never negative: the sorted one.

    Sorting a curve brings it nearer to the true one (Chernozhukov, Fernández-Val, Galichon 2010).
    """
    return np.sort(np.maximum(curve, 0.0), axis=-1)


def _classes(size: Floats, most: int, fewest: int) -> tuple[Floats, Ints]:
    """Edges of at most `most` classes with as many errors each, at least `fewest`, and the class of each."""
    n_classes = int(np.clip(len(size) // fewest, 1, most))
    edges = np.unique(np.quantile(size, np.linspace(0, 1, n_classes + 1)[1:-1]))
    edges = edges[edges < size.max()]  # every class has an error, however many forecasts are equal
    return edges, np.searchsorted(edges, size)


def _quantiles(score: Floats) -> Floats:
    """For each p the ⌈(n + 1) p⌉-th smallest: the order statistic with finite-sample coverage."""
    rank = np.minimum(np.ceil((len(score) + 1) * np.array(QUANTILES)).astype(np.int64), len(score)) - 1
    return np.asarray(np.sort(score)[rank])


def _step_factors(score: Floats, bucket: Ints) -> Floats:
    """Root of each horizon bucket's quantile over the pooled one; a thin bucket takes the one before."""
    pooled = max(float(np.quantile(score, STEP_QUANTILE)), 1e-9)
    factors = np.ones(len(LAST_STEPS) + 1)
    for k in range(len(factors)):
        of_bucket = score[bucket == k]
        if len(of_bucket) >= 50:
            factors[k] = np.sqrt(np.quantile(of_bucket, STEP_QUANTILE) / pooled)
        elif k:
            factors[k] = factors[k - 1]
    return np.maximum(factors, 0.3)
