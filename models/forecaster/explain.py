"""Why a forecast is what it is: level × weekday × season × what the trees learned, in a planner's words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.dates.calendar_days import MONTH_NAMES, WEEKDAY_NAMES
from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from models.forecaster.forecaster import Forecaster

SMALL_CHANGE = 0.005  # below half a percent nothing is said to have changed


@dataclass(frozen=True)
class Part:
    """One factor of a forecast; `sales` is what it adds to the product of the parts before it, in units."""

    name: str  # level, weekday, season or learned
    factor: float
    sales: float
    words: str


@dataclass(frozen=True)
class Explanation:
    """A forecast in units, and parts whose factors multiply and whose sales add up to it."""

    forecast: float
    parts: tuple[Part, ...]
    words: str


def explain(forecaster: Forecaster, history: SalesPanel, day: np.datetime64) -> Explanation:
    """Take one series' forecast of a day apart; raises `DataContractError` for a day of its history."""
    step = int((day - history.end).astype(np.int64))
    if step < 1:
        raise DataContractError(f"{day} is history, expected a day after {history.end}.")
    forecasts = forecaster.members.forecast(history, step)
    correction = forecaster.recent_correction
    forecast = float(correction.forecast(forecasts, forecaster.chosen)[0, -1])
    level, weekday, season = (
        float(part[0, -1])
        for part in (correction.sales_level(forecasts), forecasts.weekday, forecasts.season)
    )
    rhythm = level * weekday * season
    learned = forecast / rhythm if rhythm > 0 else 1.0
    month = MONTH_NAMES[int(day.astype("datetime64[M]").astype(np.int64)) % 12]
    weekday_name = WEEKDAY_NAMES[(int(day.astype(np.int64)) + 3) % 7]
    is_closed = weekday == 0
    words = {
        "level": f"a usual day sells {_units(level)}",
        "weekday": f"closed on {day}" if is_closed else f"{weekday_name}s {_change(weekday)}",
        "season": f"{month} {_change(season)}",
        "learned": f"recent weeks and similar series {_change(learned)}",
    }
    factors = {"level": level, "weekday": weekday, "season": season, "learned": learned}
    parts = _parts(factors, words)
    if is_closed:
        return Explanation(0.0, parts, f"The store is expected to be closed on {day}.")
    movers = [name for name in ("weekday", "season", "learned") if abs(factors[name] - 1) >= SMALL_CHANGE]
    told = ", ".join(words[name] for name in movers) or "nothing else moves it"
    return Explanation(forecast, parts, f"{words['level'].capitalize()}; {told}.")


def _parts(factors: dict[str, float], words: dict[str, str]) -> tuple[Part, ...]:
    product = 1.0
    parts: list[Part] = []
    for name, factor in factors.items():
        before = product if parts else 0.0
        product *= factor
        parts.append(Part(name, factor, product - before, words[name]))
    return tuple(parts)


def _units(sales: float) -> str:
    return f"{sales:,.0f} units" if sales >= 10 else f"{sales:.2g} units"


def _change(factor: float) -> str:
    percent = 100 * (factor - 1)
    return "as usual" if abs(factor - 1) < SMALL_CHANGE else f"{percent:+.0f} %".replace("-", "−")
