"""Seasonal naive, the baseline to beat: every weekday sells what it sold when it was last known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import WEEK_DAYS
from data.panel.sales_panel import SalesPanel
from models.evaluation.scores import volumes


@dataclass(frozen=True)
class SeasonalNaive:
    """A model that learns nothing; a class, so that the backtest treats it like every other."""

    def forecast(self, history: SalesPanel, horizon_days: int) -> NDArray[np.float32]:
        """Newest known sales of the same weekday, (n_series, horizon_days); else the series' mean; else 0."""
        sales = history.sales
        last_week = np.full((history.n_series, WEEK_DAYS), np.nan, np.float32)
        for first in range(history.n_days % WEEK_DAYS - WEEK_DAYS, history.n_days, WEEK_DAYS):
            week = sales[:, max(first, 0) : first + WEEK_DAYS]
            days = np.s_[:, WEEK_DAYS - week.shape[1] :]
            last_week[days] = np.where(np.isnan(week), last_week[days], week)
        filled = np.where(np.isnan(last_week), volumes(sales)[:, None], last_week)
        return np.asarray(filled[:, np.arange(horizon_days) % WEEK_DAYS], np.float32)
