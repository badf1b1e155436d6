"""Windows of days and their forecasts, as sums.

days before            |<-------------- 28 days ------------->|
[===== history =======]|-------------- forecast --------------|
[===== history =====================]|------- 14 days --------|
[===== history ===============================]|---- 7 days --|
                                                              ^ end, the same for all three
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.dates.calendar_days import WEEK_DAYS, calendar

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WindowsByLength = dict[int, "Windows"]

LENGTHS_DAYS = (7, 14, 28)
LONGEST_DAYS = max(LENGTHS_DAYS)
LEAST_UNITS = 0.5  # less rounds to 0


@dataclass(frozen=True)
class Windows:
    """Sums over n windows of one length, each forecast from the day before it, without unknown days."""

    length_days: int
    ends: Ints  # (n,) last day, counted from 1970
    sold: Floats  # (n, n_series), units
    expected: Floats
    sold_by_weekday: Floats  # (n, 7), Monday first
    expected_by_weekday: Floats

    @classmethod
    def of(cls, sales: NDArray[np.floating], forecast: NDArray[np.floating], end: int) -> Self:
        """One window: `sales` and `forecast` are (n_series, n_days), NaN where nothing was recorded."""
        known = np.isfinite(sales) & np.isfinite(forecast)
        sold, expected = (np.where(known, part, 0.0).astype(np.float64) for part in (sales, forecast))
        start = np.datetime64(int(end) - sales.shape[1] + 1, "D")
        weekday = np.eye(WEEK_DAYS)[calendar(start, sales.shape[1]).weekday]
        by_weekday = (part.sum(0)[None] @ weekday for part in (sold, expected))
        return cls(sales.shape[1], np.array([end]), sold.sum(1)[None], expected.sum(1)[None], *by_weekday)

    @classmethod
    def joined(cls, parts: Sequence[Windows]) -> Self:
        """Windows one after the other."""
        columns = [[getattr(part, field.name) for part in parts] for field in fields(cls)[1:]]
        return cls(parts[0].length_days, *(np.concatenate(column) for column in columns))

    def __len__(self) -> int:
        return len(self.ends)

    def take(self, rows: ArrayLike) -> Windows:
        """Some of the windows, by position or mask."""
        chosen = np.asarray(rows)
        columns = (getattr(self, field.name)[chosen] for field in fields(self)[1:])
        return Windows(self.length_days, *columns)

    @property
    def ratio(self) -> Floats:
        """Units sold for each unit expected, over all series, (n,)."""
        return np.asarray(self.sold.sum(1) / np.maximum(self.expected.sum(1), 1e-9))

    @property
    def expects_nothing(self) -> NDArray[np.bool_]:
        """Whether the forecast of all series together rounds to 0, (n,)."""
        return np.asarray(self.expected.sum(1) < LEAST_UNITS)
