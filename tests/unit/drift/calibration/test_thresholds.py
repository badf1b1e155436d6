"""Thresholds, saved and loaded again."""

from pathlib import Path

import numpy as np
import pytest

from data.errors import ArtifactError
from data.panel.sales_panel import SalesPanel
from drift.calibrate import calibrate, replayed_weeks
from drift.calibration.thresholds import Calibration
from drift.params import DriftParams
from models.storage.array_packing import pack


def test_a_calibration_is_the_same_after_it_was_saved(calibration: Calibration, tmp_path: Path) -> None:
    calibration.save(tmp_path)
    again = Calibration.load(tmp_path)
    assert again.series == calibration.series
    assert again.evidence == calibration.evidence
    np.testing.assert_array_equal(again.recorded, calibration.recorded)
    before, after = pack(calibration.thresholds), pack(again.thresholds)
    assert before.keys() == after.keys()
    for name, array in before.items():
        np.testing.assert_array_equal(array, after[name])


def test_the_usual_share_of_recorded_days_is_kept_for_each_series(known: SalesPanel) -> None:
    rare = SalesPanel(known.sales.copy(), known.start, known.series)
    rare.sales[2, np.arange(known.n_days) % 7 < 3] = np.nan
    fitted = calibrate(rare, DriftParams(replay_weeks=0)).recorded
    np.testing.assert_allclose(fitted, np.where(np.arange(18) == 2, 4 / 7, 1))


def test_a_calibration_without_usual_records_finds_no_gap(calibration: Calibration, tmp_path: Path) -> None:
    calibration.save(tmp_path)
    with np.load(tmp_path / "drift.npz") as stored:
        kept = {name: stored[name] for name in stored.files if name != "recorded"}
    np.savez(tmp_path / "drift.npz", **kept)
    np.testing.assert_array_equal(Calibration.load(tmp_path).recorded, np.zeros(18))


def test_a_calibration_saved_before_its_parts_were_renamed_still_loads(
    calibration: Calibration, tmp_path: Path
) -> None:
    calibration.save(tmp_path)
    with np.load(tmp_path / "drift.npz") as stored:
        before = {
            name.replace("detector.", "alarm.").replace(".standardiser.", ".reader."): stored[name]
            for name in stored.files
        }
    assert "alarm.lengths.28.reader.series.poisson" in before
    np.savez(tmp_path / "drift.npz", **before)
    again = pack(Calibration.load(tmp_path).thresholds)
    for name, array in pack(calibration.thresholds).items():
        np.testing.assert_array_equal(again[name], array)


@pytest.mark.parametrize("content", [b"nothing", b"", b"PK\x03\x04 cut off"])
def test_a_damaged_calibration_is_named(calibration: Calibration, tmp_path: Path, content: bytes) -> None:
    calibration.save(tmp_path)
    (tmp_path / "drift.npz").write_bytes(content)
    with pytest.raises(ArtifactError, match="drift thresholds"):
        Calibration.load(tmp_path)


def test_watched_series_keep_their_rows_whatever_a_file_holds(
    known: SalesPanel, calibration: Calibration
) -> None:
    watched = calibration.watched(known.select([3, 0, 5]))
    assert watched.n_series == known.n_series
    np.testing.assert_array_equal(watched.sales[[0, 3, 5]], known.sales[[0, 3, 5]])
    assert np.isnan(watched.sales[1]).all()


def test_a_short_history_is_calibrated_for_gross_faults_alone(known: SalesPanel, tmp_path: Path) -> None:
    short = known.window(known.end - np.timedelta64(149, "D"), known.end)
    calibration = calibrate(short, DriftParams())
    assert calibration.evidence["evidence"] is None
    calibration.save(tmp_path)
    assert Calibration.load(tmp_path).thresholds.detector.lengths == {}


def test_of_many_series_a_sample_is_watched(known: SalesPanel) -> None:
    params = DriftParams(replay_weeks=0, max_series=5)
    calibration = calibrate(known, params)
    assert len(calibration.series) == 5
    assert (known.series.rows_of(calibration.series) >= 0).all()
    assert calibrate(known, params).series == calibration.series


@pytest.mark.parametrize(
    ("asked", "tested", "replayed"), [(156, 52, 156), (156, 96, 200), (60, 52, 60), (0, 52, 0)]
)
def test_tested_weeks_have_a_full_history_before_them(asked: int, tested: int, replayed: int) -> None:
    assert replayed_weeks(DriftParams(replay_weeks=asked, evidence_weeks=tested)) == replayed
