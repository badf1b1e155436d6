"""Shifts of the total that return every year: they are season, not drift."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import YEAR_DAYS
from drift.detector.windows import LONGEST_DAYS, Floats, Ints

NEIGHBOURS_DAYS = (-7, 0, 7)
EARLIER_YEARS, LATER_YEARS = (1, 2, 3), (-1, -2)
SEASON_DAYS = 480
LEAST_PAIRS = 26  # with fewer windows that have one a year before, none is expected to return


@dataclass(frozen=True)
class YearlySeason:
    """Past shifts of the total by the last day of their window, counted from 1970."""

    first_day: int  # of the history
    ends: Ints  # (n,), increasing
    shifts: Floats  # (n,)
    returning: float  # the part of last year's shift that comes back, 0..1

    @classmethod
    def fit(cls, first_day: int, ends: Ints, shifts: Floats) -> Self:
        """Fit on windows without drift which part of a shift returns a year later (least squares)."""
        full = cls(first_day, ends, shifts, 1.0)
        before = full.expected(ends)
        paired = before != 0
        n_pairs = int(paired.sum())
        if n_pairs < LEAST_PAIRS:
            return cls(first_day, ends, shifts, 0.0)
        slope = float((shifts * before)[paired].sum() / max(float((before[paired] ** 2).sum()), 1e-12))
        returning = min(max(slope, 0.0), 1.0) * n_pairs / (n_pairs + LEAST_PAIRS)
        return cls(first_day, ends, shifts, returning)

    def is_known(self, ends: Ints) -> NDArray[np.bool_]:
        """Whether history holds the same weeks of an earlier year, (n,); otherwise a shift may be season."""
        return np.asarray(ends - self.first_day >= YEAR_DAYS + LONGEST_DAYS - 1)

    def expected(self, ends: Ints) -> Floats:
        """Expected shift of windows that end on these days, (n,); 0 without a year before."""
        by_year = np.stack([self._around(ends, year, self.shifts) for year in EARLIER_YEARS])
        complete = np.isfinite(by_year).all(axis=2)
        means = np.where(complete, np.where(np.isfinite(by_year), by_year, 0.0).mean(axis=2), 0.0)
        return np.asarray(self.returning * means.sum(0) / np.maximum(complete.sum(0), 1))

    def largest(self, ends: Ints, fitting: bool) -> Floats:
        """Largest |shift − expected| of the same weeks in other years, (n,); later ones if `fitting`."""
        years = (*EARLIER_YEARS, *LATER_YEARS) if fitting else EARLIER_YEARS
        # an earlier forecast does not know its season
        has_season = self.ends - self.first_day + 1 >= SEASON_DAYS
        sizes = np.where(has_season, self.shifts, np.nan)
        expected = self.expected(ends)[:, None]
        found = np.stack([np.abs(self._around(ends, year, sizes) - expected) for year in years])
        return np.asarray(np.where(np.isfinite(found), found, 0.0).max(axis=(0, 2)))

    def _around(self, ends: Ints, year: int, values: Floats) -> Floats:
        """Values of the week `year` years before each end and of its neighbours, (n, 3), NaN if unknown."""
        wanted = ends[:, None] - YEAR_DAYS * year + np.array(NEIGHBOURS_DAYS)
        place = np.minimum(np.searchsorted(self.ends, wanted), len(self.ends) - 1)
        known = self.ends[place] == wanted
        return np.where(known, values[place], np.nan)
