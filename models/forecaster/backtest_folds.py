"""Out-of-sample forecasts at rolling origins, from which members, intervals and scores are derived."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.dates.folds import Fold
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.components.sales_limits import plausible
from models.components.seasonal_profile import Floats
from models.forecaster.fitting import Effort, fit_members
from models.forecaster.member_selection import combine
from models.storage.array_packing import load_arrays, unpack
from models.storage.bounded_json import read_json, readable

MIN_HISTORY_DAYS = 150
LATER_MIN_HISTORY_DAYS = 540  # folds beyond the second serve intervals only, and need enough to learn from
NEEDED_FOLDS = 2


@dataclass(frozen=True)
class FoldForecast:
    """Forecasts of a fold and its actuals, float32 (n_series, horizon_days), NaN for unknown actuals."""

    cutoff_day: int  # last day of the fold's history, counted from 1970
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
    forecasts = members.forecast(history, fold.horizon_days).by_name
    limits = members.fitted.limits
    actual = panel.sales[:, fold.future].astype(np.float32)
    actual = actual if limits is None else plausible(actual, limits)
    overall, trend, season = (forecasts[name].astype(np.float32) for name in "OTN")
    return FoldForecast(int(history.end.astype(np.int64)), overall, trend, season, actual)


@dataclass(frozen=True)
class NewestFold:
    """The selected members' forecast of the newest fold, and its actuals, both float32 (n_series, n_days).

    A day of a series is NaN in both where no sales were recorded, so that sums of the two are comparable.
    """

    series: SeriesIndex
    cutoff: np.datetime64
    forecast: NDArray[np.float32]
    actual: NDArray[np.float32]

    @classmethod
    def open(cls, folder: Path) -> Self | None:
        """The newest fold of a version; None when its history was too short for one."""
        described = read_json(folder / "forecaster.json")
        with readable(f"The backtest in {folder}"):
            if not described["folds"]:
                return None
            fold = unpack(FoldForecast, load_arrays(folder / "backtest.npz", "0."), "0.")
            forecast, actual = fold.forecast(described["chosen"]).astype(np.float32), fold.actual
            known = np.isfinite(forecast) & np.isfinite(actual)
            forecast, actual = (np.where(known, values, np.nan) for values in (forecast, actual))
            return cls(SeriesIndex.from_json(described), fold.cutoff, forecast, actual)

    def total(self, series: SeriesIndex) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Forecast and sales of each day summed over the given series, NaN on days none of them has."""
        rows = self.series.rows_of(series)
        forecast, actual = (values[rows[rows >= 0]] for values in (self.forecast, self.actual))
        known = np.isfinite(actual).any(axis=0)
        sums = (np.nansum(values, axis=0, dtype=np.float64) for values in (forecast, actual))
        total_forecast, total_actual = (np.where(known, values, np.nan) for values in sums)
        return total_forecast, total_actual
