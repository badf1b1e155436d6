"""Recording gaps: whether enough days are recorded for a check, compared with the past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import WEEK_DAYS, YEAR_DAYS
from drift.detector.windows import LONGEST_DAYS, Floats

RECORDED_SHARE = 0.8  # of the usual records of series that have any; below it there is a gap
REPRESENTATIVE_SHARE = 0.5  # of the usual records of all series
REGULAR_SHARE = 0.6  # of days, five of seven less holidays; with fewer a week without records is usual

Bools = NDArray[np.bool_]


def usual_share(sales: NDArray[np.floating]) -> Floats:
    """Share of the last year's days that have a record, (n_series,); 1 without any days."""
    year = np.isfinite(sales[:, -YEAR_DAYS:])
    return np.asarray(year.mean(axis=1) if year.shape[1] else np.ones(len(year)))


@dataclass(frozen=True)
class Records:
    """Days up to the newest that have a record, and the share of days that usually have one.

    A series without any of these days has ended or is not sent; it is not expected.
    """

    known: Bools  # (n_series, n_days)
    usual: Floats  # (n_series,)

    @classmethod
    def of(cls, sales: NDArray[np.floating], n_days: int) -> Self:
        """Of the last `n_days` days of a history and the 28 before, where the forecast starts."""
        n_recent = n_days + LONGEST_DAYS
        return cls(np.isfinite(sales[:, -n_recent:]), usual_share(sales[:, :-n_recent]))

    def usable_lengths(self, lengths: Sequence[int]) -> list[int]:
        """Those of the lengths whose newest days are recorded well enough, of enough series, for a check."""
        n_usual = REPRESENTATIVE_SHARE * float(self.usual[self.known.any(axis=1)].sum())  # a day
        return [
            length
            for length in lengths
            if self.known[:, -length:].sum() >= max(length * n_usual, 1) and self.has_no_gap(length, length)
        ]

    def has_no_gap(self, n_days: int, length_days: int) -> bool:
        """Whether most of the last `n_days` days are recorded, of series with records in the window."""
        here = self.known[:, -length_days:].any(axis=1)
        days = self.known[here, -n_days:]
        n_usual = days.shape[1] * float(self.usual[here].sum())
        return bool(days.sum() >= RECORDED_SHARE * n_usual)

    def shares(self, n_days: int) -> tuple[float, float]:
        """Shares of days with a record, newest and usual, of series that have not ended."""
        is_active = self.known.any(axis=1)
        rows = is_active if is_active.any() else np.ones_like(is_active)
        return float(self.known[rows, -n_days:].mean()), float(self.usual[rows].mean())

    def silent_weeks(self, length_days: int) -> Bools:
        """Whether a series has no record in a week of the newest days, (n_series, n_weeks).

        Series with rare records count only once they have none in 28 days.
        """
        is_regular = self.usual >= REGULAR_SHARE
        recent = self.known[:, -LONGEST_DAYS:]
        has_ended = ~recent.any(axis=1) & (recent.shape[1] == LONGEST_DAYS)
        weeks = self.known[:, -length_days:].reshape(len(self.known), -1, WEEK_DAYS)
        return np.asarray(~weeks.any(axis=2) & (is_regular | has_ended)[:, None])
