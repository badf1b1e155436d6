"""The alarm in worlds whose truth is known: quiet in calm weeks, and every shock of the list found."""

import numpy as np
import pytest
from numpy.typing import NDArray

from drift.calibration.calm_weeks import fit_on
from drift.detector.detector import FEWEST_WEEKS, STATISTICS, TESTS, Alarm
from drift.detector.expectations import Replay
from drift.detector.group_shifts import Groups
from models.storage.array_packing import pack, unpack
from tests.unit.drift.worlds import last_windows, shocked, world

RATE = 0.005


def learnt(replay: Replay, n_weeks: int | None = None) -> tuple[Alarm, Groups]:
    groups = Groups.of(replay.panel.series)
    weeks = np.arange(len(replay.ends) - 5)[-n_weeks if n_weeks else None :]
    return fit_on(replay, groups, weeks, RATE), groups


WORLD = world()
ALARM, GROUPS = learnt(WORLD)


def found(replay: Replay, alarm: Alarm = ALARM) -> dict[str, float]:
    """The largest reading of each test over all lengths, where there is one."""
    judged = alarm.judge(last_windows(replay), GROUPS)
    largest = np.fmax.reduce([one.relative[0] for one in judged.values()])
    return {name: float(value) for name, value in zip(TESTS, largest, strict=True) if np.isfinite(value)}


def factor(of: NDArray[np.bool_], size: float) -> NDArray[np.floating]:
    return np.where(of, size, 1.0)


def test_calm_weeks_are_quiet() -> None:
    assert max(found(WORLD).values()) < 1


def test_few_weeks_alarm_in_a_world_in_which_nothing_happens() -> None:
    other = world(seed=7)
    alarm, groups = learnt(other, n_weeks=80)
    assert (alarm.is_alarming(other.windows, groups) > 1).mean() <= 0.02


@pytest.mark.parametrize(
    ("shock", "statistic"),
    [
        (np.full(18, 1.3), "total"),
        (np.full(18, 0.7), "total"),
        (factor(GROUPS.store == 1, 0.0), "closed store"),
        (factor(GROUPS.store == 1, 1.4), "store"),
        (factor(GROUPS.item == 2, 1.5), "item"),
        (factor(np.arange(18) == 4, 0.0), "low tenth"),
        (factor(np.arange(18) == 4, 3.0), "high tenth"),
        (np.exp(np.random.default_rng(3).normal(0, 0.6, 18)), "spread"),
        (np.tile([1.5, 1, 1, 1, 1, 1, 0.6], (18, 4)), "weekday"),
    ],
)
def test_each_kind_of_shock_is_found_by_its_statistic(shock: NDArray[np.floating], statistic: str) -> None:
    assert found(shocked(WORLD, shock))[statistic] > 1


def test_too_few_weeks_leave_gross_faults_alone() -> None:
    alarm, _ = learnt(WORLD, n_weeks=FEWEST_WEEKS - 1)
    assert not alarm.lengths
    assert set(found(WORLD, alarm)) == {"closed store", "gross total"}
    assert found(shocked(WORLD, factor(GROUPS.store == 1, 0.0)), alarm)["closed store"] > 1
    assert max(found(shocked(WORLD, np.full(18, 1.3)), alarm).values()) < 1


def test_fewer_weeks_raise_the_threshold() -> None:
    few, _ = learnt(WORLD, n_weeks=30)
    assert few.threshold > 1.5 * ALARM.threshold


def test_a_statistic_that_does_not_vary_is_left_out_and_the_others_go_on() -> None:
    still = world()
    for of_length in still.windows.values():
        of_length.sold_by_weekday[:] = of_length.expected_by_weekday
    alarm, groups = learnt(still)
    weekday = STATISTICS.index("weekday")
    assert all(np.isnan(length.tail[weekday]) for length in alarm.lengths.values())
    windows = last_windows(shocked(still, np.full(18, 1.3)))
    assert alarm.is_alarming(windows, groups)[0] > 1


def test_the_total_is_not_judged_in_a_season_nobody_has_seen() -> None:
    first_day = WORLD.first_day + 200
    alarm = Alarm.fit({d: w.take(range(100)) for d, w in WORLD.windows.items()}, GROUPS, first_day, RATE)
    early = {days: windows.take([3]) for days, windows in WORLD.windows.items()}
    total = STATISTICS.index("total")
    assert all(np.isnan(one.relative[0, total]) for one in alarm.judge(early, GROUPS).values())
    assert np.isfinite(alarm.judge(last_windows(WORLD), GROUPS)[28].relative[0, total])


def test_an_alarm_is_the_same_after_it_was_saved() -> None:
    again = unpack(Alarm, pack(ALARM))
    np.testing.assert_array_equal(
        again.is_alarming(WORLD.windows, GROUPS), ALARM.is_alarming(WORLD.windows, GROUPS)
    )
    nothing = unpack(Alarm, pack(Alarm({}, np.inf, 3)))
    assert (nothing.lengths, nothing.n_weeks) == ({}, 3)
