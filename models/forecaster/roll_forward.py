"""Rolling forward: the same trees on a newer history; levels, profile, blends, closed days are refitted."""

from dataclasses import replace

import numpy as np

from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from models.components.seasonal_profile import Ints
from models.forecaster.backtest_folds import FoldForecast
from models.forecaster.forecaster import Forecaster
from models.storage.forecast_table import ForecastTable


def roll_forward(forecaster: Forecaster, panel: SalesPanel, table: ForecastTable | None = None) -> Forecaster:
    """The forecaster with everything but its trees refitted on the panel, which holds newer days.

    With the table that it forecast before, its ranges adapt to the newer days of the panel.

    Raises `DataContractError` when a series of the training is missing.
    """
    known = forecaster.members.series
    missing = np.flatnonzero(panel.series.rows_of(known) < 0)
    if len(missing):
        first = f"store {known.stores[missing[0]]}, item {known.items[missing[0]]}"
        raise DataContractError(
            f"{len(missing)} series of the model are not in the new history, first {first}.",
            hint="Roll forward on all sales, or train again if the series are gone for good.",
        )
    row = known.rows_of(panel.series)
    intervals = forecaster.intervals
    if intervals is not None:
        by_series = intervals.spread.of_series(row)
        intervals = replace(intervals, spread=replace(intervals.spread, by_series=by_series))
    folds = tuple(_extended(fold, row) for fold in forecaster.folds)
    adaptive_range = forecaster.adaptive_range
    if table is not None:
        adaptive_range = adaptive_range.after(table, panel)
    return replace(forecaster.on(panel), intervals=intervals, folds=folds, adaptive_range=adaptive_range)


def _extended(fold: FoldForecast, row: Ints) -> FoldForecast:
    """A fold with the rows of the new panel, NaN for series that it does not know."""
    arrays = (fold.overall, fold.trend, fold.season, fold.actual)
    aligned = (np.where(row[:, None] >= 0, values[row], np.float32(np.nan)) for values in arrays)
    return FoldForecast(fold.cutoff_day, *aligned)
