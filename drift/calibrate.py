"""Job: fit the thresholds of the drift check on the user's own history, and measure how well they work."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from data.atomic_files import atomic_write_json, atomic_write_text
from data.jobs.job_exit import exit_code
from data.loading.load_history import recorded_sales
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.text import quoted
from drift.calibration.power_study import measure
from drift.calibration.threshold_fit import fit_thresholds, weeks_without_drift
from drift.calibration.thresholds import Calibration
from drift.detector.detector import FULL_WEEKS
from drift.detector.expectations import replay
from drift.detector.extreme_quantile import FEWEST_WEEKS
from drift.detector.recording_gaps import usual_share
from drift.params import DriftParams

TEMPLATE = Path(__file__).with_name("calibration.html")


def calibrate(panel: SalesPanel, params: DriftParams) -> Calibration:
    """Replay past weeks, fit thresholds on them and measure their power; a short history gives fewer."""
    watched = panel
    if panel.n_series > params.max_series:
        rng = np.random.default_rng(params.random_seed)
        watched = panel.select(np.sort(rng.choice(panel.n_series, params.max_series, replace=False)))
    replayed = replay(watched, replayed_weeks(params))
    thresholds = fit_thresholds(replayed, params)
    evidence = measure(replayed, params.evidence_weeks, params.false_alarm_rate)
    report = {
        "first_day": str(panel.start),
        "last_day": str(panel.end),
        "series": panel.n_series,
        "watched_series": watched.n_series,
        "weeks_without_drift": len(weeks_without_drift(replayed.ends)),
        "fewest_weeks": FEWEST_WEEKS,
        "wanted_false_alarm_rate": params.false_alarm_rate,
        "evidence": asdict(evidence) if evidence else None,
    }
    return Calibration(watched.series, usual_share(watched.sales), thresholds, report)


def replayed_weeks(params: DriftParams) -> int:
    """Weeks to replay: a full history before each tested week as well, if a full one is requested."""
    # fewer weeks raise the thresholds: the study would not describe the detector in use
    if params.replay_weeks < FULL_WEEKS:
        return params.replay_weeks
    return max(params.replay_weeks, FULL_WEEKS + params.evidence_weeks)


def write_reports(calibration: Calibration, paths: Paths) -> None:
    """Write the power study: reports/drift_calibration.html for people, .json for programs."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(calibration.evidence)
    atomic_write_json(paths.reports / "drift_calibration.json", calibration.evidence)
    atomic_write_text(paths.reports / "drift_calibration.html", page)


def main(argv: Sequence[str]) -> int:
    """Measure the thresholds of the present sales; those in use, the champion's, change with a training."""
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
