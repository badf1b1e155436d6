"""Fitting the members on a history: profile, growth, blend and trees of each member fit."""

from dataclasses import dataclass, replace

import numpy as np

from data.dates.calendar_days import calendar
from data.dates.closed_days import find_closed
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.components.boosted_trees import QuantileTree, Tree, fit_quantile_tree, fit_tree
from models.components.cold_start import KNOWN_DAYS, LevelPrior, fit_level_prior
from models.components.discontinued_series import Records
from models.components.level_blend import Blend, fit_blend
from models.components.levels import Growth, History, Rows, level_table
from models.components.sales_limits import plausible, sales_limits
from models.components.seasonal_profile import Floats, fit_profile
from models.components.tree_features import sample_rows
from models.components.weekday_change import find_weekday_change
from models.forecaster.fitted_state import NEVER, FittedState, MemberFit
from models.forecaster.members import Members, design, quantile_design

TREND_POWER, SEASON_POWER = 1.5, 1.2  # two Tweedie powers: members that differ are worth more than either
FEWEST_ROWS = 500  # below it no tree is grown, and members T and N are member O


@dataclass(frozen=True)
class Effort:
    """What a fit may cost: rows for blend and trees, boosting rounds, and the seed that draws the rows.

    Without rounds only member O is fitted, in tenths of a second, and serves as T and N too.
    """

    max_rows: int
    rounds: int
    seed: int
    quantile_rows: int = 0  # 0 grows no trees of quantiles


Trees = tuple[Tree | None, Tree | None, QuantileTree | None]  # of members T and N, and of quantiles


def fit_members(panel: SalesPanel, horizon_days: int, effort: Effort, trees: Trees | None = None) -> Members:
    """Fit members O, T and N on every day of the panel; `trees` that are given are not grown again."""
    limits = sales_limits(panel)
    sales, rules, first_sale = find_closed(
        plausible(panel.sales, limits).astype(np.float64), panel.series.store_codes, panel.start
    )
    days = calendar(panel.start, panel.n_days)
    change = find_weekday_change(sales, panel.start, panel.series)
    sales = change.applied(sales, panel.start, np.arange(panel.n_series))

    def fit(has_season: bool) -> tuple[History, MemberFit, Tree | None, QuantileTree | None]:
        profile = fit_profile(sales, days, panel.series, rules.weekdays, has_season)
        history = History(
            *(sales, profile.index(days), profile.weekday, profile.month, days),
            store=panel.series.store_codes,
            first_sale=first_sale,
            origin=np.full(panel.n_series, panel.n_days),
        )
        growth = history.growth(len(panel.series.store_names), np.arange(panel.n_days + 1))
        member_fit = MemberFit(profile, growth, Blend.only("L364"), Blend.only("L364"))
        grown = effort if trees is None else replace(effort, rounds=0)
        return history, *_fit_member(history, member_fit, has_season, horizon_days, grown)

    history, trend, trend_tree, quantile_tree = fit(has_season=True)
    season, season_tree = fit(has_season=False)[1:3] if effort.rounds else (trend, None)
    prior = fit_prior(history, panel.series)
    first_day = np.where(first_sale < panel.n_days, panel.start.astype(np.int64) + first_sale, NEVER)
    fitted = FittedState(rules, trend, season, prior, first_day, Records.of(panel), change, limits)
    return Members(panel.series, fitted, *(trees or (trend_tree, season_tree, quantile_tree)))


def fit_prior(history: History, series: SeriesIndex) -> LevelPrior | None:
    """The level prior by store and item, from the series with 28 known days; None with too few."""
    every, origin = np.arange(len(series)), np.full(len(series), history.n_days)
    sales_level = np.nan_to_num(history.sales_levels(every, origin, shortest_days=91)[91])
    return fit_level_prior(sales_level, series, history.expected_sum[:, -1] >= KNOWN_DAYS)


def _fit_member(
    history: History, fit: MemberFit, has_season: bool, horizon_days: int, effort: Effort
) -> tuple[MemberFit, Tree | None, QuantileTree | None]:
    """Fit blend and trees on sampled rows. The season-free tree starts from the blend, the other from L364.

    Quantiles are grown beside the tree that has the season.
    """
    rows = sample_rows(history, horizon_days, effort.max_rows, np.random.default_rng(effort.seed))
    levels = level_table(history, fit.growth, rows)
    sales: Floats = history.filled[rows.series, rows.target]
    blend = fit_blend(levels, history.index[rows.series, rows.target], rows.step, sales)
    fit = replace(fit, blend=blend, offset=fit.offset if has_season else blend)
    tree = quantile_tree = None
    if effort.rounds and len(sales) >= FEWEST_ROWS:
        expected, columns = design(history, fit, rows, levels)
        power = TREND_POWER if has_season else SEASON_POWER
        tree = fit_tree(columns, sales, expected, power, effort.rounds, effort.seed)
        if has_season and effort.quantile_rows:
            n_rows = min(len(sales), effort.quantile_rows)
            few = np.random.default_rng(effort.seed).choice(len(sales), n_rows, replace=False)
            expected, columns = quantile_design(
                history, fit, Rows(*(part[few] for part in rows)), levels[few]
            )
            quantile_tree = fit_quantile_tree(columns, sales[few], expected, effort.seed)
    newest = Growth(fit.growth.overall[:, -1:], fit.growth.by_store[:, :, -1:])
    return replace(fit, growth=newest), tree, quantile_tree
