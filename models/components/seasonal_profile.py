"""The seasonal profile: how weekday and month scale a series, from all series down to its own.

    expected sales of series s on day t = level of s at t × W[s, weekday of t] × M[s, month of t]

    W[s] = overall × store of s × item of s × s itself      each a factor for each weekday; M for each month
         = Σ sales / Σ expected by the factors before it    shrunk to 1 by its noise (`shrink`)

For W the level is that of the ± 17 days around t, for M that of the calendar year. W and M are alternated
three times, and have mean 1. Ratios of sums are the estimates of Poisson maximum likelihood.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import Calendar
from data.panel.sales_panel import SeriesIndex
from models.components.empirical_bayes import shrink

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_Shrunk = Callable[[Ints, int, Floats], Floats]  # (group of each series, number of groups, expected so far)

PASSES = 3
WEEKDAY_FLOOR = 0.02
MONTH_RANGE = (0.1, 10.0)
GROUP_RANGE = (0.2, 5.0)
SEASON_DAYS = 330  # known days below which a month pattern cannot be distinguished from a trend
BLOCK_DAYS = 20  # days a calendar month must have to count as seen
HALF_WINDOW_DAYS = 17


@dataclass(frozen=True)
class Effects:
    """Multiplicative effects of K calendar classes; a group that was not estimated holds ones."""

    overall: Floats  # (K,)
    by_store: Floats  # (n_stores, K)
    by_item: Floats  # (n_items, K)

    @classmethod
    def none(cls, series: SeriesIndex, n_classes: int) -> Self:
        """Effects that change nothing."""
        sizes = (len(series.store_names), len(series.item_names))
        return cls(np.ones(n_classes), *(np.ones((size, n_classes)) for size in sizes))

    def of(self, store: Ints, item: Ints) -> Floats:
        """Effects (n, K) of unseen series by store and item code (n,), −1 where that is unseen too."""
        by_store = np.where(store[:, None] >= 0, self.by_store[store], 1.0)
        return self.overall * by_store * np.where(item[:, None] >= 0, self.by_item[item], 1.0)


@dataclass(frozen=True)
class Profile:
    """Factors of mean 1 around a series' level: weekday (n_series, 7), Monday first, month (n_series, 12)."""

    weekday: Floats
    month: Floats
    weekday_effects: Effects
    month_effects: Effects

    def index(self, calendar: Calendar) -> Floats:
        """weekday × month for every day of a calendar: (n_series, n_days)."""
        return self.weekday[:, calendar.weekday] * self.month[:, calendar.month - 1]

    def unseen(self, store: Ints, item: Ints) -> tuple[Floats, Floats]:
        """Weekday (n, 7) and month (n, 12) factors of series that were not seen in training."""
        weekday = np.maximum(self.weekday_effects.of(store, item), WEEKDAY_FLOOR)
        month = np.clip(self.month_effects.of(store, item), *MONTH_RANGE)
        return weekday / weekday.mean(1, keepdims=True), month / month.mean(1, keepdims=True)


def fit_profile(
    sales: Floats, calendar: Calendar, series: SeriesIndex, closed_weekdays: NDArray[np.bool_], season: bool
) -> Profile:
    """Alternate weekday and month factors, each sales over what the rest of the profile expects.

    `sales` is (n_series, n_days) with NaN for unknown days, `calendar` covers the same days. Without
    `season` (or with less than `SEASON_DAYS` known days) every month factor is 1. The shrinkage is empirical
    Bayes (Efron & Morris 1975), so no constant has to fit the data set.
    """
    known = np.isfinite(sales)
    observed = known.astype(np.float64)
    filled = np.where(known, sales, 0.0)
    weekday, month = np.ones((len(sales), 7)), np.ones((len(sales), 12))
    weekday_effects, month_effects = Effects.none(series, 7), Effects.none(series, 12)
    season = season and int(known.any(0).sum()) >= SEASON_DAYS
    for _ in range(PASSES):
        months = month[:, calendar.month - 1]
        of_weekday = (filled, observed, months, weekday, calendar.weekday, series)
        weekday_effects, weekday = _weekday_effects(*of_weekday)
        weekday = _open_weekdays(weekday, closed_weekdays)
        if season:
            expected = observed * weekday[:, calendar.weekday]
            month_effects, month = _month_effects(filled, expected, month, calendar, series)
            month = np.clip(month, *MONTH_RANGE)
            month /= month.mean(1, keepdims=True)
    return Profile(weekday, month, weekday_effects, month_effects)


def _open_weekdays(weekday: Floats, closed: NDArray[np.bool_]) -> Floats:
    weekday = np.where(closed, 0.0, np.maximum(weekday, WEEKDAY_FLOOR))
    n_open = np.maximum((~closed).sum(1, keepdims=True), 1)
    return np.asarray(weekday / np.maximum(weekday.sum(1, keepdims=True) / n_open, 1e-9))


def _weekday_effects(
    filled: Floats, observed: Floats, months: Floats, weekday: Floats, day: Ints, series: SeriesIndex
) -> tuple[Effects, Floats]:
    """Sales on each weekday over the local level of the ± 17 days around them."""
    expected = observed * months
    local = _centred_ratio(filled, expected * weekday[:, day]) * expected
    of_day = np.eye(7)[day]
    sold, base = filled @ of_day, local @ of_day
    noise = ((filled - local * weekday[:, day]) ** 2 * observed) @ of_day
    total = base.sum(0)
    overall = np.where(total > 0, sold.sum(0) / np.maximum(total, 1e-9), 1.0)

    def shrunk(key: Ints, size: int, so_far: Floats) -> Floats:
        sums = (_grouped(key, size, values) for values in (sold, base * so_far, noise))
        return shrink(*sums)

    return _nested_effects(overall, series, shrunk)


