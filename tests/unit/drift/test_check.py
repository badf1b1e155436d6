"""The job from a file of sales to summary, reports, log line and flag."""

import json
import re
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel, SeriesIndex
from data.params import Paths
from data.synthetic import synthetic_panel, write_sales
from drift.calibrate import calibrate
from drift.check import check, main, run
from drift.result.drift_summary import DriftSummary
from drift.result.retrain_flag import read_flag
from models.champion import Champion
from tests.unit.drift.conftest import PARAMS, SALES, promote

START = np.datetime64("2023-01-01", "D")


def checked(clone: Paths, drifts: Sequence[str], **changes: object) -> DriftSummary:
    shutil.copy("params.yaml", clone.params)
    file = clone.root / "new.csv.gz"
    write_sales(synthetic_panel(SALES, drifts), file)
    return run(clone, file, PARAMS.model_copy(update=changes))


def test_steady_sales_leave_summary_reports_and_a_log_line_but_no_flag(clone: Paths) -> None:
    summary = checked(clone, [])
    assert summary.verdict == "steady", summary.words
    assert DriftSummary.model_validate_json(clone.drift_summary.read_bytes()) == summary
    assert {path.name for path in clone.reports.iterdir()} >= {
        *("data_drift_report.html", "performance_report.html", "drift_summary.json")
    }
    (line,) = clone.drift_log.read_text(encoding="utf-8").splitlines()
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ steady ", line)
    assert read_flag(clone.flag) is None
    names = {test.name for test in summary.tests}
    assert {"total, 28 days", "MAPE in percent", "WAPE in percent", "distance from a year before"} <= names


def test_a_check_that_compares_nothing_removes_earlier_reports(clone: Paths) -> None:
    reports = [clone.reports / name for name in ("data_drift_report.html", "performance_report.html")]
    clone.reports.mkdir(exist_ok=True)
    for report in reports:
        report.write_text("of other days")
    clone.champion_json.unlink()
    assert run(clone, None, PARAMS).verdict == "undecided"
    assert not any(report.exists() for report in reports)


