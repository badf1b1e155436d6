"""Which replayed weeks the thresholds are learnt from."""

from __future__ import annotations

import numpy as np

from drift.detector.detector import Detector
from drift.detector.expectations import Replay
from drift.detector.group_shifts import Groups
from drift.detector.windows import LONGEST_DAYS, Ints

MOST_WEEKS = 156
WARM_DAYS, ENOUGH_WARM_WEEKS = 540, 52  # before that a month's usual share of the year is not learnt yet


def weeks_without_drift(ends: Ints) -> Ints:
    """Positions of the weeks to learn from, among window ends as columns: new, with enough history."""
    newest = np.arange(max(0, len(ends) - MOST_WEEKS), len(ends))
    warm = newest[ends[newest] + 1 - LONGEST_DAYS >= WARM_DAYS]
    return warm if len(warm) >= ENOUGH_WARM_WEEKS else newest


def fit_on(replay: Replay, groups: Groups, weeks: Ints, false_alarm_rate: float) -> Detector:
    """An alarm that knows these weeks and no others."""
    if len(weeks) == 0:
        return Detector({}, np.inf, 0)
    windows = {length: of_length.take(weeks) for length, of_length in replay.windows.items()}
    return Detector.fit(windows, groups, replay.first_day, false_alarm_rate)
