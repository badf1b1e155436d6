"""The ten seed features of a day, from the days before it: the same for training, drift and online."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.dates.calendar_days import calendar

CALENDAR_FEATURES = ("year", "month", "day", "dayofweek", "is_weekend")
LAGS_DAYS = (1, 7, 30)
ROLLING_DAYS = (7, 30)
SEED_FEATURES = (
    *CALENDAR_FEATURES,
    *(f"lag_{days}" for days in LAGS_DAYS),
    *(f"rolling_mean_{days}" for days in ROLLING_DAYS),
)
REACH_DAYS = max(*LAGS_DAYS, *ROLLING_DAYS)


def seed_features(
    sales: NDArray[np.floating], start: np.datetime64, day_index: ArrayLike
) -> NDArray[np.float32]:
    """Describe the columns `day_index` of `sales` (n_series, n_days), as (n_series, len(day_index), 10).

    The order is `SEED_FEATURES`. `lag_k` is the sales k days before; `rolling_mean_k` the mean of what is
    known of the k days before; NaN where nothing is known. Column n_days, the day after history, is allowed.
    """
    days = np.asarray(day_index, dtype=np.int64)
    features = np.empty((len(sales), len(days), len(SEED_FEATURES)), dtype=np.float32)
    dates = calendar(start, int(days.max(initial=-1)) + 1)
    by_date = (dates.year, dates.month, dates.day, dates.weekday, dates.is_weekend)
    features[:, :, : len(by_date)] = np.stack([column[days] for column in by_date], axis=1)
    total, n_known = np.zeros(features.shape[:2]), np.zeros(features.shape[:2])
    for lag in range(1, REACH_DAYS + 1):
        before = _lagged(sales, days, lag)
        is_known = ~np.isnan(before)
        total += np.where(is_known, before, 0.0)
        n_known += is_known
        if lag in LAGS_DAYS:
            features[:, :, SEED_FEATURES.index(f"lag_{lag}")] = before
        if lag in ROLLING_DAYS:
            mean = np.divide(total, n_known, out=np.full_like(total, np.nan), where=n_known > 0)
            features[:, :, SEED_FEATURES.index(f"rolling_mean_{lag}")] = mean
    return features


def _lagged(sales: NDArray[np.floating], days: NDArray[np.int64], lag: int) -> NDArray[np.floating]:
    columns = days - lag
    is_inside = columns >= 0
    if is_inside.all():
        return sales[:, columns]
    lagged = np.full((len(sales), len(days)), np.nan, dtype=sales.dtype)
    lagged[:, is_inside] = sales[:, columns[is_inside]]
    return lagged
