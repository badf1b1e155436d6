"""The metrics that are pushed after a decision."""

import json
from pathlib import Path

import pytest

from data.jobs import job_metrics
from data.jobs.job_metrics import Report
from data.params import Paths
from training.registry.champion_metrics import report_champion_metrics
from training.registry.decision_log import Decision, append_decision


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """Reports as they would be pushed."""
    reports: list[Report] = []
    monkeypatch.setattr("data.jobs.job_metrics._push", lambda job, report: reports.append(report))
    return reports


def test_decisions_are_counted_and_percentages_become_shares(tmp_path: Path, sent: list[Report]) -> None:
    paths = Paths(tmp_path)
    for decision in ("promoted", "kept", "kept"):
        append_decision(paths.history_jsonl, Decision.now(decision, "v", None, ["why"], scorecards={}))
    overall = {"wape": 12.0, "bias": -1.0, "coverage_80": 77.0, "coverage_95": None}
    paths.metrics_json.write_text(json.dumps({"models": {"storecast": {"overall": overall}}}))
    paths.flag.parent.mkdir()
    paths.flag.touch()
    with report_champion_metrics("retrain", paths):
        paths.flag.unlink()
    [report] = sent
    assert report.samples[job_metrics.DECISIONS] == {("promoted",): 1.0, ("kept",): 2.0}
    assert report.samples[job_metrics.WAPE] == {("storecast",): 0.12}
    assert report.samples[job_metrics.BIAS] == {(): -0.01}
    assert report.samples[job_metrics.COVERAGE] == {("80",): 0.77}
    assert report.samples[job_metrics.RETRAINING_FLAG] == {(): 0.0}


def test_a_job_that_fails_reports_nothing_but_that(tmp_path: Path, sent: list[Report]) -> None:
    with pytest.raises(OSError, match="no disk"), report_champion_metrics("retrain", Paths(tmp_path)):
        raise OSError("no disk")
    [report] = sent
    assert report.samples[job_metrics.JOB_FAILED] == {(): 1.0}
    assert job_metrics.RETRAINING_FLAG not in report.samples
