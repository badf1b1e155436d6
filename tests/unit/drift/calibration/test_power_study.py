"""Shares of false alarms and found shocks, with their ranges."""

import numpy as np
import pytest

from drift.calibration.power_study import Share, measure
from tests.unit.drift.synthetic_replays import synthetic_replay


@pytest.mark.parametrize(("n_found", "n", "lower", "upper"), [(0, 96, 0.0, 0.0385), (8, 10, 0.490, 0.943)])
def test_shares_come_with_wilson_s_interval(n_found: int, n: int, lower: float, upper: float) -> None:
    share = Share.count(np.arange(n) < n_found)
    assert [share.lower, share.upper] == pytest.approx([lower, upper], abs=1e-3)


def test_without_a_trial_the_share_is_unknown() -> None:
    nothing = Share.count(np.zeros(0, bool))
    assert (nothing.share, nothing.lower, nothing.upper) == (None, 0, 1)


def test_weeks_without_drift_and_shocks_are_counted() -> None:
    replay = synthetic_replay(n_weeks=100)
    evidence = measure(replay, 26, 0.005)
    assert evidence is not None
    assert evidence.false_alarms.of == 26
    assert evidence.false_alarms.found == len(evidence.false_alarm_days) <= 3
    power = {one.shock: one for one in evidence.power}
    for shock in ("all ×1.3", "all ×0.5", "closed store", "rotated weekdays", "item mix ±50 %"):
        assert power[shock].within_28_days.share == 1, shock
        assert power[shock].within_28_days.of == 22  # the last four have no 28 days after them
    small = power["all ×1.05"].within_28_days.share
    assert small is not None
    assert small < 0.6


def test_thresholds_use_earlier_weeks_only() -> None:
    steady, odd = synthetic_replay(n_weeks=60), synthetic_replay(n_weeks=60)
    odd.panel.sales[:, -7:] *= 4
    before, after = (measure(one, 13, 0.005) for one in (steady, odd))
    assert before is not None
    assert after is not None
    assert set(after.false_alarm_days) - set(before.false_alarm_days) == {after.last_check}


def test_too_short_a_history_gives_no_evidence() -> None:
    replay = synthetic_replay(n_weeks=24)
    assert measure(replay, 52, 0.005) is None
