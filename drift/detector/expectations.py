"""Expectations: member O's forecasts of new and past weeks, each from the days before it."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.dates.calendar_days import WEEK_DAYS
from data.jobs.progress import wait_for
from data.panel.sales_panel import SalesPanel
from drift.detector.windows import LENGTHS_DAYS, LONGEST_DAYS, Ints, Windows, WindowsByLength
from models.forecaster.fitting import Effort, fit_members

MEMBER = "O"  # has no trees, and does not change with a retraining
EFFORT = Effort(max_rows=20_000, rounds=0, seed=1)
REFIT_WEEKS = 2  # a profile one week old forecasts as well, at half the cost
FIRST_ORIGIN_DAYS, ENOUGH_WEEKS = 400, 60
LEAST_ORIGIN_DAYS = 60

Forecast = NDArray[np.float32]


@dataclass(frozen=True)
class Replay:
    """A panel and forecasts of its weeks: `forecasts[day]` (n_series, 28) start with column `day`."""

    panel: SalesPanel
    forecasts: dict[int, Forecast]

    @cached_property
    def ends(self) -> Ints:
        """Columns of the last days of windows that are complete at all lengths, increasing."""
        origins = np.array(sorted(self.forecasts))
        possible = origins[origins + LONGEST_DAYS <= self.panel.n_days] + LONGEST_DAYS
        complete = [end for end in possible if all(end - days in self.forecasts for days in LENGTHS_DAYS)]
        return np.array(complete, np.int64) - 1

    @cached_property
    def windows(self) -> WindowsByLength:
        """Every complete window, by length; row k of each ends on day `ends[k]`."""
        return {days: Windows.joined([self.window(end, days) for end in self.ends]) for days in LENGTHS_DAYS}

    def windows_of(self, weeks: ArrayLike) -> WindowsByLength:
        """Those of the complete windows that end with `weeks`, positions in `ends`."""
        return {days: of_length.take(weeks) for days, of_length in self.windows.items()}

    def window(self, end: int, length_days: int, sales: NDArray[np.floating] | None = None) -> Windows:
        """The window of `length_days` days that ends in column `end`, of other `sales` if given."""
        first = end + 1 - length_days
        actual = self.panel.sales[:, first : end + 1] if sales is None else sales
        return Windows.of(actual, self.forecasts[first][:, :length_days], self.first_day + end)

    @property
    def first_day(self) -> int:
        """Day of column 0, counted from 1970."""
        return int(self.panel.start.astype(np.int64))


def replay(panel: SalesPanel, n_weeks: int) -> Replay:
    """Forecast the newest `n_weeks` weeks from the days before; .2 s of a core per week for 500 series."""
    origins = replay_origins(panel.n_days, n_weeks)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = [origins[first : first + REFIT_WEEKS] for first in range(0, len(origins), REFIT_WEEKS)]
        jobs = [pool.submit(_forecasts, panel, part) for part in parts]
        wait_for(jobs, "Replay of past weeks")
    forecasts = {origin: forecast for job in jobs for origin, forecast in job.result().items()}
    return Replay(panel, forecasts)


def replay_origins(n_days: int, n_weeks: int) -> list[int]:
    """Weekly first days of forecasts, increasing; the last window of each length ends with the panel.

    Origins start after 400 days of history, so that a season is known, or after 60 where that leaves too few.
    """
    newest = n_days - WEEK_DAYS
    has_season = n_days >= FIRST_ORIGIN_DAYS + ENOUGH_WEEKS * WEEK_DAYS
    least = FIRST_ORIGIN_DAYS if has_season else LEAST_ORIGIN_DAYS
    oldest = max(least, n_days - LONGEST_DAYS - WEEK_DAYS * (n_weeks - 1))
    return list(range(newest, oldest - 1, -WEEK_DAYS))[::-1]


def forecast_from(panel: SalesPanel, origin: int) -> Forecast:
    """Member O's forecasts of the 28 days from column `origin` on, from those before it: (n_series, 28)."""
    return _forecasts(panel, [origin])[origin]


def _forecasts(panel: SalesPanel, origins: list[int]) -> dict[int, Forecast]:
    """Forecasts from each origin, by the profile and blend of the first."""
    members = fit_members(_before(panel, origins[0]), LONGEST_DAYS, EFFORT)
    return {
        origin: members.forecast(_before(panel, origin), LONGEST_DAYS).by_name[MEMBER].astype(np.float32)
        for origin in origins
    }


def _before(panel: SalesPanel, origin: int) -> SalesPanel:
    return SalesPanel(panel.sales[:, :origin], panel.start, panel.series)
