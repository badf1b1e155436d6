"""Job: sales -> challenger and its scores -> champion.

`python -m training.train [--if-needed | --if-missing | --challenger]`
"""

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from typing import Self

from pydantic import Field

from data.atomic_files import atomic_write_json, atomic_write_text
from data.dates.calendar_days import days_between
from data.dates.folds import Fold, split_picture
from data.jobs.job_exit import exit_code
from data.panel.sales_panel import SalesPanel
from data.params import Params, Paths, load_params
from data.prepare import load_panel
from data.text import counted
from drift.calibrate import calibrate, write_reports
from drift.params import DriftParams
from drift.result.retrain_flag import read_flag
from models.baselines.seed_estimators import SeedParams
from models.baselines.seed_regressor import SeedRegressor
from models.champion import Champion
from models.evaluation.model_names import STORECAST
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.forecaster.recent_correction import RecentCorrection
from models.storage.bounded_json import read_json
from models.storage.version_record import ChampionRecord
from training.evaluation.backtest import backtest_baselines, backtest_forecaster, sampled_series
from training.evaluation.holdout_report import HoldOut, forecast_report
from training.evaluation.leaderboard import (
    LeaderboardEntry,
    better_regressor,
    build_metrics,
    comparison_summary,
    leaderboard_csv,
    overall_scores,
    rank_models,
)
from training.gate.job_context import JobContext
from training.registry.champion_metrics import report_champion_metrics
from training.registry.decision_log import champion_lineage, read_decisions
from training.registry.locks import training_lock
from training.registry.promotion import champion_record, paths_of_clone, promote
from training.registry.version_folder import TrainingResult, params_hash, save_challenger
from training.remote.sync import sync

logger = logging.getLogger(__name__)


class TrainParams(Params):
    """Section `train` of params.yaml: what is compared, and how the baseline regressors are fitted."""

    leaderboard_series: int = Field(default=1000, ge=1)
    random_seed: int = Field(default=1, ge=0)
    seed: SeedParams = SeedParams()


class Settings(Params):
    """The sections that a training depends on."""

    forecaster: ForecasterParams
    train: TrainParams
    drift: DriftParams = DriftParams()

    @classmethod
    def read(cls, paths: Paths) -> Self:
        """The sections of params.yaml."""
        return cls(
            forecaster=load_params("forecaster", ForecasterParams, paths.params),
            train=load_params("train", TrainParams, paths.params),
            drift=load_params("drift", DriftParams, paths.params),
        )


def train(
    panel: SalesPanel, settings: Settings, paths: Paths, start: RecentCorrection | None = None
) -> ChampionRecord:
    """Fit on all days, compare with the baselines on the backtest's folds, write reports and a challenger.

    While the model adapts to a drift, the correction of the challenger is selected starting from `start`.
    """
    logger.info("Fitting the forecaster on its folds and on all days.")
    started = time.process_time()
    forecaster = Forecaster.fit(panel, settings.forecaster)
    if start:
        forecaster = forecaster.with_recent_correction(panel, start, trees_know_it=True)
    table = compare(forecaster, panel, settings.train, time.process_time() - started)
    notes = not_measured(forecaster, panel, settings.train)
    atomic_write_text(paths.leaderboard, leaderboard_csv(table))
    atomic_write_json(paths.scores, overall_scores(table, STORECAST))
    logger.info("Drawing the forecasts beside the actual sales.")
    page = forecast_report(panel, HoldOut.of(forecaster, panel), table, notes)
    atomic_write_text(paths.reports / "forecast_vs_actual.html", page)
    logger.info("Fitting the better baseline regressor on all days.")
    seed = SeedRegressor.fit(better_regressor(table), panel, settings.train.seed)
    metrics = build_metrics(table, settings.forecaster.horizon_days, notes)
    logger.info("Calibrating the drift check on past weeks.")
    calibration = calibrate(panel, settings.drift)
    write_reports(calibration, paths)
    logger.info("Forecasting %s and saving the challenger.", counted(panel.n_series, "series"))
    record = save_challenger(TrainingResult(panel, forecaster, seed, metrics, settings, calibration), paths)
    logger.info("Challenger %s saved: %d files.", record.version, len(record.files))
    return record


