"""What the alarm must never miss, whatever odd week its past holds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.calibration.calm_weeks import fit_on
from drift.detector.detector import FEWEST_WEEKS
from drift.detector.expectations import Replay
from drift.detector.group_shifts import Groups
from tests.unit.drift.synthetic_replays import last_windows, shocked, synthetic_replay

replays = st.builds(
    synthetic_replay,
    n_weeks=st.integers(FEWEST_WEEKS + 4, 60),
    n_stores=st.integers(1, 4),
    n_items=st.integers(1, 6),
    seed=st.integers(0, 2**16),
    sales_level=st.floats(20, 60),
)
odd_factors = st.floats(0, 8)


def with_odd_week(replay: Replay, week: int, factor: float) -> Replay:
    """The same world, one week of whose past was anything."""
    last = int(replay.ends[week % (len(replay.ends) - 5)])
    replay.panel.sales[:, last - 6 : last + 1] *= factor
    return replay


def alarms(replay: Replay, factor: np.ndarray) -> bool:
    """Whether the last 28 days alarm once they are multiplied, by thresholds from weeks before them."""
    groups = Groups.of(replay.panel.series)
    detector = fit_on(replay, groups, np.arange(len(replay.ends) - 4), 0.005)
    assert detector.n_weeks >= FEWEST_WEEKS
    return bool(detector.largest_score(last_windows(shocked(replay, factor)), groups)[0] > 1)


@settings(max_examples=40)
@given(replays, st.integers(0, 60), odd_factors, st.integers(0, 3))
def test_a_store_that_sells_nothing_for_28_days_is_always_found(
    replay: Replay, week: int, odd: float, store: int
) -> None:
    replay = with_odd_week(replay, week, odd)
    groups = Groups.of(replay.panel.series)
    assert alarms(replay, np.where(groups.store == store % groups.n_stores, 0.0, 1.0))


@settings(max_examples=40)
@given(replays, st.integers(0, 60), odd_factors)
def test_half_of_the_total_is_always_found(replay: Replay, week: int, odd: float) -> None:
    replay = with_odd_week(replay, week, odd)
    assert alarms(replay, np.full(replay.panel.n_series, 0.5))
