"""How large errors usually are: by the size of the forecast, then by series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.components.seasonal_profile import Floats, Ints
from models.evaluation.scores import Array

POWER_RANGE = (0.8, 2.2)
SERIES_PRIOR_DAYS = 30.0
SQUARED_RATIO_CAP = 25.0
SMALLEST_SCALE = 1e-6
FEWEST_ERRORS = 200


@dataclass(frozen=True)
class Spread:
    """Typical error of a forecast: sqrt(exp(log_scale) · forecast ** power) × the series' own scale."""

    smallest: float  # forecasts below it count as it
    log_scale: float
    power: float
    by_series: Floats  # (n_series,)
    unseen: float  # for a series without errors of its own

    def sigma(self, forecast: Floats) -> Floats:
        """Typical error by size of the forecast alone, before the series' scale."""
        return np.exp(0.5 * (self.log_scale + self.power * np.log(np.maximum(forecast, self.smallest))))

    def of_series(self, row: Ints) -> Floats:
        """Scale of each series by its row in the calibration, −1 for one that was not in it."""
        return np.where(row >= 0, self.by_series[np.maximum(row, 0)], self.unseen)


@dataclass(frozen=True)
class PastForecast:
    """A forecast (n_series, horizon_days) from `first_day` on, in days since 1970, and what was sold.

    `actual` is NaN where it is not known. `quantiles` (n_series, horizon_days, 3) are those of the trees.
    """

    first_day: int
    forecast: Array
    actual: Array
    quantiles: NDArray[np.float32] | None = None

    def of_rows(self, rows: Ints) -> Self:
        """The same of some of the series."""
        quantiles = None if self.quantiles is None else self.quantiles[rows]
        return type(self)(self.first_day, self.forecast[rows], self.actual[rows], quantiles)


@dataclass(frozen=True)
class Errors:
    """Out-of-sample errors of open days, flat."""

    forecast: Floats
    actual: Floats
    step: Ints
    series: Ints
    day: Ints  # since 1970
    quantiles: Array | None  # (n, 3)
    smallest: float

    @property
    def error(self) -> Floats:
        return self.actual - self.forecast

    @classmethod
    def of(cls, past: Sequence[PastForecast], first_day: int) -> Self | None:
        """The errors of days before `first_day`; None with under 200."""
        if not past:
            return None
        forecast, actual = (
            np.stack([getattr(one, name) for one in past]).astype(np.float64)
            for name in ("forecast", "actual")
        )
        steps = np.arange(forecast.shape[2])
        day = np.array([one.first_day for one in past])[:, None] + steps
        usable = np.isfinite(actual) & (forecast > 0) & (day < first_day)[:, None, :]
        if usable.sum() < FEWEST_ERRORS:
            return None
        origin, series, step = np.nonzero(usable)
        smallest = max(1e-3, 0.02 * float(forecast[usable].mean()))
        clipped = np.maximum(forecast[usable], smallest)
        curves = [one.quantiles for one in past if one.quantiles is not None]
        quantiles = np.stack(curves)[usable] if len(curves) == len(past) else None
        return cls(clipped, actual[usable], step + 1, series, day[origin, step], quantiles, smallest)


def fit_spread(errors: Errors, bin_of: Ints, n_series: int) -> Spread:
    """Regress log mean e² on log mean forecast over bins of the forecast, then scale each series.

    The scale is shrunk to that of all series with the weight of 30 days. `bin_of` (n,) is each error's bin.
    """
    squared = errors.error**2
    n = np.bincount(bin_of)
    filled = n >= 20
    mean_forecast = np.bincount(bin_of, errors.forecast)[filled] / n[filled]
    mean_square = np.bincount(bin_of, squared)[filled] / n[filled]
    x, y = np.log(mean_forecast), np.log(np.maximum(mean_square, 1e-9))
    power = 1.0
    if len(x) > 2 and np.ptp(x) > 1e-3:
        power = float(np.clip(np.polyfit(x, y, 1)[0], *POWER_RANGE))
    log_scale = float((y - power * x).mean())
    spread = Spread(errors.smallest, log_scale, power, np.ones(n_series), 1.0)
    ratio = np.minimum(squared / spread.sigma(errors.forecast) ** 2, SQUARED_RATIO_CAP)
    total = np.bincount(errors.series, ratio, n_series) + SERIES_PRIOR_DAYS * ratio.mean()
    days = np.bincount(errors.series, minlength=n_series) + SERIES_PRIOR_DAYS
    by_series = np.maximum(np.sqrt(total / days), SMALLEST_SCALE)  # constant sales leave no error at all
    unseen = max(float(np.sqrt(ratio.mean())), SMALLEST_SCALE)
    return Spread(errors.smallest, log_scale, power, by_series, unseen)
