"""The forecaster: members fitted on all history, those the backtest selects, and their intervals."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from data.atomic_files import atomic_write_bytes, atomic_write_json
from data.dates.calendar_days import YEAR_DAYS
from data.jobs.progress import wait_for
from data.panel.sales_panel import SalesPanel, SeriesIndex
from data.params import Params
from models.components.boosted_trees import QuantileTree, Tree
from models.components.sales_limits import plausible
from models.components.seasonal_profile import Floats
from models.evaluation.scores import volumes
from models.forecaster.backtest_folds import FoldForecast, OriginForecast, forecast_fold, usable_folds
from models.forecaster.fitted_state import FittedState
from models.forecaster.fitting import Effort, fit_members
from models.forecaster.member_selection import select_members
from models.forecaster.members import MemberForecasts, Members
from models.forecaster.recent_correction import (
    NO_CORRECTION,
    SELECTION_DAYS,
    RecentCorrection,
    select_correction,
)
from models.intervals.adaptive_range import UNADAPTED, AdaptiveRange
from models.intervals.conformal_intervals import Intervals, fit_intervals, poisson_quantiles
from models.intervals.error_spread import PastForecast
from models.storage.array_packing import load_arrays, pack, save_arrays, unpack
from models.storage.bounded_json import read_json, readable
from models.storage.forecast_table import CLOSED, COLD_START, DISCONTINUED, MODEL, ForecastTable

MIN_DAYS_BEFORE_SELECTION = 56
BACKTEST_QUANTILE_ROWS, FINAL_QUANTILE_ROWS = 24_000, 60_000
BACKTEST_ROUNDS_SHARE = 2 / 3  # with as much larger steps: a third of the time for nothing measurable
STATE_PREFIX = "learnt."  # of array names in forecaster.npz, as in versions of before
TREE_FILE = "tree_{}.ubj"
QUANTILES = "quantiles"  # the name of their tree


class ForecasterParams(Params):
    """Section `forecaster` of params.yaml."""

    horizon_days: int = Field(default=90, ge=1)
    folds: int = Field(default=4, ge=0)
    backtest_rows: int = Field(default=60_000, ge=1)
    final_rows: int = Field(default=150_000, ge=1)
    rounds: int = Field(default=300, ge=0)
    seed: int = Field(default=1, ge=0)

    @property
    def backtest_effort(self) -> Effort:
        """What a fold may cost."""
        rounds = round(BACKTEST_ROUNDS_SHARE * self.rounds)
        return Effort(self.backtest_rows, rounds, self.seed, BACKTEST_QUANTILE_ROWS)

    @property
    def final_effort(self) -> Effort:
        """What the final fit may cost."""
        return Effort(self.final_rows, self.rounds, self.seed, FINAL_QUANTILE_ROWS)


@dataclass(frozen=True)
class Forecaster:
    """A fitted forecaster. `chosen` names the members that are averaged; `folds` are newest first.

    `recent_correction` is what the newest days of its history change about that.
    """

    params: ForecasterParams
    members: Members
    chosen: str
    intervals: Intervals | None
    folds: tuple[FoldForecast, ...]
    recent_correction: RecentCorrection = NO_CORRECTION
    adaptive_range: AdaptiveRange = UNADAPTED
    origins: tuple[OriginForecast, ...] = ()  # of the folds, newest fold first; not saved

    @classmethod
    def fit(cls, panel: SalesPanel, params: ForecasterParams) -> Self:
        """Backtest on rolling folds, select and calibrate on them, then fit on every day of the panel.

        Folds and the final fit run side by side, each on one thread; results do not depend on how many cores
        there are.
        """
        folds = usable_folds(panel.n_days, params.horizon_days, params.folds)
        effort = params.backtest_effort
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [pool.submit(forecast_fold, panel, fold, effort) for fold in folds]
            final = pool.submit(fit_members, panel, params.horizon_days, params.final_effort)
            wait_for([*jobs, final], "Backtest and fit")
        by_fold = [fold.result() for fold in jobs]
        tested = tuple(origins[0].made for origins in by_fold)
        origins = tuple(origin for of_fold in by_fold for origin in of_fold)
        histories = [panel.sales[:, fold.history] for fold in folds]
        chosen = select_members(
            [(test.members, test.actual, known) for test, known in zip(tested, histories, strict=True)]
        )
        fitted = cls(params, final.result(), chosen, None, tested, origins=origins)
        intervals = fit_intervals(fitted.past_forecasts(), int(panel.end.astype(np.int64)) + 1)
        return replace(fitted, intervals=intervals)

    @property
    def series(self) -> SeriesIndex:
        return self.members.series

    def past_forecasts(self) -> list[PastForecast]:
        """What it would have forecast from earlier days: from every origin, or the folds alone once saved."""
        origins = self.origins or tuple(OriginForecast(fold, None) for fold in self.folds)
        return [origin.past(self.chosen) for origin in origins]

    def on(self, panel: SalesPanel) -> Self:
        """The same trees on another history: all else is fitted again, in seconds."""
        trees = self.members.trend_tree, self.members.season_tree, self.members.quantile_tree
        members = fit_members(panel, self.params.horizon_days, self.params.final_effort, trees)
        return replace(self, members=members)

    def with_recent_correction(
        self, panel: SalesPanel, default: RecentCorrection = NO_CORRECTION, trees_know_it: bool = False
    ) -> Self:
        """The forecaster with the correction that the newest week of its panel selects, else `default`.

        Use it only while a drift is being learned: without one, a week is weaker evidence than the backtest.
        The week is forecast from the day before it, by the same trees; where those were fitted on the week
        itself (`trees_know_it`), by trees fitted without it.
        """
        if panel.n_days < SELECTION_DAYS + MIN_DAYS_BEFORE_SELECTION:
            return replace(self, recent_correction=default)
        known = panel.until(panel.end - np.timedelta64(SELECTION_DAYS, "D"))
        fitted = self.refitted(known) if trees_know_it else self.on(known)
        forecasts = fitted.members.forecast(known, SELECTION_DAYS)
        actual = panel.sales[:, -SELECTION_DAYS:]
        return replace(self, recent_correction=select_correction(forecasts, self.chosen, actual, default))

    def refitted(self, panel: SalesPanel) -> Self:
        """The same recipe and members on another history, trees included; intervals and folds stay."""
        members = fit_members(panel, self.params.horizon_days, self.params.final_effort)
        return replace(self, members=members, recent_correction=NO_CORRECTION)

    def points(self, history: SalesPanel, horizon_days: int) -> Floats:
        """Forecasts of the days after the history's last without quantiles, (n_series, horizon_days)."""
        return self.recent_correction.forecast(self.members.forecast(history, horizon_days), self.chosen)

    def forecast(
        self,
        history: SalesPanel,
        horizon_days: int | None = None,
        last_days: NDArray[np.datetime64] | None = None,
    ) -> ForecastTable:
        """Mean and quantiles of the days after the history's last, `params.horizon_days` of them by default.

        Series are matched by name; one that is not in the training takes the profile of its store and item
        and is marked "cold start". The same code forecasts one series online and all in a batch.

        With `last_days` (n_series,) each series is forecast from the day after its own instead of the
        history's last, exactly as if it were forecast alone; step 1 of the table is that day.
        """
        horizon_days = horizon_days or self.params.horizon_days
        forecasts = self.members.forecast(history, horizon_days, last_days)
        forecast = self.recent_correction.forecast(forecasts, self.chosen)
        row = self.series.rows_of(history.series)
        if self.intervals:
            curve = self.intervals.quantiles(forecast, row, self._quantiles(forecasts, forecast))
        else:
            curve = poisson_quantiles(forecast)
        curve = self.adaptive_range.adapted(curve)
        is_method = (forecasts.is_discontinued[:, None], forecasts.weekday == 0, forecasts.is_new[:, None])
        methods = np.select(is_method, (DISCONTINUED, CLOSED, COLD_START), MODEL).astype(np.uint8)
        values = np.concatenate([forecast[:, :, None], curve], axis=2).astype(np.float32)
        mean_sales = volumes(plausible(history.sales[:, -YEAR_DAYS:], forecasts.limits)).astype(np.float32)
        return ForecastTable(history.series, history.end, values, methods, mean_sales)

    def _quantiles(self, forecasts: MemberForecasts, forecast: Floats) -> Floats | None:
        """Quantiles of the trees, changed as the recent correction changes the forecast."""
        if forecasts.quantiles is None or self.recent_correction == NO_CORRECTION:
            return forecasts.quantiles
        uncorrected = NO_CORRECTION.forecast(forecasts, self.chosen)
        factor = np.divide(forecast, uncorrected, out=np.ones_like(forecast), where=uncorrected > 0)
        return forecasts.quantiles * factor[:, :, None]

    def save(self, folder: Path) -> None:
        """Write the forecaster into a folder as arrays, JSON and UBJSON: nothing that has to be unpickled."""
        arrays = pack(self.members.fitted, STATE_PREFIX)
        if self.intervals:
            arrays |= pack(self.intervals, "intervals.")
        save_arrays(folder / "forecaster.npz", arrays)
        save_arrays(
            folder / "backtest.npz",
            {name: part for k, fold in enumerate(self.folds) for name, part in pack(fold, f"{k}.").items()},
        )
        grown = {"trend": self.members.trend_tree, "season": self.members.season_tree}
        trees = {name: tree for name, tree in grown.items() if tree is not None}
        for name, tree in trees.items():
            atomic_write_bytes(folder / TREE_FILE.format(name), tree.to_bytes())
        if self.members.quantile_tree is not None:
            path = folder / TREE_FILE.format(QUANTILES)
            atomic_write_bytes(path, self.members.quantile_tree.to_bytes())
        described = {
            "params": self.params.model_dump(),
            "chosen": self.chosen,
            "recent_correction": asdict(self.recent_correction),
            "adaptive_range": asdict(self.adaptive_range),
            "folds": len(self.folds),
            "corrections": {name: tree.correction for name, tree in trees.items()},
            "has_quantile_tree": self.members.quantile_tree is not None,
            **self.series.to_json(),
        }
        atomic_write_json(folder / "forecaster.json", described)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The inverse of `save`; raises `ArtifactError` when a part is missing or damaged."""
        described = read_json(folder / "forecaster.json")
        with readable(f"The forecaster in {folder}"):
            arrays, backtest = load_arrays(folder / "forecaster.npz"), load_arrays(folder / "backtest.npz")
            trees = {
                name: Tree.from_bytes((folder / TREE_FILE.format(name)).read_bytes(), correction)
                for name, correction in described["corrections"].items()
            }
            quantile_tree = None
            if described.get("has_quantile_tree"):
                quantile_tree = QuantileTree.from_bytes((folder / TREE_FILE.format(QUANTILES)).read_bytes())
            fitted = unpack(FittedState, arrays, STATE_PREFIX)
            folds = tuple(unpack(FoldForecast, backtest, f"{k}.") for k in range(described["folds"]))
            correction = RecentCorrection.from_record(described)
            params = ForecasterParams.model_validate(described["params"])
            series = SeriesIndex.from_json(described)
            members = Members(series, fitted, trees.get("trend"), trees.get("season"), quantile_tree)
            adaptive_range = AdaptiveRange(**described.get("adaptive_range", {}))
            loaded = cls(params, members, described["chosen"], None, folds, correction, adaptive_range)
            if "intervals.scores" in arrays:
                return replace(loaded, intervals=unpack(Intervals, arrays, "intervals."))
            # None, or those of version 0.2 and before: calibrated again, on folds that end with its history.
            first_day = folds[0].cutoff_day + params.horizon_days + 1 if folds else 0
            return replace(loaded, intervals=fit_intervals(loaded.past_forecasts(), first_day))
