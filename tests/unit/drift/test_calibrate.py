"""The job: thresholds and the evidence for them, as a person reads it."""

import json
from pathlib import Path

import pytest

from data.panel.sales_panel import SalesPanel
from data.params import Paths
from data.synthetic import write_sales
from drift.calibrate import main, write_reports
from drift.calibration.thresholds import Calibration
from tests.unit.drift.conftest import PARAMS


def test_evidence_is_written_for_people_and_for_programs(calibration: Calibration, tmp_path: Path) -> None:
    write_reports(calibration, Paths(tmp_path))
    report = json.loads((tmp_path / "reports/drift_calibration.json").read_text(encoding="utf-8"))
    assert report["evidence"]["false_alarms"]["of"] == PARAMS.evidence_weeks
    assert {"lower", "upper"} <= set(report["evidence"]["false_alarms"])
    page = (tmp_path / "reports/drift_calibration.html").read_text(encoding="utf-8")
    assert "closed store" in page
    assert "http" not in page


def test_the_job_measures_a_file(
    known: SalesPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    params = Path("params.yaml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(params, encoding="utf-8")
    write_sales(known.select([0, 1, 6, 7]), Path("sales.csv"))
    assert main(["--sales", "sales.csv", "--replay-weeks", "30", "--evidence-weeks", "9"]) == 0
    assert "False alarms:" in capsys.readouterr().out
    assert Path("reports/drift_calibration.html").exists()


def test_the_job_cannot_run_without_sales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params = Path("params.yaml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(params, encoding="utf-8")
    assert main([]) == 2
