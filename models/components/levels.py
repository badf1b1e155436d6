"""Sales levels of each series at an origin o, over eight windows, and the growth of the chain.

    L_w(o) = (S_w + 3 L_w⁺) / (I_w + 3)     S_w, I_w: sales and index of the last w known days before o
                                            L_w⁺: the next longer level, worth three days
    P_w(o) = L_364(o) · G_w(o)              G_w = Σ S_w / Σ L_364 I_w over all series, w = 28, 91

    |····················· 728 ····················|
                            |········ 364 ·········|
                                        |··· 91 ···|
                                              | 28 | o

The index of a day is its profile (weekday × month, mean 1), so that a level is in units of an average day.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import Calendar
from models.components.seasonal_profile import Floats, Ints, prefix_sums

WINDOW_DAYS = (7, 14, 28, 56, 91, 182, 364, 728)
GROWTH_DAYS = (28, 91)
SALES_LEVELS = (*(f"L{days}" for days in WINDOW_DAYS), "P28", "P91")
PRIOR_DAYS = 3.0


class Rows(NamedTuple):
    """Points to describe: series, origin and target, each int64 (n,).

    An origin o is the first day that is not known: a row may use columns before o only. The step is
    target − origin + 1, so the first forecast day has origin = target and step 1.
    """

    series: Ints
    origin: Ints
    target: Ints

    @property
    def step(self) -> Ints:
        return self.target - self.origin + 1


@dataclass(frozen=True)
class Growth:
    """Pooled recent sales over what the 364-day levels expected, for windows of 28 and 91 days.

    One column an origin; a single column stands for every origin.
    """

    overall: Floats  # (2, n_origins)
    by_store: Floats  # (2, n_stores, n_origins)

    def at(self, origin: Ints) -> Floats:
        """Growth of the chain at each origin, (2, n)."""
        return self.overall[:, np.minimum(origin, self.overall.shape[1] - 1)]

    def of_store(self, store: Ints, origin: Ints) -> Floats:
        """Growth of each row's store; a store that was not seen (code −1) grows like the chain, (2, n)."""
        column = np.minimum(origin, self.overall.shape[1] - 1)
        return np.where(store >= 0, self.by_store[:, store, column], self.overall[:, column])


@dataclass(frozen=True)
class History:
    """Cleaned sales beside the profile that explains their rhythm, with the prefix sums levels come from.

    `sales` is float64 (n_series, n_days), NaN where unknown; `index` (n_series, n_days + horizon_days) is the
    profile with closed days at 0; `first_sale` is the column of each series' first sale (negative when it
    lies before the columns kept here, `origin` when there was none); `store` holds store codes, −1 unseen.
    `origin` is the column each series' forecast starts at: n_days, or less where its sales end earlier.
    """

    sales: Floats
    index: Floats
    weekday: Floats  # (n_series, 7)
    month: Floats  # (n_series, 12)
    calendar: Calendar  # of the history and the horizon
    store: Ints
    first_sale: Ints
    origin: Ints

    @property
    def n_days(self) -> int:
        return int(self.sales.shape[1])

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.sales)

    @cached_property
    def filled(self) -> Floats:
        return np.where(self.known, self.sales, 0.0)

    @cached_property
    def expected(self) -> Floats:
        """The profile on known days: sales at a level of one unit a day."""
        return np.where(self.known, self.index[:, : self.n_days], 0.0)

    @cached_property
    def expected_sum(self) -> Floats:
        return prefix_sums(self.expected)

    @cached_property
    def sales_sum(self) -> Floats:
        return prefix_sums(np.where(self.expected > 0, self.filled, 0.0))

    def sales_levels(
        self, series: Ints, origin: Ints, shortest_days: int = WINDOW_DAYS[0]
    ) -> dict[int, Floats]:
        """Levels by window in days, each (n,) in units a day; NaN while none is known.

        Each window is shrunk to the next longer one with the weight of `PRIOR_DAYS` days; the longest takes
        the mean of all history where it holds nothing. Windows shorter than `shortest_days` are left out.
        """
        sold, expected = self.sales_sum[series, origin], self.expected_sum[series, origin]
        longer = np.where(expected > 0, sold / np.maximum(expected, 1e-9), np.nan)
        levels: dict[int, Floats] = {}
        for days in (days for days in reversed(WINDOW_DAYS) if days >= shortest_days):
            since = np.maximum(0, origin - days)
            in_window = expected - self.expected_sum[series, since]
            units = sold - self.sales_sum[series, since]
            prior = PRIOR_DAYS if levels else 0.0
            shrunk = (units + prior * np.nan_to_num(longer)) / (in_window + prior + 1e-9)
            longer = levels[days] = np.where(in_window > 0, shrunk, longer)
        return levels

    def growth(self, n_stores: int, origin: Ints) -> Growth:
        """Pooled growth at the given origins (n_origins,)."""
        every = np.arange(len(self.sales))[:, None]
        level = self.sales_levels(every, origin[None, :], shortest_days=364)[364]
        of_store = np.zeros((n_stores, len(self.store)))
        of_store[self.store, np.arange(len(self.store))] = 1.0
        overall, by_store = [], []
        for days in GROWTH_DAYS:
            since = np.maximum(0, origin - days)
            sold = self.sales_sum[:, origin] - self.sales_sum[:, since]
            base = np.nan_to_num(level * (self.expected_sum[:, origin] - self.expected_sum[:, since]))
            overall.append(_ratio(sold.sum(0), base.sum(0)))
            by_store.append(_ratio(of_store @ sold, of_store @ base))
        return Growth(np.stack(overall), np.stack(by_store))


def level_table(history: History, growth: Growth, rows: Rows) -> Floats:
    """The ten `SALES_LEVELS` of each row, (n, 10), 0 where nothing is known; P28, P91 are L364 × growth."""
    levels = history.sales_levels(rows.series, rows.origin)
    grown = levels[364] * growth.at(rows.origin)
    columns = [*(levels[days] for days in WINDOW_DAYS), *grown]
    return np.asarray(np.nan_to_num(np.stack(columns, axis=1)))


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    return np.where(denominator > 0, numerator / np.maximum(denominator, 1e-9), 1.0)
