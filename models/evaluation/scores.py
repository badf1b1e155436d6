"""Accuracy of forecasts, in arrays: how each score is counted, what it rewards and what breaks it.

Everywhere `actual` and `forecast` are (n_series, n_days) in units sold a day; a day that is NaN in either is
left out. A score with nothing to measure (no known day, no sale to divide by) is NaN, never an error or
infinity. Percentage errors, bias and coverage are in percent.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

SEASON_DAYS = 7
LEAST_DIFFERENCES = 5
SIZES = ("low", "mid", "high")


def mae(actual: Array, forecast: Array) -> float:
    """Mean |forecast - actual| in units: rewards the median, and big sellers decide."""
    return _mean(np.abs(_errors(actual, forecast)))


def rmse(actual: Array, forecast: Array) -> float:
    """Root of the mean squared error: rewards the mean, and single large misses decide."""
    return float(np.sqrt(_mean(_errors(actual, forecast) ** 2)))


def bias(actual: Array, forecast: Array) -> float:
    """Sum of errors over sum of actuals, in percent; above 0 = too much was forecast in total."""
    return 100 * _ratio(_sum(_errors(actual, forecast)), _sum(_known(actual, forecast)))


def wape(actual: Array, forecast: Array) -> float:
    """Sum of |errors| over sum of actuals, in percent: safe with zeros, and weighs series by what they sell.

    It rewards the median, so too low a forecast where most days are zero.
    """
    return 100 * _ratio(_sum(np.abs(_errors(actual, forecast))), _sum(_known(actual, forecast)))


def mape(actual: Array, forecast: Array) -> float:
    """Mean of |error| / actual, in percent, over days with sales; `zero_days` counts those it is blind to.

    It is lowest for a forecast below the mean.
    """
    sold = np.where(actual > 0, actual, np.nan)
    return 100 * _mean(np.abs(_errors(actual, forecast)) / sold)


def known_days(actual: Array, forecast: Array) -> int:
    """How many days both are known, and so are scored."""
    return int(np.count_nonzero(np.isfinite(_errors(actual, forecast))))


def zero_days(actual: Array, forecast: Array) -> int:
    """How many known days `mape` skips because nothing was sold."""
    return int(np.count_nonzero(_known(actual, forecast) <= 0))


def smape(actual: Array, forecast: Array) -> float:
    """Mean of 2 |error| / (|forecast| + |actual|), in percent, 0..200; a day of 0 forecast as 0 counts as 0.

    Any forecast above 0 costs the full 200 on a day of 0, and too little costs more than too much.
    """
    error = np.abs(_errors(actual, forecast))
    size = np.abs(forecast) + np.abs(actual)
    return 200 * _mean(np.where(size > 0, error / np.where(size > 0, size, 1), error))


def mase(actual: Array, forecast: Array, scale: Array) -> float:
    """Mean over series with a scale of MAE / `naive_scale` (Hyndman & Koehler 2006); 1 is last week's."""
    return _mean_scaled(_mean_by_row(np.abs(_errors(actual, forecast))), scale)


def rmsse(actual: Array, forecast: Array, scale: Array) -> float:
    """Mean over series with a scale of RMSE / `step_scale`, as in M5 (Makridakis et al. 2022), unweighted."""
    return _mean_scaled(np.sqrt(_mean_by_row(_errors(actual, forecast) ** 2)), scale)


def coverage(actual: Array, lower: Array, upper: Array) -> float:
    """Share of actuals inside their interval, ends included, in percent. Wide intervals cover everything."""
    known = np.isfinite(actual) & np.isfinite(lower) & np.isfinite(upper)
    inside = (actual >= lower) & (actual <= upper)
    return 100 * _ratio(float(np.count_nonzero(inside & known)), float(np.count_nonzero(known)))


def naive_scale(history: Array) -> Array:
    """Each series' mean |y(t) - y(t - 7)| since its first sale, (n_series,); NaN where unknown or 0."""
    return _scale(np.abs(_differences(history, SEASON_DAYS)))


def step_scale(history: Array) -> Array:
    """Each series' root mean square of y(t) - y(t - 1) since its first sale, as `naive_scale`."""
    return np.sqrt(_scale(_differences(history, 1) ** 2))


def volumes(history: Array) -> Array:
    """Each series' mean sales of a known day, (n_series,); 0 where none is known."""
    return np.nan_to_num(_mean_by_row(history))


def size_classes(history: Array) -> NDArray[np.int64]:
    """Position in `SIZES` of each series, (n_series,): thirds of the series by their volume."""
    ranks = np.empty(len(history), np.int64)
    ranks[np.argsort(volumes(history), kind="stable")] = np.arange(len(history))
    return ranks * len(SIZES) // max(len(history), 1)


def _errors(actual: Array, forecast: Array) -> Array:
    return np.asarray(forecast, np.float64) - np.asarray(actual, np.float64)


def _known(actual: Array, forecast: Array) -> Array:
    """Actuals where forecast and actual are both known."""
    return np.where(np.isfinite(_errors(actual, forecast)), actual, np.nan)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


def _sum(values: Array) -> float:
    return float(np.nansum(values, dtype=np.float64))


def _mean(values: Array) -> float:
    return _ratio(_sum(values), int(np.count_nonzero(np.isfinite(values))))


def _mean_by_row(values: Array) -> Array:
    """Mean of each row's known values, NaN where there are none."""
    counts = np.isfinite(values).sum(axis=1)
    return np.where(counts > 0, np.nansum(values, axis=1, dtype=np.float64) / np.maximum(counts, 1), np.nan)


def _mean_scaled(errors: Array, scale: Array) -> float:
    return _mean(errors / np.where(scale > 0, scale, np.nan))


def _differences(history: Array, lag_days: int) -> Array:
    """y(t) - y(t - lag) from each series' first sale on; NaN before and where either day is unknown."""
    sales = np.asarray(history, np.float64)
    on_sale = np.logical_or.accumulate(sales > 0, axis=1)
    since_first_sale = np.where(on_sale, sales, np.nan)
    return since_first_sale[:, lag_days:] - since_first_sale[:, :-lag_days]


def _scale(differences: Array) -> Array:
    means = _mean_by_row(differences)
    enough = np.isfinite(differences).sum(axis=1) >= LEAST_DIFFERENCES
    return np.where(enough & (means > 0), means, np.nan)