def test_a_report_that_cannot_be_drawn_is_a_warning_beside_the_verdict(
    clone: Paths, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Cannot cut empty array")

    monkeypatch.setattr("drift.check.write_performance", fail)
    clone.reports.mkdir(exist_ok=True)
    (clone.reports / "performance_report.html").write_text("of other days")
    summary = checked(clone, [])
    assert DriftSummary.model_validate_json(clone.drift_summary.read_bytes()) == summary
    assert {path.name for path in clone.reports.glob("*_report.html")} == {"data_drift_report.html"}
    (warning,) = [record.getMessage() for record in caplog.records if record.name == "drift.check"]
    assert "performance_report.html could not be drawn" in warning
    assert "Cannot cut empty array" in warning


@pytest.mark.parametrize(
    ("drift", "words"),
    [
        ("level-shift", "All series together sold "),
        ("closed-store", "Store 1 sold nothing in 28 days"),
        ("weekday-rotation", "The weekly pattern changed: "),
        ("item-mix", "Item "),
    ],
)
def test_a_shock_is_drift_and_its_message_names_it(
    calibrated_champion: Champion, drift: str, words: str
) -> None:
    summary = check(synthetic_panel(SALES, [drift]), calibrated_champion, PARAMS).summary
    assert summary.verdict == "drift"
    assert words in summary.words


def test_the_flag_holds_message_and_version(clone: Paths) -> None:
    summary = checked(clone, ["closed-store"], window_days=7)
    flag = read_flag(clone.flag)
    assert flag is not None
    assert (flag.reason, flag.version) == (summary.words, summary.model_version)
    assert summary.window is not None
    assert summary.window.last - summary.window.first == timedelta(days=6)


def test_drift_of_other_sales_is_reported_and_requests_no_retraining(clone: Paths) -> None:
    shutil.copy("params.yaml", clone.params)
    file = clone.root / "other.csv.gz"
    write_sales(synthetic_panel(SALES.model_copy(update={"seed": 9}), ["closed-store"]), file)
    summary = run(clone, file, PARAMS)
    assert (summary.verdict, summary.continues_history) == ("drift", False)
    assert summary.words.endswith("do not continue the history of the champion: this requests no retraining.")
    assert DriftSummary.model_validate_json(clone.drift_summary.read_bytes()) == summary
    assert read_flag(clone.flag) is None


def test_a_summary_that_cannot_be_written_is_one_sentence_and_exit_code_2(
    clone: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy("params.yaml", clone.params)
    monkeypatch.chdir(clone.root)
    clone.drift_summary.mkdir(parents=True)
    write_sales(synthetic_panel(SALES), Path("sales.csv"))
    assert main(["--sales", "sales.csv"]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()[-1:]
    assert "drift_summary.json" in sentence


def test_a_folder_in_place_of_a_report_is_a_warning(clone: Paths, caplog: pytest.LogCaptureFixture) -> None:
    (clone.reports / "performance_report.html").mkdir(parents=True)
    assert checked(clone, []).verdict == "steady"
    assert "performance_report.html could not be drawn" in caplog.text


def test_when_all_stores_sell_nothing_all_outputs_are_written(clone: Paths) -> None:
    shutil.copy("params.yaml", clone.params)
    panel = synthetic_panel(SALES)
    panel.sales[:, -28:] = 0
    write_sales(panel, clone.root / "new.csv.gz")
    summary = run(clone, clone.root / "new.csv.gz", PARAMS)
    assert summary.words.count("sold nothing in 28 days: closed, or data missing?") == 3
    assert read_flag(clone.flag) is not None
    assert "Nothing was sold" in (clone.reports / "performance_report.html").read_text(encoding="utf-8")


def test_sales_that_never_change_are_steady(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Forecasts of such sales have no error, of the champion or of any member."""
    known = SalesPanel(np.full((1, 400), 5, np.float32), START, SeriesIndex.from_labels([1], [1]))
    now = SalesPanel(np.full((1, 414), 5, np.float32), START, known.series)
    promote(known, calibrate(known, PARAMS), Paths(tmp_path))
    shutil.copy("params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    write_sales(now, Path("sales.csv"))
    assert main(["--sales", "sales.csv"]) == 0
    assert capsys.readouterr().out.startswith("steady: ")


def test_sales_that_are_always_0_are_undecided(calibrated_champion: Champion) -> None:
    panel = synthetic_panel(SALES)
    panel.sales[:] = 0
    summary = check(panel, calibrated_champion, PARAMS).summary
    assert (summary.verdict, summary.drift_found) == ("undecided", False)
    assert summary.words.startswith("Nothing was sold in 28 days and the forecast was 0")
    assert summary.window is not None


def test_sales_after_a_history_of_zeros_are_drift(calibrated_champion: Champion) -> None:
    panel = synthetic_panel(SALES)
    panel.sales[:, :-28] = 0
    summary = check(panel, calibrated_champion, PARAMS).summary
    assert summary.verdict == "drift"
    assert "the forecast was 0" in summary.words


def test_fewer_new_days_are_checked_in_shorter_windows(calibrated_champion: Champion) -> None:
    panel = synthetic_panel(SALES)
    summary = check(panel.until(panel.end - np.timedelta64(10, "D")), calibrated_champion, PARAMS).summary
    assert summary.window is not None
    assert (summary.verdict, summary.window.days) == ("steady", 14)


def test_days_before_the_cutoff_are_undecided(known: SalesPanel, calibrated_champion: Champion) -> None:
    summary = check(known, calibrated_champion, PARAMS).summary
    assert (summary.verdict, summary.drift_found) == ("undecided", False)
    assert "0 days of sales are newer" in summary.words


def test_without_a_champion_nothing_is_decided_and_no_flag_raised(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    summary = run(paths, None, PARAMS)
    assert summary.verdict == "undecided"
    assert "no champion" in summary.words
    assert " undecided - There is no champion" in paths.drift_log.read_text(encoding="utf-8")
    assert json.loads(paths.drift_summary.read_text(encoding="utf-8"))["verdict"] == "undecided"
    assert not paths.flag.exists()


def test_a_series_missing_from_the_file_is_reported_and_the_rest_is_checked(
    calibrated_champion: Champion,
) -> None:
    panel = synthetic_panel(SALES)
    summary = check(panel.select(np.arange(panel.n_series) > 0), calibrated_champion, PARAMS).summary
    assert summary.verdict == "steady"
    assert "1 series (store 1, item 1) of the model are not in these sales." in summary.words
    assert "errors of the model were not measured" in summary.words


def test_a_week_of_new_items_alone_is_undecided(known: SalesPanel, calibrated_champion: Champion) -> None:
    new = synthetic_panel(SALES).window(known.end + 1, known.end + 7)
    items = SeriesIndex.from_labels(new.series.stores, [int(item) + 100 for item in new.series.items])
    labels = [*zip(known.series.stores, known.series.items, strict=True)]
    labels += zip(items.stores, items.items, strict=True)
    nothing = np.full((18, 7), np.nan, np.float32), np.full(known.sales.shape, np.nan, np.float32)
    sales = np.vstack([np.hstack([known.sales, nothing[0]]), np.hstack([nothing[1], new.sales])])
    order = sorted(range(36), key=lambda row: labels[row])
    series = SeriesIndex.from_labels(*zip(*(labels[row] for row in order), strict=True))
    summary = check(SalesPanel(sales[order], known.start, series), calibrated_champion, PARAMS).summary
    assert (summary.verdict, summary.tests) == ("undecided", [])
    assert summary.words.startswith("A gap: 0 % of the days")


def test_a_week_without_records_is_checked_within_four_and_reported(calibrated_champion: Champion) -> None:
    panel = synthetic_panel(SALES)
    panel.sales[6:, -7:] = np.nan
    summary = check(panel, calibrated_champion, PARAMS).summary
    assert summary.verdict == "steady"
    assert "Of 12 series (all of store 2, store 3) nothing was recorded in whole weeks" in summary.words
    assert "Too little was recorded of the last 7 and 14 days: checked over 28 days." in summary.words
    assert not [test for test in summary.tests if test.name.endswith((", 7 days", ", 14 days"))]


def test_with_a_gap_early_in_the_new_days_the_newest_are_checked(calibrated_champion: Champion) -> None:
    panel = synthetic_panel(SALES)
    panel.sales[:, -24:-16] = np.nan
    summary = check(panel, calibrated_champion, PARAMS).summary
    assert summary.window is not None
    assert (summary.verdict, summary.window.days) == ("steady", 14)
    assert "Too little was recorded of the last 28 days: checked over 7 and 14 days." in summary.words


def test_the_job_exits_0_whatever_it_finds_and_2_when_it_cannot_run(
    clone: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy("params.yaml", clone.params)
    monkeypatch.chdir(clone.root)
    write_sales(synthetic_panel(SALES, ["closed-store"]), Path("sales.csv"))
    assert main(["--sales", "sales.csv", "--window-days", "7"]) == 0
    assert capsys.readouterr().out.startswith("drift: ")
    assert main(["--sales", "missing.csv"]) == 2
    assert "missing.csv" in capsys.readouterr().err
