"""The three members: O, a blend of sales levels; T, trees around a level; N, trees that learn the season."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.components.boosted_trees import QuantileTree, Tree
from models.components.level_blend import Blend
from models.components.levels import SALES_LEVELS, History, Rows, level_table
from models.components.seasonal_profile import Floats, Ints
from models.components.tree_features import features, forecast_rows
from models.forecaster.fitted_state import FittedState, MemberFit
from models.forecaster.series_context import SeriesContext

FLOOR_SHARE, FLOOR = 0.05, 1e-4  # of the two-year level: an offset must not be log 0
INDEX_FLOOR = 0.02
MANY_ROWS = 5_000


@dataclass(frozen=True)
class MemberForecasts:
    """Forecasts of each member, all (n_series, horizon_days) but what is known of each series, (n_series,).

    `history` is what they start from. A discontinued series is forecast as 0.
    """

    by_name: dict[str, Floats]
    sales_level: Floats  # units a day, before weekday and season
    weekday: Floats  # 0 on a closed day
    season: Floats
    is_new: NDArray[np.bool_]
    is_discontinued: NDArray[np.bool_]
    last_record: Ints  # days since 1970
    limits: Floats  # of plausible sales
    history: History  # with the profile of members O and T
    quantiles: Floats | None  # (n_series, horizon_days, 3), see `TREE_QUANTILES`; NaN where trees do not know


@dataclass(frozen=True)
class Members:
    """Members O, T and N for the series of `series`, able to forecast from any history."""

    series: SeriesIndex
    fitted: FittedState
    trend_tree: Tree | None
    season_tree: Tree | None
    quantile_tree: QuantileTree | None = None

    def forecast(
        self, panel: SalesPanel, horizon_days: int, last_days: NDArray[np.datetime64] | None = None
    ) -> MemberForecasts:
        """Forecast the days after the panel's last; a series need not be one of the training.

        With `last_days` (n_series,) each series is forecast from the day after its own.
        """
        context = SeriesContext.of(self.series, self.fitted, panel, horizon_days, last_days)
        trend = context.history_for(self.fitted.trend)
        rows = forecast_rows(context.origin, horizon_days)
        levels = _levels(trend, self.fitted.trend, rows, horizon_days)
        sales_level = self.fitted.trend.blend.sales_level(levels, rows.step)
        index = trend.index[rows.series, rows.target]
        flat = dict.fromkeys("OTN", sales_level * index) | self._by_trees(context, trend, rows, levels)
        cold_level, is_cold = context.cold_levels(trend, self.fitted.prior)
        cold_level = np.where(context.is_discontinued, 0.0, cold_level)
        is_given = ((is_cold & np.isfinite(cold_level)) | context.is_discontinued)[rows.series]
        sales_level = np.where(is_given, cold_level[rows.series], sales_level)
        shape = (panel.n_series, horizon_days)
        by_name = {}
        for name, forecast in flat.items():
            forecast = np.where(is_given, sales_level * index, forecast)
            by_name[name] = np.where(index > 0, np.maximum(forecast, 0.0), 0.0).reshape(shape)
        month = trend.month[rows.series, trend.calendar.month[rows.target] - 1]
        weekday = np.where(index > 0, trend.weekday[rows.series, trend.calendar.weekday[rows.target]], 0.0)
        level, weekday, month = (part.reshape(shape) for part in (sales_level, weekday, month))
        is_new = is_cold | (context.row < 0)
        of_series = (is_new, context.is_discontinued, context.records.last_day, context.limits)
        quantiles = None
        if self.quantile_tree is not None:
            expected, columns = quantile_design(trend, self.fitted.trend, rows, levels)
            quantiles = self.quantile_tree.ratios(columns) * np.where(index > 0, expected, 0.0)[:, None]
            quantiles = np.where(is_given[:, None], np.nan, quantiles).reshape(*shape, -1)
        return MemberForecasts(by_name, level, weekday, month, *of_series, trend, quantiles)

    def _by_trees(
        self, context: SeriesContext, trend: History, rows: Rows, levels: Floats
    ) -> dict[str, Floats]:
        """Forecasts (n,) of the members that have a tree; a member without one is member O."""
        trees = {"T": self.trend_tree, "N": self.season_tree}
        grown = {name: tree for name, tree in trees.items() if tree is not None}

        def forecast(name: str) -> Floats:
            fit, history, own_levels = self.fitted.trend, trend, levels
            if name == "N":
                fit, history = self.fitted.season, context.history_for(self.fitted.season)
                own_levels = _levels(history, fit, rows, context.horizon_days)
            expected, columns = design(history, fit, rows, own_levels)
            return np.asarray(expected * grown[name].ratio(columns))

        with ThreadPoolExecutor(len(trees)) as pool:  # side by side where that is worth a thread
            run = pool.map if len(rows.series) >= MANY_ROWS else map
            return dict(zip(grown, run(forecast, grown), strict=True))


def design(
    history: History, fit: MemberFit, rows: Rows, levels: Floats
) -> tuple[Floats, NDArray[np.float32]]:
    """What a row's tree starts from, in units (n,), and the features (n, 35) it multiplies that by."""
    floor = FLOOR_SHARE * levels[:, SALES_LEVELS.index("L728")] + FLOOR
    base = np.maximum(fit.offset.sales_level(levels, rows.step), floor)
    expected = base * np.maximum(history.index[rows.series, rows.target], INDEX_FLOOR)
    return expected, features(history, fit.growth, rows, levels, base)


def quantile_design(
    history: History, fit: MemberFit, rows: Rows, levels: Floats
) -> tuple[Floats, NDArray[np.float32]]:
    """The same for the trees of quantiles, which start from the level of the last 91 days."""
    return design(history, replace(fit, offset=Blend.only("L91")), rows, levels)


def _levels(history: History, fit: MemberFit, rows: Rows, horizon_days: int) -> Floats:
    """The sales levels of each row; all steps of a series share those of its first."""
    first_step = Rows(*(column[::horizon_days] for column in rows))
    return level_table(history, fit.growth, first_step).repeat(horizon_days, axis=0)
