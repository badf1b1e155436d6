"""Whether new days are recorded well enough to be judged, and what a verdict does not cover."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from data.dates import days_between
from data.panel import SalesPanel
from data.series import SeriesIndex
from data.words import counted
from drift.alarm import FEWEST_WEEKS, TESTS, Alarm, Judgement
from drift.calibration import Calibration
from drift.gross import WIDEST_LIMIT
from drift.replay import LEAST_ORIGIN_DAYS
from drift.season import YEAR_DAYS
from drift.windows import LONGEST_DAYS, WEEKDAYS, Ints

NAMED = 3  # stores or series, of more the first
RECORDED_SHARE = 0.8  # of what used to be recorded; below it there is a gap, and nothing can be said


def why_undecided(watched: SalesPanel, last_known_day: np.datetime64, n_days: int) -> str | None:
    """Why nothing can be said of the last `n_days` days; None when something can."""
    n_new = days_between(last_known_day, watched.end)
    if n_new < WEEKDAYS:
        return (
            f"Too little data: {counted(max(n_new, 0), 'day')} of sales are newer than "
            f"{last_known_day}, up to which the model has learnt; {WEEKDAYS} are needed."
        )
    if watched.n_days - n_days < LEAST_ORIGIN_DAYS:
        return (
            f"Too little data: {counted(watched.n_days - n_days, 'day')} of history before the new days, "
            f"{LEAST_ORIGIN_DAYS} are needed in the same file."
        )
    known = np.isfinite(watched.sales)
    n_recent = n_days + LONGEST_DAYS
    recent, before = known[:, -n_recent:].mean(), known[:, -n_recent - YEAR_DAYS : -n_recent]
    usual = float(before.mean()) if before.size else 1.0
    if recent < RECORDED_SHARE * usual or not recent:
        first = watched.end - np.timedelta64(n_recent - 1, "D")
        return (
            f"A gap: {100 * recent:.0f} % of the days from {first} to {watched.end} are recorded, "
            f"{100 * usual:.0f} % in the year before. Nothing recorded is not nothing sold."
        )
    return None


def too_young(alarm: Alarm, judgements: Mapping[int, Judgement]) -> list[str]:
    """What a young history leaves untold of these windows."""
    if not alarm.lengths:
        return [
            f"History held {counted(alarm.n_weeks, 'week')} to learn from, {FEWEST_WEEKS} are needed: only a "
            f"store that sells nothing is noticed, and a total {_outside(WIDEST_LIMIT)}."
        ]
    longest = max(judgements)
    if np.isnan(judgements[longest].relative[0, TESTS.index("total")]):
        return [
            "Without the same weeks of an earlier year the total may just follow its season: it is noticed "
            f"{_outside(alarm.lengths[longest].gross_limit)}."
        ]
    return []


def _outside(lower_limit: float) -> str:
    lower, upper = 100 * np.exp(-lower_limit), 100 * np.exp(WIDEST_LIMIT)
    return f"under {lower:.0f} % or over {upper:.0f} % of its forecast"


def not_covered(panel: SalesPanel, calibration: Calibration) -> list[str]:
    """Series the verdict does not cover."""
    rows = calibration.rows_of(panel.series)
    here, gone = rows[rows >= 0], np.flatnonzero(rows < 0)
    silent = here[(~np.isfinite(panel.sales[here, -LONGEST_DAYS:])).all(axis=1)]
    new = np.setdiff1d(np.arange(panel.n_series), here)
    notes = []
    if len(gone):
        notes.append(f"{_named(gone, calibration.series)} of the model are not in these sales.")
    if len(silent):
        named = _named(silent, panel.series)
        notes.append(f"Nothing was recorded of {named} in {LONGEST_DAYS} days: not judged.")
    if len(new) and not calibration.is_sample:
        named = _named(new, panel.series)
        notes.append(f"{named} came after the thresholds were learnt: not judged.")
    return notes


def _named(rows: Ints, series: SeriesIndex) -> str:
    """How many series, and which stores or which series if they are few."""
    n_of_store = np.bincount(series.store_codes)
    n_named = np.bincount(series.store_codes[rows], minlength=len(n_of_store))
    stores = np.flatnonzero(n_named)
    if (n_named[stores] == n_of_store[stores]).all():
        names = [f"store {series.store_names[store]}" for store in stores]
        return f"{counted(len(rows), 'series')} (all of {', '.join(names[:NAMED])}{_rest(names)})"
    names = [f"store {series.stores[row]}, item {series.items[row]}" for row in rows]
    return f"{counted(len(rows), 'series')} ({'; '.join(names[:NAMED])}{_rest(names)})"


def _rest(names: list[str]) -> str:
    return " …" if len(names) > NAMED else ""
