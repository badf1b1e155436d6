"""The detector on synthetic replays: below its threshold without drift, above it for every shock."""

import numpy as np
import pytest
from numpy.typing import NDArray

from drift.calibration.threshold_fit import fit_on
from drift.detector.detector import STATISTICS, TESTS, Detector
from drift.detector.expectations import Replay
from drift.detector.extreme_quantile import FEWEST_WEEKS
from drift.detector.group_shifts import Groups
from models.storage.array_packing import pack, unpack
from tests.unit.drift.synthetic_replays import last_windows, shocked, synthetic_replay

RATE = 0.005


def fitted(replay: Replay, n_weeks: int | None = None) -> tuple[Detector, Groups]:
    groups = Groups.of(replay.panel.series)
    weeks = np.arange(len(replay.ends) - 5)[-n_weeks if n_weeks else None :]
    return fit_on(replay, groups, weeks, RATE), groups


REPLAY = synthetic_replay()
DETECTOR, GROUPS = fitted(REPLAY)


def found(replay: Replay, detector: Detector = DETECTOR) -> dict[str, float]:
    """The largest reading of each test over all lengths, where there is one."""
    result = detector.evaluate(last_windows(replay), GROUPS)
    largest = np.fmax.reduce([one.relative[0] for one in result.values()])
    return {name: float(value) for name, value in zip(TESTS, largest, strict=True) if np.isfinite(value)}


def factor(of: NDArray[np.bool_], size: float) -> NDArray[np.floating]:
    return np.where(of, size, 1.0)


def test_weeks_without_drift_stay_below_the_threshold() -> None:
    assert max(found(REPLAY).values()) < 1


def test_few_weeks_without_drift_are_false_alarms() -> None:
    other = synthetic_replay(seed=7)
    detector, groups = fitted(other, n_weeks=80)
    assert (detector.largest_score(other.windows, groups) > 1).mean() <= 0.02


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
    assert found(shocked(REPLAY, shock))[statistic] > 1


def test_with_too_few_weeks_only_gross_faults_are_tested() -> None:
    detector, _ = fitted(REPLAY, n_weeks=FEWEST_WEEKS - 1)
    assert not detector.lengths
    assert set(found(REPLAY, detector)) == {"closed store", "gross total"}
    assert found(shocked(REPLAY, factor(GROUPS.store == 1, 0.0)), detector)["closed store"] > 1
    assert max(found(shocked(REPLAY, np.full(18, 1.3)), detector).values()) < 1


def test_fewer_weeks_raise_the_threshold() -> None:
    few, _ = fitted(REPLAY, n_weeks=30)
    assert few.threshold > 1.5 * DETECTOR.threshold


def test_a_constant_statistic_is_left_out_and_the_others_remain() -> None:
    still = synthetic_replay()
    for of_length in still.windows.values():
        of_length.sold_by_weekday[:] = of_length.expected_by_weekday
    detector, groups = fitted(still)
    weekday = STATISTICS.index("weekday")
    assert all(np.isnan(length.tail[weekday]) for length in detector.lengths.values())
    windows = last_windows(shocked(still, np.full(18, 1.3)))
    assert detector.largest_score(windows, groups)[0] > 1


def test_the_total_is_not_tested_in_an_unknown_season() -> None:
    first_day = REPLAY.first_day + 200
    detector = Detector.fit(
        {d: w.take(range(100)) for d, w in REPLAY.windows.items()}, GROUPS, first_day, RATE
    )
    early = {days: windows.take([3]) for days, windows in REPLAY.windows.items()}
    total = STATISTICS.index("total")
    assert all(np.isnan(one.relative[0, total]) for one in detector.evaluate(early, GROUPS).values())
    assert np.isfinite(detector.evaluate(last_windows(REPLAY), GROUPS)[28].relative[0, total])


def test_a_detector_is_the_same_after_saving() -> None:
    again = unpack(Detector, pack(DETECTOR))
    np.testing.assert_array_equal(
        again.largest_score(REPLAY.windows, GROUPS), DETECTOR.largest_score(REPLAY.windows, GROUPS)
    )
    nothing = unpack(Detector, pack(Detector({}, np.inf, 3)))
    assert (nothing.lengths, nothing.n_weeks) == ({}, 3)
