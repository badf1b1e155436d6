"""Out-of-sample forecasts at rolling origins: what choice, intervals, leaderboard and drift feed on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.dates.folds import Fold
from data.panel.sales_panel import SalesPanel
from models.components.seasonal_profile import Floats
from models.forecaster.fitting import Effort, fit_members
from models.forecaster.member_selection import combine

MIN_HISTORY_DAYS = 150
LATER_MIN_HISTORY_DAYS = 540  # folds beyond the second serve intervals only, and need enough to learn from
NEEDED_FOLDS = 2


@dataclass(frozen=True)
class FoldForecast:
    """Forecasts made at a cutoff and what came, float32 (n_series, horizon_days), NaN for unknown actuals."""

    cutoff_day: int  # last day the forecasts knew, counted from 1970
    overall: NDArray[np.float32]  # member O
    trend: NDArray[np.float32]  # member T
    season: NDArray[np.float32]  # member N
    actual: NDArray[np.float32]

    @property
    def cutoff(self) -> np.datetime64:
        return np.datetime64(self.cutoff_day, "D")

    @property
    def members(self) -> dict[str, Floats]:
        """The members' forecasts by their letter."""
        named = {"O": self.overall, "T": self.trend, "N": self.season}
        return {name: forecast.astype(np.float64) for name, forecast in named.items()}

    def forecast(self, names: str) -> Floats:
        """The mean of the named members, (n_series, horizon_days)."""
        return combine(self.members, names)


def usable_folds(folds: list[Fold]) -> list[Fold]:
    """The two newest folds with 150 days and a horizon of history, further ones with 540 days."""
    return [
        fold
        for position, fold in enumerate(folds)
        if fold.cutoff + 1 >= max(MIN_HISTORY_DAYS, fold.horizon_days)
        and (position < NEEDED_FOLDS or fold.cutoff + 1 >= LATER_MIN_HISTORY_DAYS)
    ]


def forecast_fold(panel: SalesPanel, fold: Fold, effort: Effort) -> FoldForecast:
    """Fit all members on the fold's history alone and forecast its future."""
    history = SalesPanel(panel.sales[:, fold.history], panel.start, panel.series)
    members = fit_members(history, fold.horizon_days, effort)
    made = members.forecast(history, fold.horizon_days).by_name
    actual = panel.sales[:, fold.future].astype(np.float32)
    overall, trend, season = (made[name].astype(np.float32) for name in "OTN")
    return FoldForecast(int(history.end.astype(np.int64)), overall, trend, season, actual)
