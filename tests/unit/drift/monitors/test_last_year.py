"""Forecasts compared with last year."""

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import YEAR_DAYS
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from drift.monitors.last_year import compare_with_last_year
from models.storage.forecast_table import COLUMNS, ForecastTable

END = np.datetime64("2026-11-22", "D")
DAYS = 28


def table(forecast: list[float]) -> ForecastTable:
    series = SeriesIndex.from_labels([1] * len(forecast), list(range(len(forecast))))
    values = np.zeros((len(forecast), 90, len(COLUMNS)), np.float32)
    values[:] = np.array(forecast, np.float32)[:, None, None]
    methods = np.zeros((len(forecast), 90), np.uint8)
    return ForecastTable(series, END, values, methods, np.array(forecast, np.float32))


def panel(sales: NDArray[np.float64]) -> SalesPanel:
    series = SeriesIndex.from_labels([1] * len(sales), list(range(len(sales))))
    return SalesPanel(sales.astype(np.float32), END - (sales.shape[1] - 1), series)


def test_the_forecast_is_compared_with_the_same_weekdays_of_last_year() -> None:
    sales = np.zeros((1, 400))
    sales[0, 400 - YEAR_DAYS : 400 - YEAR_DAYS + DAYS] = 5  # the days that are 52 weeks before the 28 ahead
    found = compare_with_last_year(panel(sales), table([6]), DAYS)
    assert (found.forecast[0], found.compared[0], found.last_year[0]) == (6 * DAYS, 6 * DAYS, 5 * DAYS)


def test_days_without_a_record_last_year_are_left_out_of_both_sides() -> None:
    sales = np.full((1, 400), 5.0)
    sales[0, 400 - YEAR_DAYS : 400 - YEAR_DAYS + 7] = np.nan
    found = compare_with_last_year(panel(sales), table([6]), DAYS)
    assert (found.forecast[0], found.compared[0], found.last_year[0]) == (6 * DAYS, 6 * 21, 5 * 21)


def test_a_series_with_mostly_unknown_days_is_not_compared() -> None:
    sales = np.full((2, 400), 5.0)
    sales[0, : 400 - YEAR_DAYS + 20] = np.nan
    found = compare_with_last_year(panel(sales), table([6, 6]), DAYS)
    assert found.compared.tolist() == [0, 6 * DAYS]
    assert found.last_year.tolist() == [0, 5 * DAYS]


def test_a_short_table_is_compared_over_its_own_days() -> None:
    found = compare_with_last_year(panel(np.full((1, 500), 5.0)), table([6]), 120)
    assert (found.compared[0], found.last_year[0]) == (6 * 90, 5 * 90)
