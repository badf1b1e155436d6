"""Standardised shifts of a window: how many standard deviations of weeks without drift it is off.

    z_g = (m_g - season) / sqrt(1 / information_g + tau²) / c_g           m_g: robust shift of a group
    z_s = (sold - forecast · (1 + m_total) · (1 + m_store)) / sqrt(variance)       of a series

tau (what groups vary by beyond the noise of their series) and c_g (the scale of one group) are fitted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from drift.detector.group_shifts import Groups, Shift, floored, robust_shift
from drift.detector.variance import LEAST_EXPECTED, PRIOR_WINDOWS, ShiftScale, VarianceModel
from drift.detector.windows import Floats, Windows
from drift.detector.yearly_season import YearlySeason

UNUSUAL_SEASON = 2.5  # standard deviations; larger shifts in other years widen the range of these weeks
LEAST_REMAINING = 0.05
FIRST_PATTERN_DAYS = 14  # a week holds each weekday once


@dataclass(frozen=True)
class StandardisedShifts:
    """Standardised shifts of n windows, and the relative shifts and shares they are from."""

    groups: Mapping[str, Floats]  # (n, n_groups) for "total", "store", "item"
    series: Floats  # (n, n_series), beyond the shifts of total and store
    weekday: Floats  # (n, 7); NaN in a week, which has no pattern
    shifts: Mapping[str, Floats]  # relative; of stores and items beyond the total
    weekday_shares: Floats  # (n, 7), relative to the forecast share of the week
    series_say_more: bool


@dataclass(frozen=True)
class Standardiser:
    """Scales of one window length, fitted on windows without drift."""

    series: VarianceModel
    total: ShiftScale
    store: ShiftScale | None
    item: ShiftScale | None
    weekday: VarianceModel | None
    season: YearlySeason

    @classmethod
    def fit(cls, windows: Windows, groups: Groups, first_day: int) -> tuple[Self, StandardisedShifts]:
        """Fit all scales; also return the standardised shifts of these windows."""
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
        expected = _weekday_expected(windows)
        has_pattern = windows.length_days >= FIRST_PATTERN_DAYS
        weekday = VarianceModel.fit(windows.sold_by_weekday - expected, expected) if has_pattern else None
        scale = ShiftScale.fit(off_season, total.information, 0.0)
        standardiser = cls(series, scale, scales.get("store"), scales.get("item"), weekday, season)
        return standardiser, standardiser._standardised(windows, groups, shifts, explained, fitting=True)

    def standardise(self, windows: Windows, groups: Groups) -> StandardisedShifts:
        """Standardise new windows."""
        shifts, explained = _shifts(windows, groups, self.series)
        return self._standardised(windows, groups, shifts, explained, fitting=False)

    def _standardised(
        self, windows: Windows, groups: Groups, shifts: Mapping[str, Shift], explained: Floats, fitting: bool
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
            weekday=off / np.sqrt(self.weekday.variance(expected)) if self.weekday else off * np.nan,
            shifts={name: part.shift for name, part in shifts.items()},
            weekday_shares=off / expected,
            series_say_more=groups.series_say_more,
        )

    def _total(self, windows: Windows, shifts: Mapping[str, Shift], fitting: bool) -> Floats:
        """Standardised shift of the total (n, 1), NaN where its season is unknown.

        Large shifts in the same weeks of other years widen the range; so do stores or items without records.
        """
        total = shifts["total"]
        off_season = total.shift - self.season.expected(windows.ends)[:, None]
        variance = self.total.variance(total.information)
        for name, scale in (("store", self.store), ("item", self.item)):
            if scale is not None:
                variance = variance + scale.variance_of_part(shifts[name].information)[:, None]
        limit = UNUSUAL_SEASON * np.sqrt(variance) * self.total.scale
        excess = self.season.largest(windows.ends, fitting)[:, None] - limit
        deviation = off_season / np.sqrt(variance + np.maximum(excess, 0.0) ** 2) / self.total.scale
        return np.where(self.season.is_known(windows.ends)[:, None], deviation, np.nan)


def _shifts(windows: Windows, groups: Groups, series: VarianceModel) -> tuple[dict[str, Shift], Floats]:
    """Shifts of total, stores and items, and the factor by which total and store change each series."""
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
    """Forecast of each weekday, scaled to what the whole window sold, (n, 7)."""
    scale = (windows.sold_by_weekday.sum(1) + 1) / (windows.expected_by_weekday.sum(1) + 1)
    return np.asarray(np.maximum(windows.expected_by_weekday * scale[:, None], LEAST_EXPECTED))
