"""Which days were recorded, beside how many used to be: whether they are enough to be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import WEEK_DAYS, YEAR_DAYS
from drift.detector.windows import LONGEST_DAYS, Floats

RECORDED_SHARE = 0.8  # of what used to be recorded of the series that are there; below it there is a gap
REPRESENTATIVE_SHARE = 0.5  # of what used to be recorded of all; fewer do not speak for the rest
REGULAR_SHARE = (
    0.6  # of days: five of seven less holidays; a series with fewer records may be without any for a week
)

Bools = NDArray[np.bool_]


def usual_share(sales: NDArray[np.floating]) -> Floats:
    """Share of the last year's days of which something was recorded, (n_series,); 1 without any days."""
    year = np.isfinite(sales[:, -YEAR_DAYS:])
    return np.asarray(year.mean(axis=1) if year.shape[1] else np.ones(len(year)))


@dataclass(frozen=True)
class Records:
    """Days up to the newest with a record, and the share of days that used to have one.

    A series without any of these days has ended, or nobody sent it: nothing waits for it.
    """

    known: Bools  # (n_series, n_days)
    usual: Floats  # (n_series,)

    @classmethod
    def of(cls, sales: NDArray[np.floating], n_days: int) -> Self:
        """The last `n_days` days of a history and the 28 before them, which a forecast starts from."""
        n_recent = n_days + LONGEST_DAYS
        return cls(np.isfinite(sales[:, -n_recent:]), usual_share(sales[:, :-n_recent]))

    def usable_lengths(self, lengths: Sequence[int]) -> list[int]:
        """Those of the lengths whose newest days are recorded well enough.

        Series without any record in them are left out of a verdict, as long as enough others are there.
        """
        return [
            length
            for length in lengths
            if self._is_representative(length) and self.has_no_gap(length, length)
        ]

    def has_no_gap(self, n_days: int, length_days: int) -> bool:
        """Whether most of the last `n_days` days are recorded, of series with records in the window."""
        here = self.known[:, -length_days:].any(axis=1)
        days = self.known[here, -n_days:]
        n_usual = days.shape[1] * float(self.usual[here].sum())
        return bool(days.sum() >= RECORDED_SHARE * n_usual)

    def _is_representative(self, length_days: int) -> bool:
        """Whether what is recorded of the window says something of all series."""
        n_recorded = int(self.known[:, -length_days:].sum())
        n_usual = length_days * float(self.usual[self.known.any(axis=1)].sum())
        return n_recorded > 0 and n_recorded >= REPRESENTATIVE_SHARE * n_usual

    def shares(self, n_days: int) -> tuple[float, float]:
        """What is recorded of the newest days and what used to be, of series that have not ended."""
        going_on = self.known.any(axis=1)
        rows = going_on if going_on.any() else np.ones_like(going_on)
        return float(self.known[rows, -n_days:].mean()), float(self.usual[rows].mean())

    def silent_weeks(self, length_days: int) -> Bools:
        """Weeks of the newest days without a record of a series that misses them, (n_series, n_weeks).

        No record in 28 days is worth a word of any series.
        """
        is_regular = self.usual >= REGULAR_SHARE
        lately = self.known[:, -LONGEST_DAYS:]
        is_over = ~lately.any(axis=1) & (lately.shape[1] == LONGEST_DAYS)
        weeks = self.known[:, -length_days:].reshape(len(self.known), -1, WEEK_DAYS)
        return np.asarray(~weeks.any(axis=2) & (is_regular | is_over)[:, None])
