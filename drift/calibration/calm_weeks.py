"""Which replayed weeks the thresholds are fitted on."""

import numpy as np

from drift.detector.detector import Detector
from drift.detector.expectations import Replay
from drift.detector.group_shifts import Groups
from drift.detector.windows import LONGEST_DAYS, Ints

MOST_WEEKS = 156
WARM_DAYS, ENOUGH_WARM_WEEKS = 540, 52  # of history before an origin: with less, forecasts lack the season


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
