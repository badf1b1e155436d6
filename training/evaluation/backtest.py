"""Every model on the same folds: forecasts made with sales up to the cutoff, beside the actual sales."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data.jobs.progress import wait_for
from data.panel.sales_panel import SalesPanel
from models.baselines.seasonal_naive import SeasonalNaive
from models.baselines.seed_estimators import SeedParams
from models.baselines.seed_regressor import SeedRegressor
from models.evaluation.model_names import BASELINE_REGRESSORS, SEASONAL_NAIVE, STORECAST
from models.evaluation.scorecard import COVERED_LEVELS, Trial
from models.evaluation.scores import Array
from models.forecaster.backtest_folds import FoldForecast
from models.forecaster.conformal_intervals import fit_intervals
from models.forecaster.forecaster import Forecaster
from models.forecaster.member_selection import DEFAULT
from models.storage.quantile_curve import interval

Rows = NDArray[np.int64]


class Model(Protocol):
    """A fitted model that the backtest can score."""

    def forecast(self, history: SalesPanel, horizon_days: int) -> NDArray[np.float32]:
        """Sales of the days after the history, (n_series, horizon_days)."""
        ...


@dataclass(frozen=True)
class BacktestResult:
    """One model's trials by the cutoff of their fold, newest first, and the CPU they cost where known."""

    model: str
    trials: dict[np.datetime64, Trial]
    cpu_seconds: float | None = None


def sampled_series(panel: SalesPanel, limit: int, random_seed: int) -> Rows:
    """Rows of the series that are scored: all, or a random `limit` of them in panel order."""
    if panel.n_series <= limit:
        return np.arange(panel.n_series)
    return np.sort(np.random.default_rng(random_seed).choice(panel.n_series, limit, replace=False))


def backtest_forecaster(
    forecaster: Forecaster, panel: SalesPanel, rows: Rows, cpu_seconds: float
) -> list[BacktestResult]:
    """Storecast and its three members on the forecaster's own folds.

    The members are the final ones, selected on the two newest folds. There Storecast's score can be too good
    by what the selection gains, which is nothing where it kept the default mean. For intervals see
    `bounds_from_older_folds`.
    """
    folds = forecaster.folds
    named = {STORECAST: forecaster.chosen, **{f"member {name}": name for name in DEFAULT}}
    results = [
        _result(model, panel, folds, rows, [fold.forecast(names)[rows] for fold in folds])
        for model, names in named.items()
    ]
    return [replace(results[0], cpu_seconds=cpu_seconds), *results[1:]]


def bounds_from_older_folds(folds: Sequence[tuple[Array, Array]]) -> Array:
    """Bounds (n_rows, horizon_days, 4) of the first of `folds`, calibrated on the rest, which are older.

    Folds are a model's (forecast, actual), newest first. No actual that scores a bound is used to calibrate
    it, as when a forecast is served. The oldest fold has no older one, so its bounds are NaN. Served
    intervals are calibrated on the newest folds.

        fold 4       fold 3       fold 2       fold 1
        [calibrate   calibrate] ─▸ bounds
        [calibrate   calibrate    calibrate] ─▸ bounds
    """
    (forecast, _), *older = folds
    intervals = fit_intervals([(made.astype(np.float64), sold.astype(np.float64)) for made, sold in older])
    if intervals is None:
        return np.full((*forecast.shape, 2 * len(COVERED_LEVELS)), np.nan)
    curve = intervals.quantiles(forecast.astype(np.float64), np.arange(len(forecast)))
    values = np.concatenate([forecast[..., None], curve], axis=-1)
    return np.stack([bound for level in COVERED_LEVELS for bound in interval(values, level)], axis=-1)


def backtest_baselines(
    panel: SalesPanel, folds: Sequence[FoldForecast], rows: Rows, params: SeedParams
) -> list[BacktestResult]:
    """Seasonal naive and the original project's regressors, fitted on each fold's history in parallel.

    They have no intervals of their own and get Storecast's, from their own older errors. A forecast of
    exactly 0, which seasonal naive often makes, counts as a closed day there and has no width.
    """
    fits: dict[str, Callable[[SalesPanel], Model]] = {SEASONAL_NAIVE: lambda _: SeasonalNaive()}
    for kind, name in BASELINE_REGRESSORS.items():
        fits[name] = partial(SeedRegressor.fit, kind, params=params)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {
            model: [pool.submit(_forecast, fit, panel, fold, rows) for fold in folds]
            for model, fit in fits.items()
        }
        wait_for([job for of_model in jobs.values() for job in of_model], "Leaderboard")
    results = []
    for model, of_model in jobs.items():
        forecasts, seconds = zip(*(job.result() for job in of_model), strict=True) if of_model else ((), ())
        results.append(_result(model, panel, folds, rows, forecasts, sum(seconds)))
    return results


def _forecast(
    fit: Callable[[SalesPanel], Model], panel: SalesPanel, fold: FoldForecast, rows: Rows
) -> tuple[Array, float]:
    """The forecast of one model at a fold's cutoff, and the CPU seconds of this thread."""
    started = time.thread_time()
    history = panel.until(fold.cutoff)
    forecast = fit(history).forecast(history.select(rows), fold.actual.shape[1])
    return forecast, time.thread_time() - started


def _result(
    model: str,
    panel: SalesPanel,
    folds: Sequence[FoldForecast],
    rows: Rows,
    forecasts: Sequence[Array],
    cpu_seconds: float | None = None,
) -> BacktestResult:
    """The trials of a model from its forecasts (n_rows, horizon_days), one for each fold."""
    made = [(forecast, fold.actual[rows]) for forecast, fold in zip(forecasts, folds, strict=True)]
    trials = {}
    for position, fold in enumerate(folds):
        forecast, actual = made[position]
        history = panel.until(fold.cutoff).sales[rows]
        trials[fold.cutoff] = Trial.of(actual, forecast, history, bounds_from_older_folds(made[position:]))
    return BacktestResult(model, trials, cpu_seconds)
