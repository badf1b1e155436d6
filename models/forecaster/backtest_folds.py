"""Out-of-sample forecasts at rolling origins, from which members, intervals and scores are derived."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.dates.folds import Fold, rolling_folds
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.components.sales_limits import plausible
from models.components.seasonal_profile import Floats
from models.evaluation.scores import Array
from models.forecaster.fitting import Effort, fit_members
from models.forecaster.member_selection import combine
from models.forecaster.members import Members
from models.intervals.error_spread import PastForecast
from models.storage.array_packing import load_arrays, unpack
from models.storage.bounded_json import read_json, readable

MIN_HISTORY_DAYS = 150
LATER_MIN_HISTORY_DAYS = 540  # folds beyond the second serve intervals only, and need enough to learn from
NEEDED_FOLDS = 2
FOLD_SPACING_DAYS = 84
ORIGIN_DAYS = 28


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


@dataclass(frozen=True)
class OriginForecast:
    """What the models of a fold forecast from its cutoff, or from a later day with the sales until then.

    Forecasting from later days costs no training. It gives errors of more days, seasons and steps.
    """

    made: FoldForecast
    quantiles: NDArray[np.float32] | None  # (n_series, horizon_days, 3), see `TREE_QUANTILES`

    def past(self, names: str) -> PastForecast:
        """The mean of the named members with its quantiles, to calibrate intervals on."""
        forecast, actual = self.made.forecast(names), self.made.actual
        return PastForecast(self.made.cutoff_day + 1, forecast, actual, self.quantiles)


def usable_folds(n_days: int, horizon_days: int, n_folds: int) -> list[Fold]:
    """Folds of a history, at least 84 days apart so that they see several seasons, newest first.

    The two newest need 150 days and a horizon of history, further ones 540 days.
    """
    spacing = max(horizon_days, FOLD_SPACING_DAYS)
    return [
        fold
        for position, fold in enumerate(rolling_folds(n_days, horizon_days, n_folds, spacing))
        if fold.cutoff + 1 >= max(MIN_HISTORY_DAYS, fold.horizon_days)
        and (position < NEEDED_FOLDS or fold.cutoff + 1 >= LATER_MIN_HISTORY_DAYS)
    ]


def forecast_fold(panel: SalesPanel, fold: Fold, effort: Effort) -> list[OriginForecast]:
    """Fit all members on the fold's history alone; forecast from its cutoff and from later origins.

    There is an origin every 28 days until the next fold, of 28 days. No model sees a day that it forecasts.
    """
    history = SalesPanel(panel.sales[:, fold.history], panel.start, panel.series)
    members = fit_members(history, fold.horizon_days, effort)
    first = fold.future.start
    last = min(first + max(fold.horizon_days, FOLD_SPACING_DAYS), panel.n_days) - ORIGIN_DAYS
    later = range(first + ORIGIN_DAYS, last + 1, ORIGIN_DAYS)
    days = [fold.horizon_days, *(min(fold.horizon_days, ORIGIN_DAYS) for _ in later)]
    return [
        _forecast_origin(members, panel, origin, n_days, fold.horizon_days)
        for origin, n_days in zip((first, *later), days, strict=True)
    ]


def _forecast_origin(
    members: Members, panel: SalesPanel, origin: int, n_days: int, horizon_days: int
) -> OriginForecast:
    """The forecast of some days from a column on, by the sales before it; NaN for the rest of the horizon."""
    history = SalesPanel(panel.sales[:, :origin], panel.start, panel.series)
    forecasts, limits = members.forecast(history, n_days), members.fitted.limits
    actual = panel.sales[:, origin : origin + n_days].astype(np.float32)
    actual = actual if limits is None else plausible(actual, limits)

    def padded(values: Array) -> NDArray[np.float32]:
        missing = [(0, 0), (0, horizon_days - values.shape[1]), *[(0, 0)] * (values.ndim - 2)]
        return np.pad(values.astype(np.float32), missing, constant_values=np.nan)

    overall, trend, season = (padded(forecasts.by_name[name]) for name in "OTN")
    made = FoldForecast(int(history.end.astype(np.int64)), overall, trend, season, padded(actual))
    return OriginForecast(made, None if forecasts.quantiles is None else padded(forecasts.quantiles))


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
