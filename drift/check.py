"""Job: the newest days against what was to be expected of them -> summary, reports, log line, flag.

python -m drift.check [--sales FILE] [--window-days 28]
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data import job_metrics
from data.dates.calendar_days import WEEK_DAYS, days_between
from data.errors import DataContractError, NoChampionError, StorecastError
from data.loading.load_history import recorded_sales
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.progress import configure_logging
from drift.calibration.thresholds import Calibration
from drift.checking.data_coverage import (
    lengths_not_checked,
    not_covered,
    nothing_to_compare,
    short_history,
    why_undecided,
)
from drift.checking.evidently_reports import write_data_drift, write_performance
from drift.checking.wording import FindingFormatter
from drift.detector.expectations import forecast_from
from drift.detector.recording_gaps import Records
from drift.detector.windows import LENGTHS_DAYS, LONGEST_DAYS, Windows
from drift.monitors.error_drift import Performance, error_ratio_to_o, performance
from drift.monitors.input_drift import InputWindows, distance_tests, input_windows
from drift.params import DriftParams
from drift.result.drift_kinds import kinds_of
from drift.result.drift_summary import CheckedWindow, DriftSummary, DriftTest
from drift.result.retrain_flag import raise_flag
from models.champion import Champion
from models.storage.version_record import ChampionRecord

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DriftCheck:
    """The verdict and the windows behind it, for the reports; None where there were none to compare with."""

    summary: DriftSummary
    inputs: InputWindows | None = None
    performance: Performance | None = None


def check(panel: SalesPanel, champion: Champion, params: DriftParams) -> DriftCheck:
    """Judge the last days of a panel, which also holds the history before them.

    The window is the longest of 7, 14 and 28 days up to `params.window_days` that is newer than the
    thresholds and well enough recorded. Raises `ArtifactError` when the champion has no thresholds.
    """
    calibration, version = Calibration.load(champion.folder), champion.record.version
    watched = calibration.watched(panel)
    n_new = days_between(calibration.last_day, panel.end)
    new = [length for length in LENGTHS_DAYS if length <= min(n_new, params.window_days)]
    n_days = max(new, default=WEEK_DAYS)
    reason = why_undecided(watched, calibration.last_day, n_days)
    if reason:
        window = CheckedWindow.ending(panel.end, n_days) if new else None
        return DriftCheck(DriftSummary.undecided(reason, version, window))
    lengths = Records.of(watched.sales, n_days).usable_lengths(new)
    n_days = max(lengths)
    window, windows = CheckedWindow.ending(panel.end, n_days), _windows(watched, lengths)
    if (reason := nothing_to_compare(windows)) is not None:
        return DriftCheck(DriftSummary.undecided(reason, version, window))
    detector, formatter = (
        calibration.thresholds.detector,
        FindingFormatter(calibration.series, calibration.groups),
    )
    results = detector.evaluate(windows, calibration.groups)
    notes = (
        short_history(detector, results)
        + not_covered(panel, calibration, n_days)
        + lengths_not_checked(new, lengths)
    )
    inputs = input_windows(watched, watched.n_days - 1, n_days)
    achieved = _performance(panel, watched, calibration, champion, n_days, notes)
    tests = formatter.tests(results) + _error_tests(achieved, calibration, champion, params)
    if inputs is not None and n_days == LONGEST_DAYS:
        tests += distance_tests(inputs, calibration.thresholds.input_distances, params.input_distance)
    moved, total = formatter.findings(results), formatter.total(results)
    summary = DriftSummary.of_findings(window, tests, moved, total, notes, version)
    return DriftCheck(summary, inputs, achieved)


def run(paths: Paths, file: Path | None, params: DriftParams) -> DriftSummary:
    """Check the present sales and leave behind what CONTRACT names; the flag only when drift was found."""
    try:
        record = ChampionRecord.read(paths.champion_json)
    except NoChampionError as error:
        found = DriftCheck(DriftSummary.undecided(str(error), None))
    else:
        champion = Champion.load(paths.versions / record.version)
        found = check(recorded_sales(paths, file), champion, params)
    found.summary.write(paths.drift_summary)
    _log(found.summary, paths)
    if found.summary.drift_found:
        kinds = kinds_of(test.name for test in found.summary.tests if test.found)
        raise_flag(paths.flag, found.summary.words, found.summary.model_version, kinds)
    _report(found, params, paths)  # last: a picture that cannot be drawn hides no verdict
    return found.summary


def main(argv: Sequence[str]) -> int:
    """Exit 0 whatever is found, 2 when the check could not run."""
    parser = argparse.ArgumentParser(prog="python -m drift.check", description=__doc__)
    parser.add_argument("--sales", type=Path, help="history and new days in one file, in place of data/raw")
    parser.add_argument(
        "--window-days", type=int, choices=LENGTHS_DAYS, help="28 unless params.yaml says else"
    )
    arguments = parser.parse_args(argv)
    configure_logging()
    paths = Paths()
    try:
        with job_metrics.reported("drift") as report:
            params = load_params("drift", DriftParams, paths.params)
            if arguments.window_days:
                params = params.model_copy(update={"window_days": arguments.window_days})
            summary = run(paths, arguments.sales, params)
            _push(summary, report, paths)
    except StorecastError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{summary.verdict}: {summary.words}")
    return 0


def _windows(watched: SalesPanel, lengths: Sequence[int]) -> dict[int, Windows]:
    """Windows of each length up to the last day, each against a forecast from the day before it."""
    end = int(watched.end.astype(np.int64))
    return {
        length: Windows.of(
            watched.sales[:, -length:], forecast_from(watched, watched.n_days - length)[:, :length], end
        )
        for length in lengths
    }


def _performance(
    panel: SalesPanel,
    watched: SalesPanel,
    calibration: Calibration,
    champion: Champion,
    n_days: int,
    notes: list[str],
) -> Performance | None:
    """The champion's own errors; None, and a note, when it cannot be rolled forward on these sales."""
    rows = panel.series.rows_of(calibration.series)
    try:
        return performance(panel, watched, rows, champion.forecaster, n_days)
    except DataContractError as error:
        notes.append(f"The model's own errors were not measured: {error.message}")
        return None


