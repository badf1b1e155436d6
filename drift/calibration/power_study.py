"""Power study: false alarms in weeks without drift, and how often injected shocks are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import WEEK_DAYS
from data.jobs.progress import progress
from drift.calibration.shocks import SHOCKS, Shock
from drift.calibration.threshold_fit import fit_on, weeks_without_drift
from drift.detector.detector import Detector
from drift.detector.expectations import Replay
from drift.detector.group_shifts import Groups
from drift.detector.windows import LENGTHS_DAYS, LONGEST_DAYS

RENEWED_EVERY_WEEKS = 13
LEAST_TEST_WEEKS = 8


@dataclass(frozen=True)
class Share:
    """A count, and the 95 % range of the true share (Wilson 1927); the share is null where nothing was tried.

    Neighbouring weeks depend on each other, so the range should be somewhat wider.
    """

    found: int
    of: int
    share: float | None
    lower: float
    upper: float

    @classmethod
    def count(cls, found: NDArray[np.bool_]) -> Share:
        """Share of values (n,) that are true."""
        n_found, n = int(found.sum()), len(found)
        if n == 0:
            return cls(0, 0, None, 0.0, 1.0)
        from scipy.stats import binomtest  # slow to import

        interval = binomtest(n_found, n).proportion_ci(method="wilson")
        return cls(n_found, n, n_found / n, float(interval.low), float(interval.high))


@dataclass(frozen=True)
class Power:
    """How often a shock was found within 7 and within 28 days of its first day, by a check every 7 days."""

    shock: str
    within_7_days: Share
    within_28_days: Share


@dataclass(frozen=True)
class Evidence:
    """Weekly checks of past weeks, each with thresholds from earlier weeks only."""

    first_check: str
    last_check: str
    false_alarms: Share
    false_alarm_days: list[str]
    power: list[Power]


def measure(replay: Replay, n_weeks: int, false_alarm_rate: float) -> Evidence | None:
    """Check the newest `n_weeks` weeks, as recorded and with shocks; None with too few weeks before them."""
    groups = Groups.of(replay.panel.series)
    detectors = _detectors(replay, groups, n_weeks, false_alarm_rate)
    weeks = sorted(detectors)
    if len(weeks) < LEAST_TEST_WEEKS:
        return None
    scores = [detectors[week].largest_score(replay.windows_of([week]), groups)[0] for week in weeks]
    alarming = np.array(scores) > 1
    shocked = [week for week in weeks if replay.ends[week] + LONGEST_DAYS < replay.panel.n_days]
    days = [str(replay.panel.start + np.timedelta64(int(replay.ends[week]), "D")) for week in weeks]
    power = []
    for name, shock in progress(SHOCKS.items(), "Shocks"):
        found = _found(replay, groups, detectors, shocked, shock)
        power.append(Power(name, Share.count(found[:, 0]), Share.count(np.asarray(found.any(axis=1)))))
    false_alarm_days = [day for day, is_alarming in zip(days, alarming, strict=True) if is_alarming]
    return Evidence(days[0], days[-1], Share.count(alarming), false_alarm_days, power)


def _detectors(replay: Replay, groups: Groups, n_weeks: int, false_alarm_rate: float) -> dict[int, Detector]:
    """The detector of each of the newest weeks, fitted on weeks before it and refitted every 13 weeks."""
    detectors: dict[int, Detector] = {}  # by the position of the week in the replay
    n_ends = len(replay.ends)
    for first in range(max(n_ends - n_weeks, 1), n_ends, RENEWED_EVERY_WEEKS):
        detector = fit_on(replay, groups, weeks_without_drift(replay.ends[:first]), false_alarm_rate)
        if detector.lengths:
            detectors |= dict.fromkeys(range(first, min(first + RENEWED_EVERY_WEEKS, n_ends)), detector)
    return detectors


def _found(
    replay: Replay, groups: Groups, detectors: dict[int, Detector], weeks: list[int], shock: Shock
) -> NDArray[np.bool_]:
    """Whether a check 7, 14, 21 or 28 days after each week is the first to find a shock after it, (n, 4)."""
    rng = np.random.default_rng(5)
    sales: NDArray[np.floating[Any]] = replay.panel.sales
    found = np.zeros((len(weeks), LONGEST_DAYS // WEEK_DAYS), bool)
    for row, week in enumerate(weeks):
        last = int(replay.ends[week])  # before the shock, as are the forecasts
        shocked = shock(sales[:, last + 1 : last + 1 + LONGEST_DAYS], groups, rng)
        for check, n_days in enumerate(range(WEEK_DAYS, LONGEST_DAYS + 1, WEEK_DAYS)):
            before = sales[:, last + 1 + n_days - LONGEST_DAYS : last + 1]
            mixed = np.concatenate([before, shocked[:, :n_days]], axis=1)
            windows = {
                length: replay.window(last + n_days, length, mixed[:, -length:])
                for length in LENGTHS_DAYS
                if length >= n_days
            }
            found[row, check] = detectors[week].largest_score(windows, groups)[0] > 1
            if found[row, check]:
                break
    return found
