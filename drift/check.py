"""Job: check the newest days of sales for drift -> summary, log line, flag, reports."""

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from data.dates.calendar_days import WEEK_DAYS, days_between
from data.errors import DataContractError, NoChampionError
from data.jobs import job_metrics
from data.jobs.job_exit import exit_code
from data.loading.load_history import recorded_sales
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.text import shortened
from drift.calibration.thresholds import Calibration
from drift.checking.data_coverage import not_covered, why_undecided
from drift.checking.evidently_reports import write_data_drift, write_performance
from drift.checking.sales_identity import continues_history
from drift.checking.wording import summarise
from drift.detector.expectations import forecast_from
from drift.detector.recording_gaps import Records
from drift.detector.windows import LENGTHS_DAYS, LONGEST_DAYS, Windows
from drift.monitors.error_drift import Performance, error_ratio_to_o, performance
from drift.monitors.input_drift import InputWindows, distance_tests, input_windows
from drift.params import DriftParams
from drift.result.drift_kinds import kinds_of
from drift.result.drift_summary import CheckedWindow, DriftSummary
from drift.result.retrain_flag import raise_flag
from models.champion import Champion
from models.storage.version_record import ChampionRecord

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DriftCheck:
    """The verdict and what it is from, for Evidently's reports; None where nothing was compared."""

    summary: DriftSummary
    inputs: InputWindows | None = None
    performance: Performance | None = None


def check(panel: SalesPanel, champion: Champion, params: DriftParams) -> DriftCheck:
    """Check the last days of a panel, which also holds the history before them.

    The window is the longest of 7, 14 and 28 days up to `params.window_days` that is newer than the
    thresholds and well enough recorded. Raises `ArtifactError` when the champion has no thresholds.
    """
    calibration, version = Calibration.load(champion.folder), champion.record.version
    watched = calibration.watched(panel)
    n_new = days_between(calibration.last_day, panel.end)
    new = [length for length in LENGTHS_DAYS if length <= min(n_new, params.window_days)]
    n_days = max(new, default=WEEK_DAYS)
    if (reason := why_undecided(watched, calibration.last_day, n_days)) is not None:
        window = CheckedWindow.ending(panel.end, n_days) if new else None
        return DriftCheck(DriftSummary.undecided(reason, version, window))
    lengths = Records.of(watched.sales, n_days).usable_lengths(new)
    longest = max(lengths)
    notes, tests, errors = not_covered(panel, calibration, longest), [], None
    try:
        errors = performance(panel, watched, champion.forecaster, longest)
        limit, ratio = calibration.thresholds.errors[longest], error_ratio_to_o(champion.forecaster)
        tests += errors.tests(ratio, limit, params.error_increase)
    except DataContractError as error:
        notes.append(f"The errors of the model were not measured: {error.message}")
    inputs = input_windows(watched, watched.n_days - 1, longest)
    if inputs is not None and longest == LONGEST_DAYS:  # shorter ones have no limits
        tests += distance_tests(inputs, calibration.thresholds.input_distances, params.input_distance)
    summary = summarise(calibration, _windows(watched, lengths), panel.end, new, notes, version, tests)
    return DriftCheck(summary) if summary.verdict == "undecided" else DriftCheck(summary, inputs, errors)


def run(paths: Paths, file: Path | None, params: DriftParams) -> DriftSummary:
    """Check the newest days of `file`, or of data/raw; only this project's sales raise the flag."""
    found = _check_sales(paths, file, params)
    summary = found.summary
    summary.write(paths.drift_summary)
    paths.logs.mkdir(parents=True, exist_ok=True)
    with paths.drift_log.open("a", encoding="utf-8") as log:
        version, words = summary.model_version or "-", " ".join(summary.words.split())
        log.write(f"{summary.checked_at:%Y-%m-%dT%H:%M:%SZ} {summary.verdict} {version} {words}\n")
    if summary.drift_found and summary.continues_history:
        kinds = kinds_of(test.name for test in summary.tests if test.found)
        raise_flag(paths.flag, summary.words, summary.model_version, kinds)
    _write_reports(found, params, paths.reports)  # last: one that cannot be drawn hides no verdict
    return summary


def main(argv: Sequence[str]) -> int:
    """Exit 0 whatever is found, 2 when the check could not run."""
    parser = argparse.ArgumentParser(prog="python -m drift.check", description=__doc__)
    parser.add_argument("--sales", type=Path, help="history and new days in one file, in place of data/raw")
    parser.add_argument("--window-days", type=int, choices=LENGTHS_DAYS, help="default: as in params.yaml")
    arguments = parser.parse_args(argv)

    def work() -> None:
        paths = Paths()
        with job_metrics.reported("drift") as report:
            params = load_params("drift", DriftParams, paths.params)
            if arguments.window_days:
                params = params.model_copy(update={"window_days": arguments.window_days})
            summary = run(paths, arguments.sales, params)
            _push(summary, report, paths)
        print(f"{summary.verdict}: {summary.words}")

    return exit_code(work)


def _check_sales(paths: Paths, file: Path | None, params: DriftParams) -> DriftCheck:
    try:
        record = ChampionRecord.read(paths.champion_json)
    except NoChampionError as error:
        return DriftCheck(DriftSummary.undecided(str(error), None))
    champion = Champion.load(paths.versions / record.version)
    panel = recorded_sales(paths, file)
    found = check(panel, champion, params)
    if file is None or continues_history(panel, champion.history):
        return found
    return replace(found, summary=found.summary.of_other_sales())


def _windows(watched: SalesPanel, lengths: Sequence[int]) -> dict[int, Windows]:
    """Windows of each length up to the last day, each against a forecast from the day before it."""
    end = int(watched.end.astype(np.int64))
    forecasts = {days: forecast_from(watched, watched.n_days - days)[:, :days] for days in lengths}
    return {days: Windows.of(watched.sales[:, -days:], part, end) for days, part in forecasts.items()}


def _write_reports(found: DriftCheck, params: DriftParams, folder: Path) -> None:
    """Write Evidently's reports of what was compared, after removing those of an earlier check."""
    inputs, errors = found.inputs, found.performance
    draw_inputs = None if inputs is None else partial(write_data_drift, inputs, params.input_distance)
    draw_errors = None if errors is None else partial(write_performance, errors)
    for name, draw in (("data_drift", draw_inputs), ("performance", draw_errors)):
        report = folder / f"{name}_report.html"
        try:
            report.unlink(missing_ok=True)
            if draw is not None:
                draw(report)
        except Exception as error:  # Evidently may fail on unusual sales in any way; the verdict is written
            logger.warning("%s could not be drawn: %s", report, shortened(repr(error), 200))


def _push(summary: DriftSummary, report: job_metrics.Report, paths: Paths) -> None:
    """Report the metrics of a check; of sales that are not this project's, the flag alone."""
    report(job_metrics.RETRAINING_FLAG, paths.flag.exists())
    if not summary.continues_history:
        return
    report(job_metrics.DRIFT_FOUND, summary.drift_found)
    report(job_metrics.DRIFT_UNDECIDED, summary.verdict == "undecided")
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