def _error_tests(
    achieved: Performance | None, calibration: Calibration, champion: Champion, params: DriftParams
) -> list[DriftTest]:
    if achieved is None:
        return []
    limit = calibration.thresholds.errors[achieved.actual.shape[1]]
    return achieved.tests(error_ratio_to_o(champion.forecaster), limit, params.error_increase)


def _report(found: DriftCheck, params: DriftParams, paths: Paths) -> None:
    """Draw what was compared; a report of other days does not stay beside this summary."""
    data_drift, errors = (paths.reports / f"{name}_report.html" for name in ("data_drift", "performance"))
    inputs, achieved = found.inputs, found.performance
    data_drift.unlink(missing_ok=True)
    errors.unlink(missing_ok=True)
    if inputs is not None:
        _draw(data_drift, lambda: write_data_drift(inputs, params.input_distance, data_drift))
    if achieved is not None:
        _draw(errors, lambda: write_performance(achieved, errors))


def _draw(report: Path, write: Callable[[], None]) -> None:
    try:
        write()
    except Exception as error:  # a vendor's picture of odd sales may fail in any way: the verdict is out
        logger.warning("%s could not be drawn: %r", report, error)


def _log(summary: DriftSummary, paths: Paths) -> None:
    """Add a line to logs/drift_logs.log."""
    paths.logs.mkdir(parents=True, exist_ok=True)
    version, words = summary.model_version or "-", " ".join(summary.words.split())
    with paths.drift_log.open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {summary.verdict} {version} {words}\n")


def _push(summary: DriftSummary, report: job_metrics.Report, paths: Paths) -> None:
    report(job_metrics.DRIFT_FOUND, summary.drift_found)
    report(job_metrics.DRIFT_UNDECIDED, summary.verdict == "undecided")
    report(job_metrics.RETRAINING_FLAG, paths.flag.exists())
    if summary.window is not None:
        midnight = datetime.combine(summary.window.last, datetime.min.time(), UTC)
        report(job_metrics.DRIFT_WINDOW_END, midnight.timestamp())
    for test in summary.tests:
        report(job_metrics.DRIFT_VALUE, test.value, test.name, test.group)
        report(job_metrics.DRIFT_THRESHOLD, test.threshold, test.name, test.group)
        if test.name.startswith("WAPE"):
            report(job_metrics.REALISED_WAPE, test.value / 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
