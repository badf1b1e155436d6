"""Discontinued series: those without a record for long, while the others go on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.panel.sales_panel import SalesPanel
from models.components.seasonal_profile import Ints

NO_DAY = np.iinfo(np.int32).min  # the last record of a series without one
MIN_SILENT_DAYS = 91  # a quarter; see `Records.discontinued`
LONGEST_GAPS = 2
ACTIVE_SHARE = 0.02


@dataclass(frozen=True)
class Records:
    """When series were last recorded and how long they paused before; days are counted from 1970."""

    last_day: Ints  # (n_series,), `NO_DAY` without a record
    longest_gap: Ints  # (n_series,), days from one record to the next

    @classmethod
    def of(cls, panel: SalesPanel) -> Records:
        """The records of a panel; a recorded zero is a record."""
        known = np.isfinite(panel.sales)
        column = np.arange(panel.n_days, dtype=np.int32)
        newest = np.maximum.accumulate(np.where(known, column, np.int32(-1)), axis=1)
        gap = np.where(known[:, 1:] & (newest[:, :-1] >= 0), column[1:] - newest[:, :-1], 0)
        last = newest[:, -1].astype(np.int64)
        last_day = np.where(last >= 0, last + panel.start.astype(np.int64), NO_DAY)
        return cls(last_day, gap.max(axis=1, initial=0).astype(np.int64))

    def merged(self, earlier: Records, row: Ints, ends: Ints) -> Records:
        """These records with earlier ones of the same series, up to day `ends`; `row` is −1 for none."""
        known = (row >= 0) & (earlier.last_day[row] <= ends)
        last_day = np.where(known, earlier.last_day[row], NO_DAY)
        longest_gap = np.where(known, earlier.longest_gap[row], 0)
        return Records(np.maximum(self.last_day, last_day), np.maximum(self.longest_gap, longest_gap))

    def newest_day(self, end: int) -> int:
        """The last day up to `end` on which 2 % of the series, and at least one, are still recorded."""
        newest = np.sort(np.minimum(self.last_day, end))[::-1]
        return int(newest[int(np.ceil(ACTIVE_SHARE * len(newest))) - 1])

    def discontinued(self, newest_day: Ints) -> NDArray[np.bool_]:
        """Which series are silent for more than 91 days and than twice their longest gap, (n_series,).

            records  |||| ||  ||| ||||          . . . . . . . . .
                         longest gap  last_day ─▸ silent days ◂─ newest_day (n_series,)

        Silent days count up to the newest day of the chain, so that no series of a chain that stops as a
        whole is discontinued. 91 days: in two real sets without their rows of zero, 0 was nearer to the next
        90 days than the last level after 21 of 22 silences of 91 days, and after 72 of 97 of 28 days. Twice
        the longest gap: a series with irregular pauses hardly ever exceeds its own record by as much.
        """
        silent_days = newest_day - self.last_day
        is_silent = (silent_days > MIN_SILENT_DAYS) & (silent_days > LONGEST_GAPS * self.longest_gap)
        return np.asarray(is_silent & (self.last_day != NO_DAY))