def _month_effects(
    filled: Floats, expected: Floats, month: Floats, calendar: Calendar, series: SeriesIndex
) -> tuple[Effects, Floats]:
    """Sales of each month over the level of their calendar year, judged by how well the years agree."""
    year_starts = np.flatnonzero(np.diff(calendar.year, prepend=-1))
    block_starts = np.flatnonzero(np.diff(calendar.month, prepend=-1))
    year = np.cumsum(np.diff(calendar.year, prepend=calendar.year[0]))
    deseasonalised = np.add.reduceat(expected * month[:, calendar.month - 1], year_starts, axis=1)
    level = np.add.reduceat(filled, year_starts, axis=1) / np.maximum(deseasonalised, 1e-9)
    sold = np.add.reduceat(filled, block_starts, axis=1)
    base = np.add.reduceat(level[:, year] * expected, block_starts, axis=1)
    days = np.diff(block_starts, append=len(calendar.month))
    block_month = calendar.month[block_starts] - 1
    overall = _reliable_months(sold.sum(0), base.sum(0), days, block_month)
    of_month = np.eye(12)[block_month]

    def shrunk(key: Ints, size: int, so_far: Floats) -> Floats:
        block_sold = _grouped(key, size, sold)
        block_base = _grouped(key, size, base * so_far[:, block_month])
        return _shrunk_months(block_sold, block_base, of_month, block_month)

    return _nested_effects(overall, series, shrunk)


def _reliable_months(sold: Floats, base: Floats, days: Ints, block_month: Ints) -> Floats:
    """Pooled month factors, drawn to 1 by the share of their variance that is disagreement between years."""
    of_month = np.eye(12)[block_month]
    month_base = base @ of_month
    factor = np.where(month_base > 0, (sold @ of_month) / np.maximum(month_base, 1e-9), 1.0)
    seen = (days >= BLOCK_DAYS) & (base > 0)
    ratio = np.where(seen, sold / np.maximum(base, 1e-9), 0.0)
    years = seen @ of_month
    repeated = years >= 2
    if repeated.sum() < 6:
        return np.asarray(1 + 0.5 * (factor - 1))
    mean = (ratio @ of_month) / np.maximum(years, 1)
    squares = np.where(seen, ratio - mean[block_month], 0.0) ** 2 @ of_month
    between_years = np.mean(squares[repeated] / (years[repeated] - 1)) / years[repeated].mean()
    reliability = max(0.0, 1 - between_years / max(float(np.var(factor)), 1e-9))
    return np.asarray(1 + reliability * (factor - 1))


def _shrunk_months(sold: Floats, base: Floats, of_month: Floats, block_month: Ints) -> Floats:
    """Month factors (n_groups, 12), with the variance of (year, month) blocks: days are autocorrelated."""
    month_sold, month_base = sold @ of_month, base @ of_month
    blocks = (base > 0) @ of_month
    freedom = np.maximum(blocks - 1, 0).sum(1, keepdims=True)
    if not freedom.any():
        return np.ones_like(month_base)
    ratio = np.where(month_base > 0, month_sold / np.maximum(month_base, 1e-9), 1.0)
    residuals = ((sold - base * ratio[:, block_month]) ** 2).sum(1, keepdims=True)
    block_variance = residuals / np.maximum(freedom, 1)
    return np.clip(shrink(month_sold, month_base, block_variance * np.maximum(blocks, 1)), *GROUP_RANGE)


def _nested_effects(overall: Floats, series: SeriesIndex, shrunk: _Shrunk) -> tuple[Effects, Floats]:
    """Overall → store → item → series, each level explaining what the ones before it left over.

    Returns the effects of the groups and the product of all for each series, (n_series, K).
    """
    n_series, n_stores, n_items = len(series), len(series.store_names), len(series.item_names)
    product = np.tile(overall, (n_series, 1))
    effects = Effects.none(series, len(overall))
    by_store, by_item = effects.by_store, effects.by_item
    if n_stores > 1:
        by_store = shrunk(series.store_codes, n_stores, product)
        product = product * by_store[series.store_codes]
    if 1 < n_items < n_series:
        by_item = shrunk(series.item_codes, n_items, product)
        product = product * by_item[series.item_codes]
    if n_series > 1:
        product = product * shrunk(np.arange(n_series), n_series, product)
    return Effects(overall, by_store, by_item), product


def _grouped(key: Ints, size: int, values: Floats) -> Floats:
    """Row sums by group: (n_series, K) → (size, K)."""
    sums = np.zeros((size, values.shape[1]))
    np.add.at(sums, key, values)
    return sums


def _centred_ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Ratio of the sums over the ± 17 days around each day; 0 where nothing is expected."""
    n_days = numerator.shape[1]
    first = np.maximum(0, np.arange(n_days) - HALF_WINDOW_DAYS)
    past_last = np.minimum(n_days, np.arange(n_days) + HALF_WINDOW_DAYS + 1)
    top, bottom = prefix_sums(numerator), prefix_sums(denominator)
    expected = bottom[:, past_last] - bottom[:, first]
    return np.where(expected > 1e-9, (top[:, past_last] - top[:, first]) / np.maximum(expected, 1e-9), 0.0)


def prefix_sums(values: NDArray[np.float64 | np.bool_]) -> Floats:
    """Sums of the columns before each day: (n, T) → (n, T + 1), column 0 being 0."""
    sums = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums
