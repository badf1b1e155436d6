"""Fit of all thresholds on replayed weeks, and which weeks these are."""

import numpy as np

from drift.calibration.thresholds import Thresholds
from drift.detector.detector import Detector
from drift.detector.expectations import Replay
from drift.detector.group_shifts import Groups
from drift.detector.windows import LONGEST_DAYS, Ints
from drift.monitors.error_drift import error_limits
from drift.monitors.input_drift import distance_limits
from drift.params import DriftParams

MOST_WEEKS = 156
WARM_DAYS, ENOUGH_WARM_WEEKS = 540, 52  # of history before an origin: with less, forecasts lack the season


def fit_thresholds(replay: Replay, params: DriftParams) -> Thresholds:
    """Fit the detector, the limits of errors and those of input distances."""
    panel, weeks = replay.panel, weeks_without_drift(replay.ends)
    return Thresholds(
        last_day=int(panel.end.astype(np.int64)),
        detector=fit_on(replay, Groups.of(panel.series), weeks, params.false_alarm_rate),
        errors=error_limits(replay),
        input_distances=distance_limits(panel, LONGEST_DAYS, params.replay_weeks),
    )


def weeks_without_drift(ends: Ints) -> Ints:
    """Positions of the weeks to fit on among window `ends` (columns): the newest, with enough history."""
    newest = np.arange(max(0, len(ends) - MOST_WEEKS), len(ends))
    warm = newest[ends[newest] + 1 - LONGEST_DAYS >= WARM_DAYS]
    return warm if len(warm) >= ENOUGH_WARM_WEEKS else newest


def fit_on(replay: Replay, groups: Groups, weeks: Ints, false_alarm_rate: float) -> Detector:
    """A detector fitted on these weeks alone."""
    if len(weeks) == 0:
        return Detector({}, np.inf, 0)
    return Detector.fit(replay.windows_of(weeks), groups, replay.first_day, false_alarm_rate)
