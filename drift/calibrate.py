"""Job: fit the thresholds of the drift check on the user's own history, and measure how well they work."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from data.atomic_files import atomic_write_json, atomic_write_text
from data.jobs.job_exit import exit_code
from data.loading.load_history import recorded_sales
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.text import quoted
from drift.calibration.calibration_page import calibration_page
from drift.calibration.calm_weeks import fit_on, weeks_without_drift
from drift.calibration.power_study import Evidence, measure
from drift.calibration.thresholds import Calibration, Thresholds
from drift.detector.detector import FULL_WEEKS
from drift.detector.expectations import Replay, replay
from drift.detector.extreme_quantile import FEWEST_WEEKS
from drift.detector.group_shifts import Groups
from drift.detector.recording_gaps import usual_share
from drift.detector.windows import LONGEST_DAYS
from drift.monitors.error_drift import error_limits
from drift.monitors.input_drift import distance_limits
from drift.params import DriftParams


def calibrate(panel: SalesPanel, params: DriftParams) -> Calibration:
    """Replay past weeks, fit thresholds on them and measure their power; a short history gives fewer."""
    watched = panel.select(_watched_rows(panel.n_series, params))
    replayed = replay(watched, replayed_weeks(params))
    groups = Groups.of(watched.series)
    weeks = weeks_without_drift(replayed.ends)
    thresholds = Thresholds(
        last_day=int(panel.end.astype(np.int64)),
        detector=fit_on(replayed, groups, weeks, params.false_alarm_rate),
        errors=error_limits(replayed),
        input_distances=distance_limits(watched, LONGEST_DAYS, params.replay_weeks),
    )
    evidence = measure(replayed, groups, params.evidence_weeks, params.false_alarm_rate)
    report = _report(replayed, len(weeks), evidence, panel.n_series, params)
    return Calibration(watched.series, usual_share(watched.sales), thresholds, report)


def replayed_weeks(params: DriftParams) -> int:
    """Weeks to replay: enough for a full history before each tested week, if a full one is requested.

    With fewer weeks thresholds are higher, and the study would not describe the detector in use.
    """
    if params.replay_weeks < FULL_WEEKS:
        return params.replay_weeks
    return max(params.replay_weeks, FULL_WEEKS + params.evidence_weeks)


def write_reports(calibration: Calibration, paths: Paths) -> None:
    """Write the power study: reports/drift_calibration.html for people, .json for programs."""
    atomic_write_json(paths.reports / "drift_calibration.json", calibration.evidence)
    atomic_write_text(paths.reports / "drift_calibration.html", calibration_page(calibration.evidence))


def main(argv: Sequence[str]) -> int:
    """Calibrate on the present sales and write the power study; 2 when that cannot be done.

    The thresholds in use are the champion's: they change with the next training.
    """
    parser = argparse.ArgumentParser(prog="python -m drift.calibrate", description=__doc__)
    parser.add_argument("--sales", type=Path, help="a file in place of data/raw")
    for name in ("replay-weeks", "evidence-weeks"):
        parser.add_argument(f"--{name}", type=_weeks, help="default: as in params.yaml")
    given = {name: value for name, value in vars(parser.parse_args(argv)).items() if value is not None}

    def work() -> None:
        paths, sales = Paths(), given.pop("sales", None)
        params = load_params("drift", DriftParams, paths.params).model_copy(update=given)
        calibration = calibrate(recorded_sales(paths, sales), params)
        write_reports(calibration, paths)
        print(_summary(calibration.evidence))

    return exit_code(work)


def _weeks(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number of weeks, like 52")
    return int(text)


def _watched_rows(n_series: int, params: DriftParams) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Rows of the series that are watched, increasing."""
    if n_series <= params.max_series:
        return np.arange(n_series)
    rng = np.random.default_rng(params.random_seed)
    return np.sort(rng.choice(n_series, params.max_series, replace=False))


def _report(
    replayed: Replay, n_weeks: int, evidence: Evidence | None, n_series: int, params: DriftParams
) -> dict[str, Any]:
    return {
        "first_day": str(replayed.panel.start),
        "last_day": str(replayed.panel.end),
        "series": n_series,
        "watched_series": replayed.panel.n_series,
        "weeks_without_drift": n_weeks,
        "fewest_weeks": FEWEST_WEEKS,
        "wanted_false_alarm_rate": params.false_alarm_rate,
        "evidence": asdict(evidence) if evidence else None,
    }


def _summary(report: dict[str, Any]) -> str:
    weeks, days = report["weeks_without_drift"], f"{report['first_day']} to {report['last_day']}"
    thresholds = f"Thresholds are fitted on {weeks} weeks of {days}."
    if report["evidence"] is None:
        return f"{thresholds} The history is too short to measure false alarms and power."
    alarms = report["evidence"]["false_alarms"]
    counts = f"False alarms: {alarms['found']} of {alarms['of']} weeks without drift."
    return f"{thresholds}\n{counts} How often shocks are found: reports/drift_calibration.html"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
