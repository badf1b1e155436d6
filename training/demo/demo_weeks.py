"""The weeks of the demo: sales with a shock, and the jobs of the loop run on each week."""

import logging
import shutil
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import yaml

from data.atomic_files import atomic_write_text
from data.dates.calendar_days import WEEK_DAYS
from data.ingest import ingest
from data.panel.frames import write_csv
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.synthetic import SyntheticParams, synthetic_panel
from drift import check
from drift.params import DriftParams
from models.champion import Champion
from models.evaluation.scores import wape
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.forecaster.roll_forward import roll_forward
from training import retrain, train
from training import roll_forward as roll_forward_job
from training.demo.demo_report import Week
from training.demo.service_process import serving
from training.gate.job_context import open_champion

logger = logging.getLogger(__name__)

SALES = SyntheticParams(stores=5, items=10, days=1300, start=date(2014, 6, 1), seed=7)
WEEKS, WEEKS_BEFORE_SHOCK = 12, 3
SHOCKS = ("item-mix", "weekday-rotation")  # followed by level breaks and by the change of weekdays
SETTINGS: dict[str, dict[str, Any]] = {
    "forecaster": {"folds": 2, "backtest_rows": 20_000, "final_rows": 40_000, "rounds": 150},
    "train": {"seed": {"rows": 20_000, "rounds": 50, "forest_rows": 5_000, "forest_trees": 5}},
    "drift": {"replay_weeks": 110, "evidence_weeks": 13},
}


def first_day(week: int) -> np.datetime64:
    """The first day of a week, counted from 0. The first model is trained on the days before week 0."""
    return np.datetime64(SALES.start, "D") + np.timedelta64(SALES.days + week * WEEK_DAYS, "D")


def prepare_root(shocks: tuple[str, ...], paths: Paths, project: Paths) -> SalesPanel:
    """Create the demo's root: the project's settings with less effort, and the sales of the first day.

    Returns all sales, past and future; the shocks begin after the first weeks and last to the end.
    """
    params = SALES.model_copy(update={"days": SALES.days + WEEKS * WEEK_DAYS})
    all_sales = synthetic_panel(params, shocks, (WEEKS - WEEKS_BEFORE_SHOCK) * WEEK_DAYS)
    shutil.rmtree(paths.root, ignore_errors=True)
    settings = yaml.safe_load(project.params.read_text(encoding="utf-8"))
    for section, changes in SETTINGS.items():
        settings[section] = {**(settings.get(section) or {}), **changes}
    atomic_write_text(paths.params, yaml.safe_dump(settings))
    write_csv(all_sales.until(first_day(0) - 1), paths.raw / "sales.csv.gz")
    return all_sales


def possible_errors(shocks: tuple[str, ...], params: ForecasterParams) -> list[float]:
    """WAPE of each week where the shocks were there from the first day: what a loop can reach at best."""
    days = SALES.days + WEEKS * WEEK_DAYS
    sales = synthetic_panel(SALES.model_copy(update={"days": days}), shocks, days)
    forecaster, errors = Forecaster.fit(sales.until(first_day(0) - 1), params), []
    for number in range(WEEKS):
        known = sales.until(first_day(number) - 1)
        actual = sales.window(first_day(number), first_day(number + 1) - 1).sales
        errors.append(wape(actual, roll_forward(forecaster, known).forecast(known, WEEK_DAYS).forecast))
    return errors


def run_weeks(all_sales: SalesPanel, possible: Sequence[float], paths: Paths) -> list[Week]:
    """Train, serve, and run the weeks one after the other; `possible` is the least error of each."""
    first = Champion.load(paths.versions / train.run(paths, if_needed=False).version)
    weeks: list[Week] = []
    with serving(paths.root.resolve()) as wait_for:
        logger.info("The service is ready after %.0f s.", wait_for(first.record.version))
        for number in range(WEEKS):
            week = run_week(all_sales, number, first, paths)
            week.swap_seconds, week.possible = wait_for(week.version), possible[number]
            weeks.append(week)
            others = f"never retrained: {week.rolled_forward:.1f} %, possible: {week.possible:.1f} %"
            errors = f"WAPE {week.served:.1f} % ({others})"
            logger.info("Week %d to %s: %s; %s.", week.number, week.last_day, errors, week.outcome)
    return weeks


def run_week(all_sales: SalesPanel, number: int, first: Champion, paths: Paths) -> Week:
    """Score the forecasts of one week, then ingest it, check for drift, retrain and roll forward."""
    sales = all_sales.window(first_day(number), first_day(number + 1) - 1)
    served = open_champion(paths).table
    known = all_sales.until(served.cutoff)
    rolled_forward = roll_forward(first.forecaster, known).forecast(known, WEEK_DAYS)
    steps = slice(number * WEEK_DAYS, (number + 1) * WEEK_DAYS)
    week = Week(
        number=number + 1,
        last_day=sales.end.astype(object),
        first_forecasts=wape(sales.sales, first.table.forecast[:, steps]),
        rolled_forward=wape(sales.sales, rolled_forward.forecast),
        served=wape(sales.sales, served.forecast[:, :WEEK_DAYS]),
    )
    file = paths.root / "incoming" / f"{sales.start}.csv"
    write_csv(sales, file)
    ingest(file, paths)
    summary = check.run(paths, None, load_params("drift", DriftParams, paths.params))
    week.drift, week.flagged = summary.words, summary.drift_found
    if (verdict := retrain.run(paths)) is not None:
        week.promoted, week.reasons = verdict.promote, verdict.reasons
    week.version = roll_forward_job.run(paths).version
    return week