def compare(
    forecaster: Forecaster, panel: SalesPanel, params: TrainParams, cpu_seconds: float
) -> list[LeaderboardEntry]:
    """The leaderboard, best first: Storecast (which cost so much), its members and the baselines."""
    last_columns = [days_between(panel.start, fold.cutoff) for fold in forecaster.folds]
    folds = [Fold(column, forecaster.params.horizon_days) for column in last_columns]
    logger.info("Folds of the comparison:\n%s", split_picture(folds, panel.start, panel.n_days))
    rows = sampled_series(panel, params.leaderboard_series, params.random_seed)
    results = backtest_forecaster(forecaster, panel, rows, cpu_seconds)
    results += backtest_baselines(panel, forecaster.folds, rows, params.seed)
    table = rank_models(results)
    for entry in table:
        scores, by_step = entry.scorecard.overall, entry.scorecard.by_step
        near = ", ".join(f"days {days} {part.wape:.1f}" for days, part in by_step.items())
        logger.info("%-26s WAPE %6.2f (%s)  RMSSE %.3f", entry.model, scores.wape, near, scores.rmsse)
    return table


def not_measured(forecaster: Forecaster, panel: SalesPanel, params: TrainParams) -> list[str]:
    """What the scorecard cannot say, in words."""
    notes = []
    if not forecaster.folds:
        notes.append(
            f"Nothing could be measured: {counted(panel.n_days, 'day')} of history are too few to hold back "
            f"{forecaster.params.horizon_days}. Until there are more, the bands follow a rule of thumb."
        )
    elif len(forecaster.folds) == 1:
        notes.append(
            "How many days the bands hold could not be measured: it takes two folds, and there is one."
        )
    if panel.n_series > params.leaderboard_series:
        notes.append(
            f"Scored on {params.leaderboard_series:,} of {panel.n_series:,} series, drawn at random."
        )
    return notes


def train_challenger(paths: Paths) -> ChampionRecord:
    """Train and leave the champion as it is: the gate decides, in `training.retrain`.

    Its correction is selected as in that job, so that the gate judges the model that would be served.
    """
    with training_lock(paths):
        record = champion_record(paths)
        home = paths.versions / record.version if record else None
        champion = Champion.load(home, verify=False) if home and home.exists() else None
        context = JobContext.open(paths, champion)
        start = context.default_corrections(context.due_attempt(read_flag(paths.flag))).challenger
        return train(context.panel, Settings.read(paths), paths, start)


def require_champion(paths: Paths) -> ChampionRecord:
    """The champion, ready to serve: trained if there is none, fetched if its files are not in this clone."""
    record = champion_record(paths)
    if record is None:
        return run(paths, if_needed=False)
    if not (paths.versions / record.version).exists():
        sync("restore", paths, remote=None)
    return promote(paths.versions / record.version, [], paths)  # imports it to BentoML's store


def run(paths: Paths, if_needed: bool) -> ChampionRecord:
    """Train and promote, one run at a time; `if_needed` keeps a champion of the same sales and settings."""
    with training_lock(paths):
        settings, panel = Settings.read(paths), load_panel(paths)
        champion = champion_record(paths)
        if if_needed and champion and (paths.versions / champion.version).exists():
            trained_on = (champion.data_hash, champion.params_hash)
            if trained_on == (panel.content_hash(), params_hash(settings)):
                logger.info(
                    "Champion %s is already trained on this data: nothing to train.", champion.version
                )
                return promote(paths.versions / champion.version, [], paths)  # finishes an interrupted one
        # read before the work, so that a damaged log is reported at once
        earlier = champion_lineage(read_decisions(paths.history_jsonl))
        record = train(panel, settings, paths)
        reason = "Trained on request, without a gate." if earlier else "There was no champion."
        record = promote(paths.challenger, [reason], paths)
        logger.info("Champion: %s. Charts: %s", record.version, paths.reports / "forecast_vs_actual.html")
        return record


def main(argv: Sequence[str]) -> int:
    """Exit 0 when there is a champion (or challenger) for the present sales, 2 when there cannot be."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--if-needed", action="store_true", help="keep a champion of these sales and settings")
    how.add_argument("--if-missing", action="store_true", help="train only if there is no champion")
    how.add_argument("--challenger", action="store_true", help="promote nothing")
    arguments = parser.parse_args(argv)
    paths = paths_of_clone()

    def work() -> None:
        if arguments.challenger:
            train_challenger(paths)
            return
        with report_champion_metrics("train", paths):
            require_champion(paths) if arguments.if_missing else run(paths, arguments.if_needed)
        print(comparison_summary(read_json(paths.metrics_json)))

    return exit_code(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
