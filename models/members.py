"""Three readings of one history: O, a blend of levels; T, trees around one; N, trees that learn the season."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.closed import find_closed
from data.dates import calendar
from data.panel import SalesPanel
from data.series import SeriesIndex
from models.blend import Blend, fit_blend
from models.cold_start import KNOWN_DAYS, LevelPrior, fit_level_prior
from models.design import features, forecast_rows, sample_rows
from models.estimators import Tree, fit_tree
from models.learnt import NEVER, Learnt, Reading
from models.levels import LEVELS, Growth, History, Rows, level_table
from models.past import Past
from models.profile import Floats, Ints, Profile, fit_profile

TREND_POWER, SEASON_POWER = 1.5, 1.2  # two Tweedie powers: members that differ are worth more than either
FEWEST_ROWS = 500  # below it no tree is grown, and members T and N are member O
FLOOR_SHARE, FLOOR = 0.05, 1e-4  # of the two-year level: an offset must not be log 0
INDEX_FLOOR = 0.02


@dataclass(frozen=True)
class MemberForecasts:
    """What the members say of each series and day, all (n_series, horizon_days) but `is_new` (n_series,)."""

    by_name: dict[str, Floats]
    level: Floats  # units a day, before weekday and season
    weekday: Floats  # 0 on a closed day
    season: Floats
    is_new: NDArray[np.bool_]

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
        if self.trend_tree is not None:
            expected, columns = _design(trend, self.learnt.trend, rows, levels)
            flat["T"] = expected * self.trend_tree.ratio(columns)
        if self.season_tree is not None:
            levels = level_table(season, self.learnt.season.growth, first_step).repeat(horizon_days, axis=0)
            expected, columns = _design(season, self.learnt.season, rows, levels)
            flat["N"] = expected * self.season_tree.ratio(columns)
        cold_level, is_cold = past.cold_levels(trend, self.learnt.prior)
        level = np.where(is_cold[rows.series], cold_level[rows.series], level)
        shape = (history.n_series, horizon_days)
        by_name = {}
        for name, forecast in flat.items():
            warm = np.where(is_cold[rows.series], level * index, forecast)
            by_name[name] = np.where(index > 0, np.maximum(warm, 0.0), 0.0).reshape(shape)
        month = trend.month[rows.series, trend.calendar.month[rows.target] - 1]
        weekday = np.where(index > 0, trend.weekday[rows.series, trend.calendar.weekday[rows.target]], 0.0)
        level, weekday, month = (part.reshape(shape) for part in (level, weekday, month))
        return MemberForecasts(by_name, level, weekday, month, is_cold | (past.row < 0))


def fit_members(panel: SalesPanel, horizon_days: int, max_rows: int, rounds: int, seed: int) -> Members:
    """Learn from every day of the panel; `max_rows` bounds the rows the blend and the trees are fitted on."""
    sales, rules, first_sale = find_closed(
        panel.sales.astype(np.float64), panel.series.store_codes, panel.start
    )
    past_days = calendar(panel.start, panel.n_days)
    days = calendar(panel.start, panel.n_days + horizon_days)
    is_closed = rules.closed(panel.series.store_codes, panel.start, panel.n_days + horizon_days)
    is_closed[:, : panel.n_days] = False
    fitted = []
    for has_season in (True, False):
        profile = fit_profile(sales, past_days, panel.series, rules.weekdays, has_season)
        index = np.where(is_closed, 0.0, profile.index(days))
        store = panel.series.store_codes
        history = History(sales, index, profile.weekday, profile.month, days, store, first_sale)
        rows = sample_rows(history, horizon_days, max_rows, np.random.default_rng(seed))
        fitted.append(_fit_reading(history, profile, panel.series, rows, has_season, rounds, seed))
        if has_season:
            prior = fit_prior(history, panel.series)
    (trend, trend_tree), (season, season_tree) = fitted
    learnt = Learnt(rules, trend, season, prior, first_sale_day(first_sale, panel))
    return Members(panel.series, learnt, trend_tree, season_tree)


def first_sale_day(first_sale: Ints, panel: SalesPanel) -> Ints:
    """Columns of first sales (n_series,) as day numbers since 1970, `NEVER` where there was none."""
    return np.where(first_sale < panel.n_days, panel.start.astype(np.int64) + first_sale, NEVER)


def _fit_reading(
    history: History,
    profile: Profile,
    series: SeriesIndex,
    rows: Rows,
    has_season: bool,
    rounds: int,
    seed: int,
) -> tuple[Reading, Tree | None]:
    growth = history.growth(len(series.store_names), np.arange(history.n_days + 1))
    levels = level_table(history, growth, rows)
    sales = history.filled[rows.series, rows.target]
    blend = fit_blend(levels, history.index[rows.series, rows.target], rows.step, sales)
    reading = Reading(profile, growth, blend, Blend.only("L364") if has_season else blend)
    tree = None
    if len(sales) >= FEWEST_ROWS:
        expected, columns = _design(history, reading, rows, levels)
        power = TREND_POWER if has_season else SEASON_POWER
        tree = fit_tree(columns, sales, expected, power, rounds, seed)
    newest = Growth(growth.overall[:, -1:], growth.by_store[:, :, -1:])
    return replace(reading, growth=newest), tree


def _design(
    history: History, reading: Reading, rows: Rows, levels: Floats
) -> tuple[Floats, NDArray[np.float32]]:
    """What a row's tree starts from, in units (n,), and the features (n, 35) it multiplies that by."""
    floor = FLOOR_SHARE * levels[:, LEVELS.index("L728")] + FLOOR
    base = np.maximum(reading.offset.level(levels, rows.step), floor)
    expected = base * np.maximum(history.index[rows.series, rows.target], INDEX_FLOOR)
    return expected, features(history, reading.growth, rows, levels, base)


def fit_prior(history: History, series: SeriesIndex) -> LevelPrior | None:
    """What store and item say of a level, from the series with 28 known days; None with too few of them."""
    every, origin = np.arange(len(series)), np.full(len(series), history.n_days)
    level = np.nan_to_num(history.level(every, origin, shortest_days=91)[91])
    return fit_level_prior(level, series, history.expected_sum[:, -1] >= KNOWN_DAYS)
