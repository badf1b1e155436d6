"""Conformal quantiles, calibrated on the backtest's own out-of-sample forecasts; intervals are views of them.

    u(μ) = √(exp(a) μᵇ) · scale of the series    spread: the typical error of a forecast of μ units
    c_p  = (μ + t_p) / 2                         centre: the forecast and the p quantile of the trees
    z_p  = (y − c_p) / (u(μ) · f)                score of each past error; f by bucket of steps
    quantile p of a forecast μ:   max(0, c_p + q_p · u(μ) · f),   0 where a share p of such days has no sale

q_p is the p quantile of the scores z_p of forecasts of that size (ten classes), newer days and days of the
same season weighing more. This is conformalised quantile regression (Romano, Patterson, Candès 2019); without
trees t_p is μ, and it is split conformal prediction (Lei et al. 2018). Units: sales a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import YEAR_DAYS
from models.components.boosted_trees import TREE_QUANTILES
from models.components.seasonal_profile import Floats, Ints
from models.evaluation.scores import Array
from models.intervals.error_spread import Errors, PastForecast, Spread, fit_spread
from models.storage.quantile_curve import QUANTILES

LAST_STEPS = np.array([7, 14, 28, 60])  # horizon buckets: 1-7, 8-14, 15-28, 29-60, 61 and later
SIZE_CLASSES = 10
FORECAST_BINS = 20
FEW_ERRORS = 200  # that a size class needs for quantiles of its own
STEP_QUANTILE = 0.8  # of the absolute scores, by which buckets of steps are compared
AGE_DAYS, SEASON_DAYS = 180, 45  # after which an error weighs 1/e for its age, and for its season
NORMAL = np.array([NormalDist().inv_cdf(p) for p in QUANTILES])


@dataclass(frozen=True)
class Intervals:
    """What turns forecasts into the quantiles of `QUANTILES`."""

    spread: Spread
    bin_edges: Floats  # of the forecast size, for the share of zeros
    zero_shares: Floats  # (n_bins,), falling with the forecast
    class_edges: Floats  # (n_classes - 1,), of the forecast size
    step_factor: Floats  # (5,), by horizon bucket
    scores: Floats  # (n_classes, n_quantiles)

    def quantiles(self, forecast: Floats, row: Ints, of_trees: Array | None = None) -> Floats:
        """Quantiles (n_series, horizon_days, 17) of forecasts (n_series, horizon_days).

        `row` is each series' row in the calibration, −1 for none; `of_trees` (n_series, horizon_days, 3) are
        NaN where there are none. Quantiles never fall, are never negative, and are 0 where the forecast is 0
        (a closed day).
        """
        size = np.maximum(forecast, self.spread.smallest)
        step = np.searchsorted(LAST_STEPS, np.arange(1, forecast.shape[1] + 1))
        width = self.spread.sigma(size) * self.spread.of_series(row)[:, None] * self.step_factor[step]
        scores = self.scores[np.searchsorted(self.class_edges, size)]
        zero_share = self.zero_shares[np.searchsorted(self.bin_edges, size)]
        is_zero = (zero_share[..., None] >= QUANTILES) | (forecast[..., None] <= 0)
        curve = np.empty((*forecast.shape, len(QUANTILES)))
        for position in range(len(QUANTILES)):
            centre = _centre(size, of_trees, position)
            curve[..., position] = centre + scores[..., position] * width
        return monotone(np.where(is_zero, 0.0, curve))


def fit_intervals(past: Sequence[PastForecast], first_day: int) -> Intervals | None:
    """Calibrate on past forecasts for forecasts from `first_day` on, and on sales before it.

    None with fewer than 200 errors: use `poisson_quantiles` then.
    """
    errors = Errors.of(past, first_day)
    if errors is None:
        return None
    n_series, horizon_days = past[0].forecast.shape
    edges, bin_of = _classes(errors.forecast, FORECAST_BINS, 50)
    spread = fit_spread(errors, bin_of, n_series)
    n = np.bincount(bin_of, minlength=len(edges) + 1)
    share = np.bincount(bin_of, errors.actual == 0, minlength=len(edges) + 1) / np.maximum(n, 1)
    zero_shares = np.maximum.accumulate(share[::-1])[::-1]  # it falls with the size
    width = spread.sigma(errors.forecast) * spread.by_series[errors.series]
    bucket = np.searchsorted(LAST_STEPS, errors.step)
    step_factor = _step_factors(np.abs(errors.error) / width, bucket)
    width *= step_factor[bucket]
    class_edges, size_class = _classes(errors.forecast, SIZE_CLASSES, FEW_ERRORS)
    weight = _weights(errors.day, first_day, horizon_days)
    scores = np.empty((len(class_edges) + 1, len(QUANTILES)))
    for position, probability in enumerate(QUANTILES):
        score = (errors.actual - _centre(errors.forecast, errors.quantiles, position)) / width
        for k in range(len(scores)):
            chosen = size_class == k
            scores[k, position] = _quantile(score[chosen], weight[chosen], probability)
    return Intervals(spread, edges, zero_shares, class_edges, step_factor, scores)


def poisson_quantiles(forecast: Floats) -> Floats:
    """Quantiles (n_series, horizon_days, 17) where no fold is possible: normal, of variance μ (1 + 0.2 μ)."""
    deviation = np.sqrt(np.maximum(forecast, 1e-3) * (1 + 0.2 * forecast))
    curve = forecast[..., None] + NORMAL * deviation[..., None]
    return monotone(np.where(forecast[..., None] > 0, curve, 0.0))


def monotone(curve: Floats) -> Floats:
    """The nearest curve of quantiles that never falls and is never negative: the sorted one.

    Sorting a curve brings it nearer to the true one (Chernozhukov, Fernández-Val, Galichon 2010).
    """
    return np.sort(np.maximum(curve, 0.0), axis=-1)


def _centre(forecast: Floats, of_trees: Array | None, position: int) -> Floats:
    """Half way from forecasts (…) to the trees' quantile, which is read off a normal curve of two halves.

    `of_trees` (…, 3) give the median and, by 10 and 90 %, how wide the lower and the upper half are.
    """
    if of_trees is None:
        return forecast
    low, median, high = (np.asarray(of_trees[..., k], np.float64) for k in range(3))
    is_upper = NORMAL[position] > 0
    deviations = abs(NORMAL[position]) / NormalDist().inv_cdf(TREE_QUANTILES[2])
    quantile = median + deviations * ((high if is_upper else low) - median)
    centre: Floats = np.where(np.isfinite(quantile), 0.5 * (forecast + quantile), forecast)
    return centre


def _weights(day: Ints, first_day: int, horizon_days: int) -> Floats:
    """How much the errors of days count: by their age, and by how far their season is from the forecast's."""
    year = YEAR_DAYS + 1
    apart = np.abs((day - first_day - horizon_days / 2 + year / 2) % year - year / 2)
    weight: Floats = np.exp((day - first_day) / AGE_DAYS) + np.exp(-apart / SEASON_DAYS)
    return weight


def _classes(size: Floats, most: int, fewest: int) -> tuple[Floats, Ints]:
    """Edges of at most `most` classes with as many errors each, at least `fewest`, and the class of each."""
    n_classes = int(np.clip(len(size) // fewest, 1, most))
    edges = np.unique(np.quantile(size, np.linspace(0, 1, n_classes + 1)[1:-1]))
    edges = edges[edges < size.max()]  # every class has an error, however many forecasts are equal
    return edges, np.searchsorted(edges, size)


def _quantile(score: Floats, weight: NDArray[np.float64], probability: float) -> float:
    """The smallest score that a share p of the weight does not exceed, one more error of mean weight added.

    With equal weights it is the ⌈(n + 1) p⌉-th: the order statistic with finite-sample coverage.
    """
    order = np.argsort(score)
    share = np.cumsum(weight[order]) / (weight.sum() + weight.mean())
    return float(score[order[min(int(np.searchsorted(share, probability)), len(score) - 1)]])


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
