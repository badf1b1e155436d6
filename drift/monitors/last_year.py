"""Forecasts compared with the same weekdays of the year before."""

from dataclasses import dataclass

import numpy as np

from data.dates.calendar_days import YEAR_DAYS
from data.panel.sales_panel import SalesPanel
from drift.detector.windows import Floats
from models.storage.forecast_table import DISCONTINUED, ForecastTable

KNOWN_SHARE = 0.5  # of the days; below it gaps dominate the comparison


@dataclass(frozen=True)
class Comparison:
    """Units of every series over the first days of the forecast: each (n_series,).

    `compared` is the part of `forecast` on days with a record one year before, `last_year` are those records:
    their ratio compares equal days, also after summing. Both are 0 where too little is known, and
    for discontinued series.
    """

    forecast: Floats
    compared: Floats
    last_year: Floats


def compare_with_last_year(panel: SalesPanel, table: ForecastTable, n_days: int) -> Comparison:
    """Compare the forecast's first `n_days` days with last year's, for every series of the table."""
    forecast = table.forecast[:, :n_days].astype(np.float64)
    first = table.cutoff + np.timedelta64(1 - YEAR_DAYS, "D")
    last = first + np.timedelta64(forecast.shape[1] - 1, "D")
    last_year = panel.window(first, last).sales.astype(np.float64)
    known = np.isfinite(last_year)
    known &= (known.mean(axis=1) >= KNOWN_SHARE)[:, None]
    known &= table.methods[:, :1] != DISCONTINUED  # 0 is no departure from last year
    parts = (forecast, np.where(known, forecast, 0.0), np.where(known, last_year, 0.0))
    return Comparison(*(part.sum(axis=1) for part in parts))
