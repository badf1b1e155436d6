"""Error drift: MAPE and WAPE on new days against the same days a year before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import YEAR_DAYS
from data.panel.sales_panel import SalesPanel
from drift.detector.expectations import LEAST_ORIGIN_DAYS, Replay, forecast_from
from drift.detector.extreme_quantile import tail_limit
from drift.detector.windows import LENGTHS_DAYS
from drift.result.drift_summary import DriftTest
from models.evaluation.scores import mape, wape
from models.forecaster.forecaster import Forecaster
from models.forecaster.recent_correction import NO_CORRECTION
from models.forecaster.roll_forward import roll_forward

Sales = NDArray[np.float32]

FALSE_ALARM_RATE = 0.001  # of weeks without drift, for each of the two errors
LEAST_ERROR = 1.0  # percent: a smaller error is no drift, however exact the forecasts were a year before


@dataclass(frozen=True)
class Errors:
    """MAPE, which ignores days without sales, and WAPE; in percent, NaN if nothing was sold."""

    mape: float
    wape: float

    @classmethod
    def of(cls, actual: NDArray[np.floating], forecast: NDArray[np.floating]) -> Self:
        """Both errors over all known days, (n_series, n_days)."""
        return cls(mape(actual, forecast), wape(actual, forecast))

    def relative_to(self, other: Errors) -> tuple[float, float]:
        """Both errors over the other's; 1 where both are 0, NaN where only the other is."""
        return _ratio(self.mape, other.mape), _ratio(self.wape, other.wape)


def error_limits(replay: Replay) -> dict[int, Errors]:
    """Limits of errors over those a year before, by window length; NaN with under 20 weeks of both."""
    limits = {}
    for length in LENGTHS_DAYS:
        by_end = {}
        for end in replay.ends.tolist():
            first = end + 1 - length
            sales, forecast = replay.panel.sales[:, first : end + 1], replay.forecasts[first][:, :length]
            by_end[end] = Errors.of(sales, forecast)
        pairs = [(new, by_end[end - YEAR_DAYS]) for end, new in by_end.items() if end - YEAR_DAYS in by_end]
        ratios = np.array([new.relative_to(old) for new, old in pairs]).reshape(-1, 2)
        limits[length] = Errors(*(tail_limit(column, FALSE_ALARM_RATE) for column in ratios.T))
    return limits


def _ratio(error: float, other: float) -> float:
    if other > 0:
        return error / other
    return 1.0 if error == other == 0 else float("nan")


@dataclass(frozen=True)
class Performance:
    """The champion's forecasts of new days, and member O's of the year before: (n_series, n_days)."""

    actual: Sales
    forecast: Sales
    before: tuple[Sales, Sales] | None  # actual, forecast; None where history is too short

    def tests(self, error_ratio_to_o: Errors, limit: Errors, increase: float) -> list[DriftTest]:
        """MAPE and WAPE against those of a year before times `error_ratio_to_o`, the champion's to member O.

        Drift above both 1 + `increase` times that and `limit` times that; never where the limit is unknown.
        """
        if self.before is None:
            return []
        new, old = Errors.of(self.actual, self.forecast), Errors.of(*self.before)
        tests = []
        for name in ("mape", "wape"):
            value, most = getattr(new, name), getattr(limit, name)
            usual = getattr(old, name) * getattr(error_ratio_to_o, name)
            threshold = float(np.maximum(usual * np.fmax(1 + increase, most), LEAST_ERROR))
            if np.isfinite(value) and np.isfinite(threshold):
                full_name = f"{name.upper()} in percent"
                tests.append(DriftTest.of(full_name, "forecasts", value, threshold, bool(np.isfinite(most))))
        return tests


def performance(panel: SalesPanel, watched: SalesPanel, champion: Forecaster, n_days: int) -> Performance:
    """Forecast the last `n_days` days from the day before; raises `DataContractError` as `roll_forward`."""
    origin = panel.n_days - n_days
    history = SalesPanel(panel.sales[:, :origin], panel.start, panel.series)
    rolled = roll_forward(champion, history)
    if rolled.recent_correction != NO_CORRECTION:  # it may have been selected on days of the window
        rolled = rolled.with_recent_correction(history, rolled.recent_correction)
    forecast = rolled.forecast(history, n_days).forecast
    rows = panel.series.rows_of(watched.series)
    forecast = np.where(rows[:, None] >= 0, forecast[rows], np.float32(np.nan))
    before, first = None, origin - YEAR_DAYS
    if first >= LEAST_ORIGIN_DAYS:
        before = watched.sales[:, first : first + n_days], forecast_from(watched, first)[:, :n_days]
    return Performance(watched.sales[:, origin:], forecast, before)


def error_ratio_to_o(champion: Forecaster) -> Errors:
    """The champion's errors over those of member O, by the folds of its backtest; 1 without folds."""
    folds = [
        (Errors.of(fold.actual, fold.forecast(champion.chosen)), Errors.of(fold.actual, fold.overall))
        for fold in champion.folds
    ]
    ratios = np.array([own.relative_to(of_o) for own, of_o in folds]).reshape(-1, 2)
    ratios = ratios[np.isfinite(ratios).all(axis=1)]
    return Errors(*(ratios.mean(axis=0).tolist() if len(ratios) else (1.0, 1.0)))
