"""One series or a total (of a store, an item, everything): what was sold, what is expected, and last year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from data.dates.calendar_days import WEEK_DAYS, YEAR_DAYS
from data.errors import UnknownSeriesError
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesId, SeriesIndex
from models.champion import Champion
from models.forecaster.backtest_folds import NewestFold
from models.storage.forecast_table import CLOSED, COVERAGE_LEVELS, METHODS, MODEL, ForecastTable

Values = list[float | None]
DAY = np.timedelta64(1, "D")


class Trial(BaseModel):
    """Days the model was tested on without knowing them; null where no record came."""

    first_day: str
    forecast: Values
    sales: Values


class Selection(BaseModel):
    """Lists by day, in units: from `first_day` on, those of the forecast from the day after the cutoff."""

    model_version: str
    cutoff: str
    store: SeriesId | None = Field(description="None where the selection is over all stores.")
    item: SeriesId | None
    n_series: int
    first_day: str
    sales: Values = Field(description="Null where nothing was recorded.")
    missing: list[int] = Field(description="Series without a record on a day on which they usually have one.")
    last_year: Values = Field(description="52 weeks before each day of sales and forecast.")
    last_year_missing: list[int]
    forecast: list[float]
    ranges: dict[str, list[float]] | None = Field(
        description="lower_50 … upper_95; null for a total, because bounds do not add up."
    )
    methods: list[str] | None = Field(description="How each day was answered; null for a total.")
    method_counts: dict[str, int] = Field(description="Series answered in each way.")
    trial: Trial | None = Field(description="The newest days of the backtest; null where nothing was tested.")


def selection_of(champion: Champion, store: str | None, item: str | None, history_days: int) -> Selection:
    """Describe what was chosen; raises `UnknownSeriesError` when no series of the champion belongs to it."""
    table = champion.table
    rows = _rows(table, store, item)
    cutoff, horizon = table.cutoff, table.horizon_days
    first = cutoff - (history_days - 1) * DAY
    # Records from a year before the first day on, with a margin to see which weekdays usually have one.
    recorded = champion.history.select(rows).window(first - (YEAR_DAYS + 2 * WEEK_DAYS) * DAY, cutoff)
    missing = _missing(recorded)
    total = _total(recorded)
    now, then = slice(-history_days, None), slice(2 * WEEK_DAYS, 2 * WEEK_DAYS + history_days + horizon)
    is_single = len(rows) == 1 and store is not None and item is not None
    return Selection(
        model_version=champion.record.version,
        cutoff=str(cutoff),
        store=None if store is None else table.series.stores[rows[0]],
        item=None if item is None else table.series.items[rows[0]],
        n_series=len(rows),
        first_day=str(first),
        sales=_values(total[now]),
        missing=missing[now].tolist(),
        last_year=_values(total[then]),
        last_year_missing=missing[then].tolist(),
        forecast=[round(value, 2) for value in table.forecast[rows].sum(axis=0, dtype=np.float64).tolist()],
        ranges=_ranges(table, rows[0]) if is_single else None,
        methods=[METHODS[code] for code in table.methods[rows[0]]] if is_single else None,
        method_counts=_method_counts(table, rows),
        trial=_trial(champion.backtest, recorded.series),
    )


def _rows(table: ForecastTable, store: str | None, item: str | None) -> NDArray[np.int64]:
    """Positions of the chosen series; None chooses all."""
    index = table.series
    chosen = np.ones(len(index), dtype=bool)
    if store is not None:
        chosen &= np.array([str(name) == store for name in index.store_names])[index.store_codes]
    if item is not None:
        chosen &= np.array([str(name) == item for name in index.item_names])[index.item_codes]
    if not chosen.any():
        asked = {"store": store, "item": item}
        named = " and ".join(f"{word} {label!r}" for word, label in asked.items() if label is not None)
        raise UnknownSeriesError(
            f"There is no series of {named} among the {len(index)} of this model.",
            hint="GET /series?search= lists them.",
        )
    return np.flatnonzero(chosen)


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
    return [round(value, 2) if value == value else None for value in values.tolist()]


def _ranges(table: ForecastTable, row: int) -> dict[str, list[float]]:
    bounds = {
        f"{side}_{level}": values[row].astype(np.float64).tolist()
        for level in COVERAGE_LEVELS
        for side, values in zip(("lower", "upper"), table.bounds(level), strict=True)
    }
    return {name: [round(value, 2) for value in values] for name, values in bounds.items()}


def _trial(backtest: NewestFold | None, series: SeriesIndex) -> Trial | None:
    if backtest is None:
        return None
    forecast, sales = backtest.total(series)
    if np.isnan(sales).all():
        return None
    return Trial(first_day=str(backtest.cutoff + DAY), forecast=_values(forecast), sales=_values(sales))


def _method_counts(table: ForecastTable, rows: NDArray[np.int64]) -> dict[str, int]:
    """How many series are answered in each way; closed counts only where a series never opens."""
    methods = table.methods[rows]
    answered = np.where(methods == CLOSED, MODEL, methods).max(axis=1)
    answered[(methods == CLOSED).all(axis=1)] = CLOSED
    codes, counts = np.unique(answered, return_counts=True)
    return {METHODS[code]: int(count) for code, count in zip(codes, counts, strict=True)}
