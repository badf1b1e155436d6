"""How far off a window is, in deviations of calm weeks: total, stores, items, series and weekdays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from drift.detector.group_shifts import Groups, Shift, floored, robust_shift
from drift.detector.variance import LEAST_EXPECTED, PRIOR_WINDOWS, ShiftScale, VarianceModel
from drift.detector.windows import Floats, Windows
from drift.detector.yearly_season import YearlySeason

ODD_SEASON = 2.5  # standard deviations beyond which the same weeks of other years widen what is usual
LEAST_REMAINING = 0.05
FIRST_PATTERN_DAYS = 14  # a week holds one of each weekday: no pattern


@dataclass(frozen=True)
class StandardisedShifts:
    """Standardised deviations of n windows, and the shifts and shares behind them."""

    groups: Mapping[str, Floats]  # (n, n_groups) for "total", "store", "item"
    series: Floats  # (n, n_series), what total and store do not explain
    weekday: Floats | None  # (n, 7)
    shifts: Mapping[str, Floats]  # relative shifts of the groups; stores and items against the total
    weekday_shares: Floats  # (n, 7) above what its share of the week was to be
    series_say_more: bool


@dataclass(frozen=True)
class Standardiser:
    """Scales of one window length, learnt from calm windows."""

    series: VarianceModel
    total: ShiftScale
    store: ShiftScale | None
    item: ShiftScale | None
    weekday: VarianceModel | None
    season: YearlySeason

    @classmethod
    def fit(cls, windows: Windows, groups: Groups, first_day: int) -> tuple[Self, StandardisedShifts]:
        """Learn all scales from calm windows of a history; also what they read themselves."""
        series = VarianceModel.fit(windows.sold - windows.expected, windows.expected)
        shifts, explained = _shifts(windows, groups, series)
        total = shifts["total"]
        season = YearlySeason.fit(first_day, windows.ends, total.shift[:, 0])
        off_season = total.shift - season.expected(windows.ends)[:, None]
        scales = {
            name: ShiftScale.fit(part.shift, part.information, PRIOR_WINDOWS)
            for name, part in shifts.items()
            if name != "total"
        }
        weekday = None
        if windows.length_days >= FIRST_PATTERN_DAYS:
            sold, expected = windows.sold_by_weekday, _weekday_expected(windows)
            weekday = VarianceModel.fit(sold - expected, expected)
        standardiser = cls(
            series,
            ShiftScale.fit(off_season, total.information, 0.0),
            scales.get("store"),
            scales.get("item"),
            weekday,
            season,
        )
        return standardiser, standardiser._standardised(windows, groups, shifts, explained, fitting=True)

    def standardise(self, windows: Windows, groups: Groups) -> StandardisedShifts:
        """Standardise new windows."""
        shifts, explained = _shifts(windows, groups, self.series)
        return self._standardised(windows, groups, shifts, explained, fitting=False)

    def _standardised(
        self,
        windows: Windows,
        groups: Groups,
        shifts: Mapping[str, Shift],
        explained: Floats,
        fitting: bool,
    ) -> StandardisedShifts:
        variance = self.series.variance(windows.expected) * np.maximum(explained, LEAST_REMAINING)
        read = {"total": self._total(windows, shifts, fitting)}
        for name, scale in (("store", self.store), ("item", self.item)):
            if scale is not None:
                part = shifts[name]
                read[name] = part.shift / np.sqrt(scale.variance(part.information)) / scale.scale
        expected = _weekday_expected(windows)
        off = windows.sold_by_weekday - expected
        return StandardisedShifts(
            groups=read,
            series=(windows.sold - windows.expected * explained) / np.sqrt(variance),
            weekday=None if self.weekday is None else off / np.sqrt(self.weekday.variance(expected)),
            shifts={name: part.shift for name, part in shifts.items()},
            weekday_shares=off / expected,
            series_say_more=groups.series_say_more,
        )

    def _total(self, windows: Windows, shifts: Mapping[str, Shift], fitting: bool) -> Floats:
        """The total's deviation (n, 1), NaN where its season is unknown.

        An odd season of other years widens what is usual of the same weeks, and so do stores or items of
        which nothing was recorded.
        """
        total = shifts["total"]
        off_season = total.shift - self.season.expected(windows.ends)[:, None]
        variance = self.total.variance(total.information)
        for name, scale in (("store", self.store), ("item", self.item)):
            if scale is not None:
                variance = variance + scale.variance_of_part(shifts[name].information)[:, None]
        usual = ODD_SEASON * np.sqrt(variance) * self.total.scale
        excess = self.season.largest(windows.ends, fitting)[:, None] - usual
        deviation = off_season / np.sqrt(variance + np.maximum(excess, 0.0) ** 2) / self.total.scale
        return np.where(self.season.is_known(windows.ends)[:, None], deviation, np.nan)


def _shifts(windows: Windows, groups: Groups, series: VarianceModel) -> tuple[dict[str, Shift], Floats]:
    """Shift of the total, of stores and items beyond it; and what total and store explain of each series."""
    variance = series.variance(windows.expected)
    alone = np.zeros(windows.sold.shape[1], np.int64)
    shifts = {"total": robust_shift(windows, windows.expected, variance, alone, 1)}
    total = floored(shifts["total"].shift)
    explained = np.repeat(total, windows.sold.shape[1], axis=1)
    for name, group, n_groups in groups.groupings:
        shifts[name] = robust_shift(windows, windows.expected * total, variance, group, n_groups)
    if "store" in shifts:
        explained = explained * floored(shifts["store"].shift)[:, groups.store]
    return shifts, explained


def _weekday_expected(windows: Windows) -> Floats:
    """What each weekday was to sell, once the whole window's total is granted."""
    granted = (windows.sold_by_weekday.sum(1) + 1) / (windows.expected_by_weekday.sum(1) + 1)
    return np.asarray(np.maximum(windows.expected_by_weekday * granted[:, None], LEAST_EXPECTED))
