"""One series, or a total over a store, an item or everything: sales, forecast and last year by day."""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from data.dates.calendar_days import WEEK_DAYS, YEAR_DAYS
from data.errors import UnknownSeriesError
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesId, SeriesIndex
from models.champion import Champion
from models.forecaster.backtest_folds import NewestFold
from models.storage.forecast_table import DISCONTINUED, METHODS, ForecastTable
from models.storage.quantile_curve import COVERAGE_LEVELS, interval
from service.api.series_response import series_methods

Values = list[float | None]
DAY = np.timedelta64(1, "D")


class BacktestDays(BaseModel):
    """The newest backtest: days the model was not trained on; null where nothing was recorded."""

    first_day: str
    forecast: Values
    sales: Values


class DailySales(BaseModel):
    """Lists with one value per day, in units: `sales` from `first_day` to the cutoff, `forecast` after it."""

    model_version: str
    cutoff: str
    store: SeriesId | None = Field(description="Null for a total over all stores.")
    item: SeriesId | None = Field(description="Null for a total over all items.")
    n_series: int = Field(description="Series in the lists.")
    discontinued: int = Field(description="Discontinued series that are left out of a total.")
    last_sale: str | None = Field(description="Last day with sales that is known; null for a total.")
    first_day: str
    sales: Values = Field(description="Null where nothing was recorded.")
    missing: list[int] = Field(description="Series without a record on a day on which they usually have one.")
    last_year: Values = Field(description="52 weeks before each day of sales and forecast.")
    last_year_missing: list[int]
    forecast: list[float]
    ranges: dict[str, list[float]] | None = Field(
        description="lower_50 … upper_95; null for a total, because bounds do not add up."
    )
    methods: list[str] | None = Field(description="Method of each day; null for a total.")
    method_counts: dict[str, int] = Field(description="Number of series by method.")
    backtest: BacktestDays | None = Field(description="Null where the history was too short for a backtest.")


def daily_sales_of(champion: Champion, store: str | None, item: str | None, history_days: int) -> DailySales:
    """Sales, forecast and last year of the chosen series; a store or item that is None chooses all.

    Raises `UnknownSeriesError` when the champion knows no such series.
    """
    table = champion.table
    chosen = _chosen_rows(table.series, store, item)
    active = chosen[table.methods[chosen, 0] != DISCONTINUED]
    is_single = store is not None and item is not None
    rows = chosen if is_single or not len(active) else active
    first = table.cutoff - (history_days - 1) * DAY
    # From a year before the first day on, with a margin to see which weekdays usually have a record.
    recorded = champion.history.select(rows).window(first - (YEAR_DAYS + 2 * WEEK_DAYS) * DAY, table.cutoff)
    missing, total = _missing(recorded), _total(recorded)
    shown = slice(-history_days, None)
    year_before = slice(2 * WEEK_DAYS, 2 * WEEK_DAYS + history_days + table.horizon_days)
    return DailySales(
        model_version=champion.record.version,
        cutoff=str(table.cutoff),
        store=None if store is None else table.series.stores[rows[0]],
        item=None if item is None else table.series.items[rows[0]],
        n_series=len(rows),
        discontinued=len(chosen) - len(rows),
        last_sale=_last_sale(champion.history.select(rows)) if is_single else None,
        first_day=str(first),
        sales=_values(total[shown]),
        missing=missing[shown].tolist(),
        last_year=_values(total[year_before]),
        last_year_missing=missing[year_before].tolist(),
        forecast=[round(value, 2) for value in table.forecast[rows].sum(axis=0, dtype=np.float64).tolist()],
        ranges=_ranges(table, rows[0]) if is_single else None,
        methods=[METHODS[code] for code in table.methods[rows[0]]] if is_single else None,
        method_counts=_method_counts(table, rows),
        backtest=_backtest_days(champion.backtest, recorded.series),
    )


def _chosen_rows(series: SeriesIndex, store: str | None, item: str | None) -> NDArray[np.int64]:
    chosen = np.ones(len(series), dtype=bool)
    if store is not None:
        chosen &= np.array([str(name) == store for name in series.store_names])[series.store_codes]
    if item is not None:
        chosen &= np.array([str(name) == item for name in series.item_names])[series.item_codes]
    if not chosen.any():
        requested = {"store": store, "item": item}
        named = " and ".join(f"{kind} {label!r}" for kind, label in requested.items() if label is not None)
        raise UnknownSeriesError(
            f"There is no series of {named} among the {len(series)} of this model.",
            hint="GET /series?search= lists them.",
        )
    return np.flatnonzero(chosen)


def _last_sale(history: SalesPanel) -> str | None:
    """Last day on which any series of a panel sold something; None where its history has no sale."""
    days = np.flatnonzero((history.sales > 0).any(axis=0))
    return str(history.start + days[-1] * DAY) if len(days) else None


def _missing(recorded: SalesPanel) -> NDArray[np.int64]:
    """Series per day, (n_days,), that have no record on it but one on that weekday one or two weeks away."""
    known = np.isfinite(recorded.sales)
    usual = np.zeros_like(known)
    for days in (WEEK_DAYS, 2 * WEEK_DAYS):
        usual[:, days:] |= known[:, :-days]
        usual[:, :-days] |= known[:, days:]
    # Before its first record a series was not on sale, which is no gap.
    begun = np.logical_or.accumulate(known, axis=1)
    return np.asarray((usual & begun & ~known).sum(axis=0), dtype=np.int64)


def _total(recorded: SalesPanel) -> NDArray[np.float64]:
    """Sum of the recorded sales of each day, NaN where no series has a record."""
    known = np.isfinite(recorded.sales)
    sums = np.nansum(recorded.sales, axis=0, dtype=np.float64)
    return np.where(known.any(axis=0), sums, np.nan)


def _values(values: NDArray[np.float64]) -> Values:
    return [round(value, 2) if np.isfinite(value) else None for value in values.tolist()]


def _ranges(table: ForecastTable, row: int) -> dict[str, list[float]]:
    ranges = {}
    for level in COVERAGE_LEVELS:
        for side, bound in zip(("lower", "upper"), interval(table.values[row], level), strict=True):
            ranges[f"{side}_{level}"] = bound.astype(np.float64).round(2).tolist()
    return ranges


def _backtest_days(backtest: NewestFold | None, series: SeriesIndex) -> BacktestDays | None:
    if backtest is None:
        return None
    forecast, sales = backtest.total(series)
    if np.isnan(sales).all():
        return None
    return BacktestDays(
        first_day=str(backtest.cutoff + DAY), forecast=_values(forecast), sales=_values(sales)
    )


def _method_counts(table: ForecastTable, rows: NDArray[np.int64]) -> dict[str, int]:
    codes, counts = np.unique(series_methods(table.methods[rows]), return_counts=True)
    return {METHODS[code]: int(count) for code, count in zip(codes, counts, strict=True)}
