"""Three readings of one history: O, a blend of levels; T, trees around one; N, trees that learn season."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.components.boosted_trees import Tree
from models.components.levels import LEVELS, History, Rows, level_table
from models.components.seasonal_profile import Floats
from models.components.tree_features import features, forecast_rows
from models.forecaster.fitted_state import Learnt, Reading
from models.forecaster.series_context import Past

FLOOR_SHARE, FLOOR = 0.05, 1e-4  # of the two-year level: an offset must not be log 0
INDEX_FLOOR = 0.02
MANY_ROWS = 5_000


@dataclass(frozen=True)
class MemberForecasts:
    """What the members say of each series and day, all (n_series, horizon_days) but `is_new` (n_series,).

    `history` is what they were made from.
    """

    by_name: dict[str, Floats]
    level: Floats  # units a day, before weekday and season
    weekday: Floats  # 0 on a closed day
    season: Floats
    is_new: NDArray[np.bool_]
    history: History  # through the profile of members O and T

    @property
    def is_closed(self) -> NDArray[np.bool_]:
        return np.asarray(self.weekday == 0)


@dataclass(frozen=True)
class Members:
    """Members O, T and N for the series of `series`, able to forecast from any history."""

    series: SeriesIndex
    learnt: Learnt
    trend_tree: Tree | None
    season_tree: Tree | None

    def forecast(self, history: SalesPanel, horizon_days: int) -> MemberForecasts:
        """Forecast the days after the history's last; a series need not be one that was learnt from."""
        past = Past.of(self.series, self.learnt, history, horizon_days)
        trend, season = past.read(self.learnt.trend), past.read(self.learnt.season)
        rows = forecast_rows(history.n_series, history.n_days, horizon_days)
        first_step = Rows(*(column[::horizon_days] for column in rows))  # all steps share its levels
        levels = level_table(trend, self.learnt.trend.growth, first_step).repeat(horizon_days, axis=0)
        level = self.learnt.trend.blend.level(levels, rows.step)
        index = trend.index[rows.series, rows.target]
        flat = dict.fromkeys("OTN", level * index)

        def grown(name: str, tree: Tree) -> Floats:
            past_of, reading, own = trend, self.learnt.trend, levels
            if name == "N":
                past_of, reading = season, self.learnt.season
                own = level_table(season, reading.growth, first_step).repeat(horizon_days, axis=0)
            expected, columns = design(past_of, reading, rows, own)
            return np.asarray(expected * tree.ratio(columns))

        members = (("T", self.trend_tree), ("N", self.season_tree))
        trees = {name: tree for name, tree in members if tree is not None}
        with ThreadPoolExecutor(len(members)) as pool:  # side by side where that is worth a thread
            run = pool.map if len(rows.series) >= MANY_ROWS else map
            flat |= dict(zip(trees, run(grown, trees, trees.values()), strict=True))
        cold_level, is_cold = past.cold_levels(trend, self.learnt.prior)
        is_told = (is_cold & np.isfinite(cold_level))[rows.series]
        level = np.where(is_told, cold_level[rows.series], level)
        shape = (history.n_series, horizon_days)
        by_name = {}
        for name, forecast in flat.items():
            told = np.where(is_told, level * index, forecast)
            by_name[name] = np.where(index > 0, np.maximum(told, 0.0), 0.0).reshape(shape)
        month = trend.month[rows.series, trend.calendar.month[rows.target] - 1]
        weekday = np.where(index > 0, trend.weekday[rows.series, trend.calendar.weekday[rows.target]], 0.0)
        level, weekday, month = (part.reshape(shape) for part in (level, weekday, month))
        return MemberForecasts(by_name, level, weekday, month, is_cold | (past.row < 0), trend)


def design(
    history: History, reading: Reading, rows: Rows, levels: Floats
) -> tuple[Floats, NDArray[np.float32]]:
    """What a row's tree starts from, in units (n,), and the features (n, 35) it multiplies that by."""
    floor = FLOOR_SHARE * levels[:, LEVELS.index("L728")] + FLOOR
    base = np.maximum(reading.offset.level(levels, rows.step), floor)
    expected = base * np.maximum(history.index[rows.series, rows.target], INDEX_FLOOR)
    return expected, features(history, reading.growth, rows, levels, base)
