"""The three readings of one history: O, a blend of levels; T, trees around it; N, trees that learn the season."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.closed import ClosedRules, find_closed
from data.dates import calendar
from data.panel import SalesPanel, SeriesId, SeriesIndex
from models.blend import Blend, fit_blend
from models.cold_start import KNOWN_DAYS, LevelPrior, fit_level_prior
from models.design import features, forecast_rows, sample_rows
from models.estimators import Tree, fit_tree
from models.levels import LEVELS, Growth, History, Rows, level_table
from models.profile import Floats, Ints, Profile, fit_profile

TREND_POWER, SEASON_POWER = 1.5, 1.2  # two Tweedie powers: members that differ are worth more than either
FEWEST_ROWS = 500  # below it no tree is grown, and members T and N are member O
FLOOR_SHARE, FLOOR = 0.05, 1e-4  # of the two-year level: an offset must not be log 0
INDEX_FLOOR = 0.02
NEVER_SOLD_DAYS = 28
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Reading:
    """A profile, the newest growth around it, the blend of its levels, and the blend that its tree starts from."""

    profile: Profile
    growth: Growth
    blend: Blend
    offset: Blend


@dataclass(frozen=True)
class Learnt:
    """What was learnt before one cutoff, as arrays; `first_sale` is a day number since 1970, `NEVER` without one."""

    rules: ClosedRules
    trend: Reading
    season: Reading
    prior: LevelPrior | None
    first_sale: Ints


@dataclass(frozen=True)
class MemberForecasts:
    """Forecasts (n_series, horizon_days) by member, the days foretold as closed, and which series are new."""

    by_name: dict[str, Floats]
    is_closed: NDArray[np.bool_]
    is_new: NDArray[np.bool_]


@dataclass(frozen=True)
class Members:
    """Members O, T and N for the series of `series`, able to forecast from any history."""

    series: SeriesIndex
    learnt: Learnt
    trend_tree: Tree | None
    season_tree: Tree | None

    def forecast(self, history: SalesPanel, horizon_days: int) -> MemberForecasts:
        """Forecast the days after the history's last; a series need not be one that was learnt from."""
        past = _Past.of(self.series, self.learnt, history, horizon_days)
        rows = forecast_rows(history.n_series, history.n_days, horizon_days)
        shape = (history.n_series, horizon_days)
        trend, season = past.read(self.learnt.trend), past.read(self.learnt.season)
        levels = level_table(trend, self.learnt.trend.growth, rows)
        index = trend.index[:, history.n_days :]
        blended = self.learnt.trend.blend.level(levels, rows.step).reshape(shape) * index
        flat = {"O": blended, "T": blended, "N": blended}
        if self.trend_tree is not None:
            expected, columns = _design(trend, self.learnt.trend, rows, levels)
            flat["T"] = (expected * self.trend_tree.ratio(columns)).reshape(shape)
        if self.season_tree is not None:
            levels = level_table(season, self.learnt.season.growth, rows)
            expected, columns = _design(season, self.learnt.season, rows, levels)
            flat["N"] = (expected * self.season_tree.ratio(columns)).reshape(shape)
        cold_level, is_cold = past.cold_levels(trend, self.learnt.prior)
        by_name = {}
        for name, forecast in flat.items():
            grown = np.where(is_cold[:, None], cold_level[:, None] * index, forecast)
            by_name[name] = np.where(index > 0, np.maximum(grown, 0.0), 0.0)
        return MemberForecasts(by_name, index == 0, is_cold | (past.row < 0))


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
            prior = _fit_prior(history, panel.series)
    (trend, trend_tree), (season, season_tree) = fitted
    start = panel.start.astype(np.int64)
    first_day = np.where(first_sale < panel.n_days, start + first_sale, NEVER)
    return Members(panel.series, Learnt(rules, trend, season, prior, first_day), trend_tree, season_tree)


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
    return expected, features(history, reading.growth, rows, base)


