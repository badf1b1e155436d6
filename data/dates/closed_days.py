"""Days a store was closed or a series not yet on sale: found in history, predicted from the calendar."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.dates.calendar_days import YEAR_DAYS, Calendar, calendar

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

RECENT_WEEKS = 26  # how far back a closed weekday has to be closed
MAX_CLOSED_SHARE = 0.08  # a store with more zero days than this simply sells little
SMALL_MEAN_TOTAL = 1.0  # zero days mean nothing where a whole store sells one unit a day
MONTH_DAY_SHARE = 0.6  # a date counts as closed when it was so in this share of its years
FEW_CLOSED_DAYS = 15  # up to so many closed days, a date may count from its only year
EASTER_REACH_DAYS = 60
NO_KEY = -1000  # days too far from Easter to belong to it


@dataclass(frozen=True)
class ClosedRules:
    """Rules from history for the days a store is closed.

    `weekdays` is (n_series, 7), Monday first. The others are accepted calendar keys, (n_keys, 2) rows of
    (store code, key): month * 100 + day; (month * 7 + weekday) * 6 + which of that weekday in the month,
    from 0; days from Easter.
    """

    weekdays: BoolArray
    month_days: IntArray
    nth_weekdays: IntArray
    easter_days: IntArray

    def closed(self, store_codes: IntArray, start: np.datetime64, n_days: int) -> BoolArray:
        """Predict which days are closed, (n_series, n_days).

        `store_codes` (n_series,) are the codes these rules were found with, one per row of `weekdays`.
        """
        days = calendar(start, n_days)
        closed: BoolArray = self.weekdays[:, days.weekday].copy()
        for accepted, keys in zip(self._accepted, _calendar_keys(days), strict=True):
            for store_code, key in accepted[np.isin(accepted[:, 0], store_codes)]:
                closed[np.ix_(store_codes == store_code, keys == key)] = True
        return closed

    def select(self, rows: ArrayLike) -> Self:
        """Rules of some of the series, by position or mask; keys keep their store codes."""
        return type(self)(self.weekdays[np.asarray(rows)], *self._accepted)

    @property
    def _accepted(self) -> tuple[IntArray, IntArray, IntArray]:
        return self.month_days, self.nth_weekdays, self.easter_days


def find_closed(
    sales: NDArray[np.floating], store_codes: IntArray, start: np.datetime64
) -> tuple[FloatArray, ClosedRules, IntArray]:
    """Distinguish closed days from days on which nothing was sold.

    `sales` is (n_series, n_days). Returns it as float64 with negative sales as 0 and NaN on closed days and
    before a series' first sale; the rules that predict closed days; and the column of each first sale, n_days
    where nothing was ever sold. Long runs of zeros of a single series stay zeros: they are data.
    """
    days = calendar(start, sales.shape[1])
    known = np.maximum(sales.astype(np.float64), 0.0)
    sold = known > 0
    first_sale = np.where(sold.any(axis=1), sold.argmax(axis=1), known.shape[1])
    known[np.arange(len(days)) < first_sale[:, None]] = np.nan
    weekdays = _closed_weekdays(known, days.weekday)
    keys = _calendar_keys(days)
    accepted: tuple[list[tuple[int, int]], ...] = ([], [], [])
    for store_code in np.unique(store_codes):
        rows = np.flatnonzero(store_codes == store_code)
        is_closed, trading = _closed_store_days(known[rows], weekdays[rows], days)
        known[np.ix_(rows, np.flatnonzero(is_closed))] = np.nan
        for pairs, found in zip(accepted, _explain(is_closed, trading, keys), strict=True):
            pairs.extend((int(store_code), key) for key in found)
    known[weekdays[:, days.weekday] & (known == 0)] = np.nan
    as_arrays = (np.array(pairs, dtype=np.int64).reshape(-1, 2) for pairs in accepted)
    return known, ClosedRules(weekdays, *as_arrays), first_sale


def _closed_weekdays(known: FloatArray, weekday: IntArray) -> BoolArray:
    """Weekdays that are (nearly) always zero while other days are not, or never recorded; (n_series, 7)."""
    closed = np.zeros((len(known), 7), dtype=bool)
    for day in range(7):
        own = known[:, np.flatnonzero(weekday == day)[-RECENT_WEEKS:]]
        others = known[:, np.flatnonzero(weekday != day)[-6 * RECENT_WEEKS :]]
        n_own, n_others = np.isfinite(own).sum(axis=1), np.isfinite(others).sum(axis=1)
        zero = (own == 0).sum(axis=1) >= 0.95 * n_own
        others_sell = (others == 0).sum(axis=1) < 0.6 * n_others
        closed[:, day] = ((n_own >= 6) & zero & others_sell) | ((n_own == 0) & (n_others >= 60))
    closed[closed.all(axis=1)] = False
    return closed


def _closed_store_days(known: FloatArray, weekdays: BoolArray, days: Calendar) -> tuple[BoolArray, BoolArray]:
    """Days on which no item of one store sold though it trades, and the days it trades; (n_days,) each."""
    total: FloatArray = np.nansum(known, axis=0)
    is_trading_weekday: BoolArray = weekdays.sum(axis=0) < len(weekdays)
    trading: BoolArray = np.isfinite(known).any(axis=0) & is_trading_weekday[days.weekday]
    is_closed: BoolArray = (total == 0) & trading
    recent = total[-YEAR_DAYS:]
    mean_total = recent[recent > 0].mean() if (recent > 0).any() else 0.0
    if mean_total <= SMALL_MEAN_TOTAL or is_closed.sum() >= MAX_CLOSED_SHARE * trading.sum():
        is_closed[:] = False
    return is_closed, trading


def _explain(is_closed: BoolArray, trading: BoolArray, keys: tuple[IntArray, ...]) -> list[list[int]]:
    """Calendar keys of one store's closed days, each kind only for days that no earlier kind explains."""
    unexplained, n_store_closed, accepted = is_closed.copy(), int(is_closed.sum()), []
    for kind, key_of_day in enumerate(keys):
        is_month_day, found = kind == 0, []
        for key in np.unique(key_of_day[unexplained]):
            days = key_of_day == key
            n_days, n_closed = int((days & trading).sum()), int((days & unexplained).sum())
            enough = n_closed >= (MONTH_DAY_SHARE * n_days if is_month_day else n_days)
            only_year = is_month_day and n_days == 1 and n_store_closed <= FEW_CLOSED_DAYS
            if key != NO_KEY and ((n_closed >= 2 and enough) or only_year):
                found.append(int(key))
                unexplained &= ~days
        accepted.append(found)
    return accepted


def _calendar_keys(days: Calendar) -> tuple[IntArray, IntArray, IntArray]:
    """Date in the year, n-th weekday of a month, days from Easter; (n_days,) each, in order of preference."""
    nth_weekday = (days.month * 7 + days.weekday) * 6 + (days.day - 1) // 7
    near_easter = np.abs(days.easter_offset) <= EASTER_REACH_DAYS
    easter = np.where(near_easter, days.easter_offset, NO_KEY)
    return days.month * 100 + days.day, nth_weekday, easter
