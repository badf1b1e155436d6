"""Which series a planner should look at today, and why: those that left their own past and the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import WEEK_DAYS, YEAR_DAYS
from data.panel.sales_panel import SalesPanel
from drift.monitors.last_year import Comparison
from models.storage.forecast_table import ForecastTable

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kind = Literal["silent", "zeros", "recent", "last year"]

HORIZON_DAYS = 28  # the forecast days compared with last year
SHOWN = 20  # as many as fit into a planner's five minutes
SILENT_DAYS, FORGOTTEN_DAYS = 7, 90  # without a record: shorter is a late delivery, longer is known by now
ZERO_CHANCE = 1e-5  # of a run of days without a sale, judged by the series' own year
ZERO_DAYS = 3
KNOWN_DAYS = 4  # a week is judged when most of it is known
USUAL_WEEKS = 8
NOISE_LIMIT = 4.0  # robust standard deviations
LEAST_CHANGE = 0.15  # smaller departures are not worth a minute, however certain
LEAST_UNITS = 5.0  # nor are so few units, however large a share


@dataclass(frozen=True)
class Reason:
    """One series to look at: `change` is a share, `common` that of all series, `units` what is at stake."""

    row: int
    kind: Kind
    units: float
    days: int
    change: float | None = None
    common: float | None = None


def series_needing_attention(
    panel: SalesPanel, table: ForecastTable, comparison: Comparison
) -> tuple[list[Reason], int]:
    """The `SHOWN` reasons with most units at stake, and how many there are; at most one reason a series."""
    sales = _without_closed_days(panel)
    finders: tuple[Callable[[], list[Reason]], ...] = (
        lambda: _silent(panel, table),
        lambda: _zeros(sales, table),
        lambda: _recent(sales),
        lambda: _last_year(comparison),
    )
    found: dict[int, Reason] = {}
    for find in finders:
        for reason in find():
            found.setdefault(reason.row, reason)
    ranked = sorted(found.values(), key=lambda reason: -reason.units)
    return ranked[:SHOWN], len(ranked)


def _without_closed_days(panel: SalesPanel) -> Floats:
    """The newest year, NaN on days on which a store of several series sold nothing: shut, not unusual."""
    sales = panel.sales[:, -YEAR_DAYS:].astype(np.float64)
    codes = panel.series.store_codes
    sold = np.zeros((len(panel.series.store_names), sales.shape[1]))
    np.add.at(sold, codes, np.nan_to_num(sales))
    several = np.bincount(codes) > 1
    sales[((sold == 0) & several[:, None])[codes]] = np.nan
    return sales


def _silent(panel: SalesPanel, table: ForecastTable) -> list[Reason]:
    """Series whose records stopped although a forecast goes on."""
    known = np.isfinite(panel.sales)
    days = np.where(known.any(axis=1), known[:, ::-1].argmax(axis=1), FORGOTTEN_DAYS + 1)
    at_stake = table.forecast[:, :HORIZON_DAYS].sum(axis=1, dtype=np.float64)
    rows = np.flatnonzero((days >= SILENT_DAYS) & (days <= FORGOTTEN_DAYS) & (at_stake >= LEAST_UNITS))
    return [Reason(int(row), "silent", float(at_stake[row]), int(days[row])) for row in rows]


def _zeros(sales: Floats, table: ForecastTable) -> list[Reason]:
    """Series on a run of days without a sale that their own year makes next to impossible."""
    known = np.isfinite(sales)
    sold_since = np.cumsum(np.nan_to_num(sales)[:, ::-1] > 0, axis=1)[:, ::-1]  # sales from a day to the end
    run = (known & (sold_since == 0)).sum(axis=1)
    before = known & (sold_since > 0)
    zero_share = ((before & (sales == 0)).sum(axis=1) + 1) / (before.sum(axis=1) + 2)
    at_stake = table.forecast[:, :HORIZON_DAYS].sum(axis=1, dtype=np.float64)
    unlikely = zero_share**run < ZERO_CHANCE
    rows = np.flatnonzero(unlikely & (run >= ZERO_DAYS) & (run <= FORGOTTEN_DAYS) & (at_stake >= LEAST_UNITS))
    return [Reason(int(row), "zeros", float(at_stake[row]), int(run[row])) for row in rows]


def _recent(sales: Floats) -> list[Reason]:
    """Series whose last week left their own eight weeks before by more than all series did."""
    weekly = _weekly(sales, USUAL_WEEKS + 1)
    whole = np.isfinite(weekly).all(axis=1) & (weekly[:, :-1].sum(axis=1) > 0)
    if not whole.any():
        return []
    # What all series share, a season or a holiday, is no news of one of them and must not widen its range.
    shared = weekly[whole].sum(axis=0) / weekly[whole, :-1].sum() * USUAL_WEEKS
    before = np.where(whole[:, None], weekly[:, :-1] / np.maximum(shared[:-1], 1e-9), 0.0)
    usual = before.mean(axis=1)
    # Counts scatter with the square root of their mean, some series more: never less than the others' median.
    dispersion = before.var(axis=1, ddof=1) / np.maximum(usual, 1e-9)
    dispersion = np.maximum(dispersion, np.median(dispersion[whole]))
    scatter = np.sqrt(dispersion * usual * (1 + 1 / USUAL_WEEKS))
    return _departures("recent", WEEK_DAYS, np.where(whole, weekly[:, -1], 0.0), usual, scatter)


def _weekly(sales: Floats, n_weeks: int) -> Floats:
    """Sums of the newest weeks, (n_series, n_weeks), scaled up for gaps; NaN where most days are unknown."""
    n_days = n_weeks * WEEK_DAYS
    if sales.shape[1] < n_days:
        return np.full((len(sales), n_weeks), np.nan)
    blocks = sales[:, -n_days:].reshape(len(sales), n_weeks, WEEK_DAYS)
    known = np.isfinite(blocks).sum(axis=2)
    sums = np.nan_to_num(blocks).sum(axis=2) * WEEK_DAYS / np.maximum(known, 1)
    return np.where(known >= KNOWN_DAYS, sums, np.nan)


def _last_year(comparison: Comparison) -> list[Reason]:
    """Series whose forecast departs from last year by far more than the others' forecasts do."""
    scatter = np.sqrt(comparison.last_year + comparison.compared)
    return _departures("last year", HORIZON_DAYS, comparison.compared, comparison.last_year, scatter)


def _departures(kind: Kind, days: int, now: Floats, then: Floats, scatter: Floats) -> list[Reason]:
    """Rows whose `now` left `then` (units) by more than all share, their spread and their own scatter."""
    if not then.sum() > 0:
        return []
    common = now.sum() / then.sum()
    expected = common * then
    surprise = now - expected
    relative = np.divide(surprise, expected, out=np.zeros_like(surprise), where=expected > 0)
    spread = 1.4826 * float(np.median(np.abs(relative[then > 0]))) * expected
    beyond = np.abs(surprise) > NOISE_LIMIT * np.hypot(spread, scatter)
    worth = (np.abs(relative) >= LEAST_CHANGE) & (np.abs(surprise) >= LEAST_UNITS)
    rows = np.flatnonzero(beyond & worth & (then > 0))
    change, shared = np.divide(now, then, out=np.ones_like(now), where=then > 0) - 1, float(common - 1)
    return [
        Reason(int(row), kind, float(abs(surprise[row])), days, float(change[row]), shared) for row in rows
    ]
