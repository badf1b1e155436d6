"""Every model on the same folds: what each forecast when it knew nothing later, beside what then happened."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data.panel import SalesPanel
from data.progress import progress
from models.forecaster import Forecaster
from models.intervals import fit_intervals
from models.naive import SeasonalNaive
from models.rolling import FoldForecast
from models.scorecard import COVERED_LEVELS, Trial
from models.scores import Array
from models.seed import SeedRegressor
from models.seed_estimators import Kind, SeedParams
from models.table import COLUMNS

STORECAST, NAIVE = "storecast", "seasonal naive"
SEEDS: Mapping[Kind, str] = {"xgboost": "seed xgboost", "random_forest": "seed random forest"}
BOUND_COLUMNS = [COLUMNS.index(f"{side}_{k}") - 1 for k in COVERED_LEVELS for side in ("lower", "upper")]

Rows = NDArray[np.int64]


class Model(Protocol):
    """What the backtest asks of a fitted model."""

    def forecast(self, history: SalesPanel, horizon_days: int) -> NDArray[np.float32]:
        """Sales of the days after the history, (n_series, horizon_days)."""
        ...


@dataclass(frozen=True)
class Tried:
    """One model's trials by the cutoff of their fold, newest first, and the CPU they cost where known."""

    model: str
    trials: dict[np.datetime64, Trial]
    cpu_seconds: float | None = None


def sampled_series(panel: SalesPanel, limit: int, random_seed: int) -> Rows:
    """Rows of the series that are scored: all, or a random `limit` of them in panel order."""
    if panel.n_series <= limit:
        return np.arange(panel.n_series)
    return np.sort(np.random.default_rng(random_seed).choice(panel.n_series, limit, replace=False))


def try_forecaster(forecaster: Forecaster, panel: SalesPanel, rows: Rows, cpu_seconds: float) -> list[Tried]:
    """Storecast and its three members on the forecaster's own folds.

    The choice of members is the final one, made on the two newest folds: it can flatter Storecast there by as
    much as the choice gains, by nothing where it kept the default mean. Of the intervals see `older_bounds`.
    """
    tried: dict[str, dict[np.datetime64, Trial]] = {STORECAST: {}}
    for position, fold in enumerate(forecaster.folds):
        history = panel.until(fold.cutoff).sales[rows]
        actual = fold.actual[rows]
        bounds = older_bounds(forecaster.folds[position:], forecaster.chosen)[rows]
        combined = fold.forecast(forecaster.chosen)[rows]
        tried[STORECAST][fold.cutoff] = Trial.of(actual, combined, history, bounds)
        for name, forecast in fold.members.items():
            trials = tried.setdefault(f"member {name}", {})
            trials[fold.cutoff] = Trial.of(actual, forecast[rows], history)
    return [
        Tried(model, trials, cpu_seconds if model == STORECAST else None) for model, trials in tried.items()
    ]


def older_bounds(folds: Sequence[FoldForecast], chosen: str) -> Array:
    """Bounds (n_series, horizon_days, 4) of the first of `folds`, calibrated on the rest, which are older.

    So no actual that judges a bound had a part in making it, as when a forecast is given. The oldest fold has
    none older and is not measured: NaN. The shipped intervals are calibrated on the newest folds.

        fold 4       fold 3       fold 2       fold 1
        [calibrate   calibrate] ─▸ bounds
        [calibrate   calibrate    calibrate] ─▸ bounds
    """
    newest, *older = folds
    forecast = newest.forecast(chosen)
    intervals = fit_intervals([(fold.forecast(chosen), fold.actual.astype(np.float64)) for fold in older])
    if intervals is None:
        return np.full((*forecast.shape, len(BOUND_COLUMNS)), np.nan)
    return intervals.bounds(forecast, np.arange(len(forecast)))[..., BOUND_COLUMNS]


def try_baselines(
    panel: SalesPanel, folds: Sequence[FoldForecast], rows: Rows, params: SeedParams
) -> list[Tried]:
    """Seasonal naive and the seed's two regressors, fitted anew on each fold's history, side by side."""
    fits: dict[str, Callable[[SalesPanel], Model]] = {
        NAIVE: SeasonalNaive.fit,
        SEEDS["xgboost"]: lambda history: SeedRegressor.fit("xgboost", history, params),
        SEEDS["random_forest"]: lambda history: SeedRegressor.fit("random_forest", history, params),
    }
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {
            model: {fold.cutoff: pool.submit(_try, fit, panel, fold, rows) for fold in folds}
            for model, fit in fits.items()
        }
        for job in progress([job for of_model in jobs.values() for job in of_model.values()], "Leaderboard"):
            job.result()
    tried = []
    for model, of_model in jobs.items():
        results = {cutoff: job.result() for cutoff, job in of_model.items()}
        trials = {cutoff: trial for cutoff, (trial, _) in results.items()}
        tried.append(Tried(model, trials, sum(seconds for _, seconds in results.values())))
    return tried


def _try(
    fit: Callable[[SalesPanel], Model], panel: SalesPanel, fold: FoldForecast, rows: Rows
) -> tuple[Trial, float]:
    """One model on one fold, and the CPU seconds of this thread."""
    started = time.thread_time()
    history = panel.until(fold.cutoff)
    forecast = fit(history).forecast(history.select(rows), fold.actual.shape[1])
    seconds = time.thread_time() - started
    return Trial.of(fold.actual[rows], forecast, history.sales[rows]), seconds
