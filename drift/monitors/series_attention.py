"""Which series need a planner's attention, and why: those that differ from their own past and from others."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import WEEK_DAYS, YEAR_DAYS
from data.panel.sales_panel import SalesPanel
from drift.detector.gross_faults import NORMAL_MAD
from drift.detector.windows import Floats, Ints
from drift.monitors.last_year import KNOWN_SHARE, Comparison
from models.storage.forecast_table import ForecastTable

Kind = Literal["silent", "zeros", "recent", "last year"]

HORIZON_DAYS = 28  # the forecast days compared with last year
SHOWN = 20
SILENT_DAYS, MAX_SILENT_DAYS = 7, 90  # without a record: shorter is late data, longer is known by now
ZERO_CHANCE = 1e-5  # probability of a run of days without a sale, by the series' own year
ZERO_DAYS = 3
KNOWN_DAYS = 4  # a week is compared when most of it is known
USUAL_WEEKS = 8
PAST_WINDOWS = 8  # of 28 days, that show how far a series usually is from its last year
NOISE_LIMIT = 4.0  # standard deviations
LEAST_CHANGE = 0.15  # smaller departures need no attention, however certain
LEAST_UNITS = 5.0  # nor do so few units, however large a share
CANDIDATES, LEAST_DEVIATION = 51, 0.01
ANYTHING = 0.6  # density of log ratios of series that do not follow the others, times √(2π)


@dataclass(frozen=True)
class Reason:
    """One series: `change` is a share, `common` that of most series, `units` what is at stake."""

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
    at_stake = table.forecast[:, :HORIZON_DAYS].sum(axis=1, dtype=np.float64)
    without_sales = _silent(panel, at_stake) + _zeros(sales, at_stake)
    found: dict[int, Reason] = {}
    for reason in without_sales + _recent(sales) + _last_year(panel, comparison):
        found.setdefault(reason.row, reason)
    ranked = sorted(found.values(), key=lambda reason: -reason.units)
    return ranked[:SHOWN], len(ranked)


def _without_closed_days(panel: SalesPanel) -> Floats:
    """The newest year; NaN on days on which a store of several series sold nothing, as it was closed."""
    sales = panel.sales[:, -YEAR_DAYS:].astype(np.float64)
    codes = panel.series.store_codes
    sold = np.zeros((len(panel.series.store_names), sales.shape[1]))
    np.add.at(sold, codes, np.nan_to_num(sales))
    several = np.bincount(codes) > 1
    sales[((sold == 0) & several[:, None])[codes]] = np.nan
    return sales


def _silent(panel: SalesPanel, at_stake: Floats) -> list[Reason]:
    """Series without recent records that still have a forecast."""
    known = np.isfinite(panel.sales)
    days = np.where(known.any(axis=1), known[:, ::-1].argmax(axis=1), MAX_SILENT_DAYS + 1)
    return _without_sales("silent", days, days >= SILENT_DAYS, at_stake)


def _zeros(sales: Floats, at_stake: Floats) -> list[Reason]:
    """Series without a sale for more days than their own year makes probable."""
    known = np.isfinite(sales)
    sold_since = np.cumsum(np.nan_to_num(sales)[:, ::-1] > 0, axis=1)[:, ::-1]  # sales from a day to the end
    run = (known & (sold_since == 0)).sum(axis=1)
    before = known & (sold_since > 0)
    zero_share = ((before & (sales == 0)).sum(axis=1) + 1) / (before.sum(axis=1) + 2)
    return _without_sales("zeros", run, (zero_share**run < ZERO_CHANCE) & (run >= ZERO_DAYS), at_stake)


def _without_sales(kind: Kind, days: Ints, is_unusual: NDArray[np.bool_], at_stake: Floats) -> list[Reason]:
    rows = np.flatnonzero(is_unusual & (days <= MAX_SILENT_DAYS) & (at_stake >= LEAST_UNITS))
    return [Reason(int(row), kind, float(at_stake[row]), int(days[row])) for row in rows]


def _recent(sales: Floats) -> list[Reason]:
    """Series whose last week differs from their own eight weeks before, beyond what most series share."""
    weekly = _weekly(sales, USUAL_WEEKS + 1)
    whole = np.isfinite(weekly).all(axis=1) & (weekly[:, :-1].sum(axis=1) > 0)
    if not whole.any():
        return []
    # A season or a holiday that all series share must not widen the range of one.
    shared = weekly[whole, :-1].sum(axis=0) / weekly[whole, :-1].sum() * USUAL_WEEKS
    before = np.where(whole[:, None], weekly[:, :-1] / np.maximum(shared, 1e-9), 0.0)
    usual = before.mean(axis=1)
    # Counts scatter with the square root of their mean, some series more: never less than the others' median.
    dispersion = before.var(axis=1, ddof=1) / np.maximum(usual, 1e-9)
    dispersion = np.maximum(dispersion, np.median(dispersion[whole]))
    scatter = np.sqrt(dispersion * usual * (1 + 1 / USUAL_WEEKS))
    spread = _spread(before[whole] / usual[whole, None] - 1)
    return _departures("recent", WEEK_DAYS, np.where(whole, weekly[:, -1], 0.0), usual, scatter, spread)


def _weekly(sales: Floats, n_weeks: int) -> Floats:
    """Sums of the newest weeks, (n_series, n_weeks), scaled up for gaps; NaN where most days are unknown."""
    n_days = n_weeks * WEEK_DAYS
    if sales.shape[1] < n_days:
        return np.full((len(sales), n_weeks), np.nan)
    blocks = sales[:, -n_days:].reshape(len(sales), n_weeks, WEEK_DAYS)
    known = np.isfinite(blocks).sum(axis=2)
    sums = np.nan_to_num(blocks).sum(axis=2) * WEEK_DAYS / np.maximum(known, 1)
    return np.where(known >= KNOWN_DAYS, sums, np.nan)


def _last_year(panel: SalesPanel, comparison: Comparison) -> list[Reason]:
    """Series whose forecast differs from last year by far more than sales did in weeks without drift."""
    now, then = comparison.compared, comparison.last_year
    if not then.any():
        return []
    spread = _spread(_yearly_departures(panel.sales))
    if np.isnan(spread):  # history is too short: the forecasts' own spread
        spread = _spread(now[then > 0] / then[then > 0] / (now.sum() / then.sum() or 1.0) - 1)
    return _departures("last year", HORIZON_DAYS, now, then, np.sqrt(then + now), spread)


def _yearly_departures(sales: NDArray[np.float32]) -> Floats:
    """Relative changes of past 28 days against a year before, beyond those of all series, in one array."""
    found = [np.empty(0)]
    newest = sales.shape[1] - YEAR_DAYS - HORIZON_DAYS
    for first in range(newest, max(newest - HORIZON_DAYS * PAST_WINDOWS, -1), -HORIZON_DAYS):
        now, then = (sales[:, day : day + HORIZON_DAYS] for day in (first + YEAR_DAYS, first))
        known = np.isfinite(now) & np.isfinite(then)
        sums = [np.where(known, part, 0).sum(axis=1, dtype=np.float64) for part in (now, then)]
        is_compared = (known.mean(axis=1) >= KNOWN_SHARE) & (sums[1] > 0)
        if is_compared.any() and (ratio := sums[0][is_compared] / sums[1][is_compared]).any():
            found.append(ratio / (sums[0][is_compared].sum() / sums[1][is_compared].sum()) - 1)
    return np.concatenate(found)


def _spread(departures: Floats) -> float:
    """Standard deviation of relative departures, by their median size (robust)."""
    return NORMAL_MAD * float(np.median(np.abs(departures))) if departures.size else float("nan")


def _departures(
    kind: Kind, days: int, now: Floats, then: Floats, scatter: Floats, spread: float
) -> list[Reason]:
    """Rows whose `now` differs from `then` (units) by more than most series share, `spread` and `scatter`.

    `spread` is relative and comes from weeks without drift: that of this week grows with each series that is
    off, until none is. `scatter` is in units, (n_series,).
    """
    common = _shared_ratio(now, then, np.hypot(spread, scatter / np.maximum(then, LEAST_UNITS)))
    expected = common * then
    surprise = now - expected
    relative = np.divide(surprise, expected, out=np.zeros_like(surprise), where=expected > 0)
    beyond = np.abs(surprise) > NOISE_LIMIT * np.hypot(spread * expected, scatter)
    worth = (np.abs(relative) >= LEAST_CHANGE) & (np.abs(surprise) >= LEAST_UNITS)
    rows = np.flatnonzero(beyond & worth & (then > 0))
    change, shared = np.divide(now, then, out=np.ones_like(now), where=then > 0) - 1, float(common - 1)
    return [
        Reason(int(row), kind, float(abs(surprise[row])), days, float(change[row]), shared) for row in rows
    ]


def _shared_ratio(now: Floats, then: Floats, deviation: Floats) -> float:
    """What `now` is of `then` for most series; `deviation` is the relative one of each ratio."""
    chosen = then > 0
    ratio, width = now[chosen] / then[chosen], np.maximum(deviation[chosen], LEAST_DEVIATION)
    logs = np.log(np.maximum(ratio, LEAST_DEVIATION))

    # log ratios: half are normal around the centre, half are anything
    def likelihood(centre: float) -> float:
        return float(np.log(np.exp(-0.5 * ((logs - centre) / width) ** 2) / width + ANYTHING).sum())

    centre: float = max(np.quantile(logs, np.linspace(0, 1, CANDIDATES)).tolist(), key=likelihood)
    near = np.abs(logs - centre) <= NOISE_LIMIT * width
    return float(now[chosen][near].sum() / then[chosen][near].sum()) if near.any() else float(np.exp(centre))
