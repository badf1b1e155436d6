"""Why a forecast is what it is: sales level × weekday × season × what the trees learned, in words."""

from dataclasses import dataclass

import numpy as np

from data.dates.calendar_days import MONTH_NAMES, WEEKDAY_NAMES, calendar
from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from models.forecaster.forecaster import Forecaster

SMALL_CHANGE = 0.005  # a change below half a percent is not mentioned


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
    """Split one series' forecast of a day into its parts; `DataContractError` for a day of its history."""
    step = int((day - history.end).astype(np.int64))
    if step < 1:
        raise DataContractError(f"{day} is history, expected a day after {history.end}.")
    forecasts = forecaster.members.forecast(history, step)
    correction = forecaster.recent_correction
    forecast = float(correction.forecast(forecasts, forecaster.chosen)[0, -1])
    by_part = (correction.sales_level(forecasts), forecasts.weekday, forecasts.season)
    sales_level, weekday, season = (float(part[0, -1]) for part in by_part)
    rhythm = sales_level * weekday * season
    learned = forecast / rhythm if rhythm > 0 else 1.0
    factors = {"level": sales_level, "weekday": weekday, "season": season, "learned": learned}
    words = _words(factors, day)
    sales = np.diff(np.cumprod(list(factors.values())), prepend=0.0).tolist()
    parts = tuple(
        Part(name, factors[name], part, words[name]) for name, part in zip(factors, sales, strict=True)
    )
    if forecasts.is_discontinued[0]:
        last = np.datetime64(int(forecasts.last_record[0]), "D")
        return Explanation(0.0, parts, f"No sales are recorded since {last}: the series is discontinued.")
    if weekday == 0:
        return Explanation(0.0, parts, f"The store is expected to be closed on {day}.")
    changes = [name for name in ("weekday", "season", "learned") if abs(factors[name] - 1) >= SMALL_CHANGE]
    listed = ", ".join(words[name] for name in changes) or "nothing else changes it"
    return Explanation(forecast, parts, f"{words['level'].capitalize()}; {listed}.")


def _words(factors: dict[str, float], day: np.datetime64) -> dict[str, str]:
    days = calendar(day, 1)
    month, weekday = MONTH_NAMES[days.month[0] - 1], f"{WEEKDAY_NAMES[days.weekday[0]]}s"
    is_closed = factors["weekday"] == 0
    return {
        "level": f"an average day sells {_units(factors['level'])}",
        "weekday": f"closed on {day}" if is_closed else f"{weekday} sell {_change(factors['weekday'])}",
        "season": f"{month} sells {_change(factors['season'])}",
        "learned": f"recent weeks and similar series suggest {_change(factors['learned'])}",
    }


def _units(sales: float) -> str:
    return f"{sales:,.0f} units" if sales >= 10 else f"{sales:.2g} units"


def _change(factor: float) -> str:
    if abs(factor - 1) < SMALL_CHANGE:
        return "as much as usual"
    return f"{100 * abs(factor - 1):.0f} % {'more' if factor > 1 else 'less'}"
