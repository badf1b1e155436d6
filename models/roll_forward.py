"""The same trees and profile on a newer history: new levels, growth and closed days, without training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from data.closed import find_closed
from data.errors import DataContractError
from data.panel import SalesPanel
from data.series import SeriesIndex
from models.fitting import first_sale_day, fit_prior
from models.forecaster import Forecaster
from models.learnt import Learnt, Reading
from models.levels import History
from models.past import Past, positions
from models.profile import Effects, Ints, Profile
from models.rolling import FoldForecast


def roll_forward(forecaster: Forecaster, panel: SalesPanel) -> Forecaster:
    """The forecaster as it would be had it seen the panel's newer days, profile, blends and trees apart.

    Series that are new take the profile of their store and item. Raises `DataContractError` when a series
    that was learnt from is missing.
    """
    known = forecaster.members.series
    pairs = zip(known.stores, known.items, strict=True)
    missing = [pair for pair in pairs if panel.series.find(*pair) is None]
    if missing:
        raise DataContractError(
            f"{len(missing)} series of the model are not in the new history, first {missing[0]}.",
            hint="Roll forward on all sales, or train again if the series are gone for good.",
        )
    learnt = forecaster.members.learnt
    sales, rules, first_sale = find_closed(
        panel.sales.astype(np.float64), panel.series.store_codes, panel.start
    )
    past = Past.of(known, learnt, panel, 0)
    histories = [
        replace(past.read(reading), sales=sales, store=panel.series.store_codes, first_sale=first_sale)
        for reading in (learnt.trend, learnt.season)
    ]
    trend, season = (
        _rolled(reading, history, known, panel)
        for reading, history in zip((learnt.trend, learnt.season), histories, strict=True)
    )
    first_day = first_sale_day(first_sale, panel)
    rolled = Learnt(rules, trend, season, fit_prior(histories[0], panel.series), first_day)
    members = replace(forecaster.members, series=panel.series, learnt=rolled)
    intervals = forecaster.intervals
    if intervals is not None:
        by_series = intervals.spread.of_series(past.row)
        intervals = replace(intervals, spread=replace(intervals.spread, by_series=by_series))
    folds = tuple(_extended(fold, past.row) for fold in forecaster.folds)
    return replace(forecaster, members=members, intervals=intervals, folds=folds)


def _rolled(reading: Reading, history: History, known: SeriesIndex, panel: SalesPanel) -> Reading:
    """A reading of the new history: the profile laid out for its series, the growth of its last day."""
    profile = Profile(
        history.weekday,
        history.month,
        _relaid(reading.profile.weekday_effects, known, panel.series),
        _relaid(reading.profile.month_effects, known, panel.series),
    )
    growth = history.growth(len(panel.series.store_names), np.array([panel.n_days]))
    return replace(reading, profile=profile, growth=growth)


def _relaid(effects: Effects, known: SeriesIndex, series: SeriesIndex) -> Effects:
    """Effects in the order of another index's stores and items; those that were not seen change nothing."""
    store = positions(known.store_names, series.store_names)
    item = positions(known.item_names, series.item_names)
    by_store = np.where(store[:, None] >= 0, effects.by_store[store], 1.0)
    by_item = np.where(item[:, None] >= 0, effects.by_item[item], 1.0)
    return Effects(effects.overall, by_store, by_item)


def _extended(fold: FoldForecast, row: Ints) -> FoldForecast:
    """A fold with rows of NaN for series that it did not know."""

    def laid(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.where(row[:, None] >= 0, values[row], np.float32(np.nan))

    return FoldForecast(
        fold.cutoff_day, laid(fold.overall), laid(fold.trend), laid(fold.season), laid(fold.actual)
    )
