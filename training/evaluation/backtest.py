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
from models.forecaster.forecaster import Forecaster
from models.forecaster.member_selection import DEFAULT
from models.intervals.conformal_intervals import fit_intervals
from models.intervals.error_spread import PastForecast
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
    by what the selection gains, which is nothing where it kept the default mean.
    """
    folds, past = forecaster.folds, [one.of_rows(rows) for one in forecaster.past_forecasts()]
    newest = {one.first_day: one for one in past}
    made = [newest[fold.cutoff_day + 1] for fold in folds]
    results = [replace(_result(STORECAST, panel, rows, made, past), cpu_seconds=cpu_seconds)]
    for name in DEFAULT:
        made = [_past(fold, fold.forecast(name)[rows], rows) for fold in folds]
        results.append(_result(f"member {name}", panel, rows, made, made))
    return results


def earlier_bounds(made: PastForecast, past: Sequence[PastForecast]) -> Array:
    """Bounds (n_series, horizon_days, 4) of a forecast, calibrated on what was known when it was made.

    No actual that scores a bound is used to calibrate it, as when a forecast is served. NaN where nothing
    was forecast before.
    """
    earlier = [one for one in past if one.first_day < made.first_day]
    intervals = fit_intervals(earlier, made.first_day)
    if intervals is None:
        return np.full((*made.forecast.shape, 2 * len(COVERED_LEVELS)), np.nan)
    forecast = made.forecast.astype(np.float64)
    curve = intervals.quantiles(forecast, np.arange(len(forecast)), made.quantiles)
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
        made = [_past(fold, forecast, rows) for fold, forecast in zip(folds, forecasts, strict=True)]
        results.append(replace(_result(model, panel, rows, made, made), cpu_seconds=sum(seconds)))
    return results


def _forecast(
    fit: Callable[[SalesPanel], Model], panel: SalesPanel, fold: FoldForecast, rows: Rows
) -> tuple[Array, float]:
    """The forecast of one model at a fold's cutoff, and the CPU seconds of this thread."""
    started = time.thread_time()
    history = panel.until(fold.cutoff)
    forecast = fit(history).forecast(history.select(rows), fold.actual.shape[1])
    return forecast, time.thread_time() - started


def _past(fold: FoldForecast, forecast: Array, rows: Rows) -> PastForecast:
    return PastForecast(fold.cutoff_day + 1, forecast, fold.actual[rows])


def _result(
    model: str, panel: SalesPanel, rows: Rows, made: Sequence[PastForecast], past: Sequence[PastForecast]
) -> BacktestResult:
    """The trials of a model from its forecasts, one for each fold, with bounds calibrated on earlier ones."""
    trials: dict[np.datetime64, Trial] = {}
    for one in made:
        cutoff = np.datetime64(one.first_day - 1, "D")
        bounds = earlier_bounds(one, past)
        trials[cutoff] = Trial.of(one.actual, one.forecast, panel.until(cutoff).sales[rows], bounds)
    return BacktestResult(model, trials)
