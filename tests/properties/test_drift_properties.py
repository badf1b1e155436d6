"""Properties of drift detection: what is always found, and sales that never vary."""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel, SeriesIndex
from drift.calibrate import calibrate
from drift.calibration.threshold_fit import fit_on
from drift.calibration.thresholds import Calibration
from drift.check import check
from drift.checking.online_check import OnlineCheck
from drift.detector.expectations import Replay
from drift.detector.extreme_quantile import FEWEST_WEEKS
from drift.detector.group_shifts import Groups
from drift.params import DriftParams
from drift.result.drift_summary import DriftSummary
from models.champion import Champion
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.storage.version_record import ChampionRecord, new_version
from tests.unit.drift.synthetic_replays import last_windows, shocked, synthetic_replay

replays = st.builds(
    synthetic_replay,
    n_weeks=st.integers(FEWEST_WEEKS + 4, 60),
    n_stores=st.integers(1, 4),
    n_items=st.integers(1, 6),
    seed=st.integers(0, 2**16),
    sales_level=st.floats(20, 60),
)
START = np.datetime64("2021-03-01", "D")
QUICK = ForecasterParams(folds=1, backtest_rows=200, final_rows=200, rounds=1)
factors = st.floats(0, 8)


def with_unusual_week(replay: Replay, week: int, factor: float) -> Replay:
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
@given(replays, st.integers(0, 60), factors, st.integers(0, 3))
def test_a_store_that_sells_nothing_for_28_days_is_always_found(
    replay: Replay, week: int, unusual: float, store: int
) -> None:
    replay = with_unusual_week(replay, week, unusual)
    groups = Groups.of(replay.panel.series)
    assert alarms(replay, np.where(groups.store == store % groups.n_stores, 0.0, 1.0))


@settings(max_examples=40)
@given(replays, st.integers(0, 60), factors)
def test_half_of_the_total_is_always_found(replay: Replay, week: int, unusual: float) -> None:
    replay = with_unusual_week(replay, week, unusual)
    assert alarms(replay, np.full(replay.panel.n_series, 0.5))


@st.composite
def panels_without_variation(draw: st.DrawFn) -> SalesPanel:
    """Sales that never change, are all zero, or cover one day or one series; known or not recorded at all."""
    n_stores, n_items = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    n_days = draw(st.sampled_from([1, 7, 60, 95, 200, 400, 620]))
    sales = np.full((n_stores * n_items, n_days), draw(st.sampled_from([0.0, 5.0, 1e6])), np.float32)
    if draw(st.booleans()):
        sales += np.arange(n_days) % 7
    if draw(st.booleans()):
        sales[0] = draw(st.sampled_from([0.0, np.nan]))
    labels = [(store, item) for store in range(n_stores) for item in range(n_items)]
    return SalesPanel(sales, START, SeriesIndex.from_labels(*zip(*labels, strict=True)))


@settings(max_examples=30)
@given(panels_without_variation(), st.sampled_from([1, 7, 14, 28]), st.sampled_from([0.0, 1.0, 40.0]))
def test_sales_without_variation_are_calibrated_and_checked(
    panel: SalesPanel, n_new: int, factor: float
) -> None:
    new = np.tile(panel.sales[:, -7:], (1, 5))[:, :n_new] * np.float32(factor)
    now = SalesPanel(np.hstack([panel.sales, new]), panel.start, panel.series)
    summary = check(now, champion_of(panel), DriftParams()).summary
    assert DriftSummary.model_validate(json.loads(summary.model_dump_json(by_alias=True))) == summary
    if factor == 1.0:
        assert summary.verdict != "drift", summary.words


@settings(max_examples=30)
@given(panels_without_variation(), st.sampled_from([7, 14, 28]), st.sampled_from([0.0, 1.0, 1e12]))
def test_sales_without_variation_are_checked_online(panel: SalesPanel, n_new: int, sold: float) -> None:
    champion = champion_of(panel)
    online = OnlineCheck.of(Calibration.load(champion.folder), champion.forecaster.forecast(panel, 28))
    dates = np.repeat(panel.end + 1 + np.arange(n_new), panel.n_series)
    stores, items = (list(names) * n_new for names in (panel.series.stores, panel.series.items))
    try:
        summary = online.check(dates, stores, items, np.full(len(dates), sold), "v")
    except DataContractError:
        return  # too few rows
    assert DriftSummary.model_validate(json.loads(summary.model_dump_json(by_alias=True))) == summary


def champion_of(panel: SalesPanel) -> Champion:
    """The smallest champion a check accepts, with thresholds from this panel."""
    now, folder = datetime.now(UTC), Path(tempfile.mkdtemp())
    calibrate(panel, DriftParams(replay_weeks=40, evidence_weeks=8)).save(folder)
    record = ChampionRecord(
        version=new_version(now, {}),
        kind="trained",
        cutoff=panel.end.astype(object),
        created_at=now,
        data_hash="",
        params_hash="",
        files={},
    )
    champion = Champion(folder, record, {})
    champion.__dict__["forecaster"] = Forecaster.fit(panel, QUICK)  # where `Champion` caches it
    return champion