def _fit_prior(history: History, series: SeriesIndex) -> LevelPrior | None:
    every, origin = np.arange(len(series)), np.full(len(series), history.n_days)
    level = np.nan_to_num(history.level(every, origin, shortest_days=91)[91])
    return fit_level_prior(level, series, history.expected_sum[:, -1] >= KNOWN_DAYS)


@dataclass(frozen=True)
class _Past:
    """A history beside what was learnt of its series: row, store and item code in training, −1 when unseen."""

    sales: Floats
    recorded_days: Ints
    panel: SalesPanel
    learnt: Learnt
    horizon_days: int
    row: Ints
    store: Ints
    item: Ints
    first_sale: Ints
    is_closed: NDArray[np.bool_]  # (n_series, n_days + horizon_days)

    @classmethod
    def of(cls, series: SeriesIndex, learnt: Learnt, panel: SalesPanel, horizon_days: int) -> _Past:
        """Match the series by name and clean their sales by the rules that were learnt."""
        row, store, item = _codes(series, panel.series)
        weekdays = np.where(row[:, None] >= 0, learnt.rules.weekdays[row], False)
        rules = replace(learnt.rules, weekdays=weekdays)
        is_closed = rules.closed(store, panel.start, panel.n_days + horizon_days)
        sales = np.maximum(panel.sales.astype(np.float64), 0.0)
        recorded_days = np.isfinite(sales).sum(1)
        has_sold = np.logical_or.accumulate(sales > 0, axis=1)
        sales[~has_sold | (is_closed[:, : panel.n_days] & (sales == 0))] = np.nan
        start = panel.start.astype(np.int64)
        learnt_first = np.where(row >= 0, learnt.first_sale[row] - start, NEVER)
        seen_first = np.where(has_sold.any(1), has_sold.argmax(1), panel.n_days)
        first_sale = np.minimum(learnt_first, seen_first)
        return cls(sales, recorded_days, panel, learnt, horizon_days, row, store, item, first_sale, is_closed)

    def read(self, reading: Reading) -> History:
        """This history through one reading's profile."""
        weekday, month = reading.profile.weekday[self.row], reading.profile.month[self.row]
        for unseen in np.flatnonzero(self.row < 0):
            store, item = (None if code[unseen] < 0 else int(code[unseen]) for code in (self.store, self.item))
            weekday[unseen], month[unseen] = reading.profile.unseen(store, item)
        days = calendar(self.panel.start, self.panel.n_days + self.horizon_days)
        index = weekday[:, days.weekday] * month[:, days.month - 1]
        index[:, self.panel.n_days :][self.is_closed[:, self.panel.n_days :]] = 0.0
        return History(self.sales, index, weekday, month, days, self.store, self.first_sale)

    def cold_levels(self, history: History, prior: LevelPrior | None) -> tuple[Floats, NDArray[np.bool_]]:
        """Levels (n_series,) of series with under 28 known days, and which those are; never sold in 28 days: 0."""
        sold, expected = history.sales_sum[:, -1], history.expected_sum[:, -1]
        if prior is None:
            return np.zeros(len(sold)), np.zeros(len(sold), bool)
        level = prior.shrunk(sold, expected, self.store, self.item)
        never_sold = (self.recorded_days >= NEVER_SOLD_DAYS) & (self.first_sale >= self.panel.n_days)
        return np.where(never_sold, 0.0, level), expected < KNOWN_DAYS


def _codes(learnt: SeriesIndex, asked: SeriesIndex) -> tuple[Ints, Ints, Ints]:
    """Row, store code and item code in `learnt` of each series of `asked`, −1 where it was not seen."""
    if asked is learnt:
        return np.arange(len(learnt)), learnt.store_codes, learnt.item_codes
    rows = [learnt.find(store, item) for store, item in zip(asked.stores, asked.items, strict=True)]
    row = np.array([-1 if found is None else found for found in rows], np.int64)
    return row, _positions(learnt.store_names, asked.stores), _positions(learnt.item_names, asked.items)


def _positions(names: tuple[SeriesId, ...], asked: tuple[SeriesId, ...]) -> Ints:
    position = {str(name): code for code, name in enumerate(names)}
    return np.array([position.get(str(name), -1) for name in asked], np.int64)
