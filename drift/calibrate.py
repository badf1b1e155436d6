"""Job: learn from one's own history what is usual, and measure how far the alarm can be trusted."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.atomic_files import atomic_write_json, atomic_write_text
from data.errors import StorecastError
from data.loading.load_history import recorded_sales
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.progress import configure_logging
from drift.calibration.calibration_page import calibration_page
from drift.calibration.calm_weeks import fit_on, weeks_without_drift
from drift.calibration.power_study import Evidence, measure
from drift.calibration.thresholds import Calibration, Thresholds
from drift.detector.detector import FEWEST_WEEKS, FULL_WEEKS
from drift.detector.expectations import Replay, replay
from drift.detector.group_shifts import Groups
from drift.detector.recording_gaps import usual_share
from drift.detector.windows import LONGEST_DAYS
from drift.monitors.error_drift import error_limits
from drift.monitors.input_drift import distance_limits
from drift.params import DriftParams

logger = logging.getLogger(__name__)


def calibrate(panel: SalesPanel, params: DriftParams) -> Calibration:
    """Replay past weeks and learn thresholds from them, with evidence; short histories give what they can."""
    watched = panel.select(_drawn(panel.n_series, params))
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
    """Weeks to replay; so many that each tested one has a full history before it, if a full one is asked for.

    An alarm that knows fewer weeks has higher thresholds: its evidence would not be that of the one in use.
    """
    if params.replay_weeks < FULL_WEEKS:
        return params.replay_weeks
    return max(params.replay_weeks, FULL_WEEKS + params.evidence_weeks)


def write_reports(calibration: Calibration, paths: Paths) -> None:
    """Write the evidence for people and for programs: reports/drift_calibration.html and .json."""
    atomic_write_json(paths.reports / "drift_calibration.json", calibration.evidence)
    atomic_write_text(paths.reports / "drift_calibration.html", calibration_page(calibration.evidence))


def main(argv: Sequence[str]) -> int:
    """Calibrate on the present sales and write the evidence; 2 when that cannot be done.

    A champion's own thresholds are files like its others and change with the next training.
    """
    parser = argparse.ArgumentParser(prog="python -m drift.calibrate", description=__doc__)
    parser.add_argument("--sales", type=Path, help="a file in place of data/raw")
    for name in ("replay-weeks", "evidence-weeks"):
        parser.add_argument(f"--{name}", type=int, help="instead of what params.yaml says")
    given = {name: value for name, value in vars(parser.parse_args(argv)).items() if value is not None}
    configure_logging()
    paths = Paths()
    try:
        sales = given.pop("sales", None)
        params = load_params("drift", DriftParams, paths.params).model_copy(update=given)
        calibration = calibrate(recorded_sales(paths, sales), params)
    except StorecastError as error:
        print(error, file=sys.stderr)
        return 2
    write_reports(calibration, paths)
    print(_summary(calibration.evidence))
    return 0


def _drawn(n_series: int, params: DriftParams) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Rows of the series that are watched, increasing."""
    if n_series <= params.max_series:
        return np.arange(n_series)
    drawn = np.random.default_rng(params.random_seed).choice(n_series, params.max_series, replace=False)
    return np.sort(drawn)


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
        "evidence": evidence.model_dump(mode="json") if evidence else None,
    }


def _summary(report: dict[str, Any]) -> str:
    """A few lines for the terminal."""
    weeks, days = report["weeks_without_drift"], f"{report['first_day']} to {report['last_day']}"
    lines = [f"Thresholds are fitted on {weeks} weeks of {days}."]
    evidence = report["evidence"]
    if evidence is None:
        return "\n".join([*lines, "History is too short to measure how far the alarm can be trusted."])
    alarms = evidence["false_alarms"]
    lines.append(f"False alarms: {_share(alarms)} weeks without drift.")
    lines += [
        f"{power['shock']:<26} within 7 days {_share(power['within_7_days'])}, "
        f"within 28 days {_share(power['within_28_days'])}"
        for power in evidence["power"]
    ]
    return "\n".join(lines)


def _share(share: dict[str, Any]) -> str:
    return f"{share['found']} of {share['of']} ({share['lower']:.3f} to {share['upper']:.3f})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
