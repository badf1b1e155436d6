"""Whether new days are recorded well enough to be judged, and what a verdict does not cover."""

from __future__ import annotations

import numpy as np

from data.dates import days_between
from data.panel import SalesPanel
from data.words import counted
from drift.calibration import Calibration
from drift.replay import LEAST_ORIGIN_DAYS
from drift.season import YEAR_DAYS
from drift.windows import LONGEST_DAYS, WEEKDAYS

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


def not_covered(panel: SalesPanel, calibration: Calibration) -> list[str]:
    """What the verdict does not cover."""
    rows = calibration.rows_of(panel.series)
    notes = []
    if (rows < 0).any():
        notes.append(f"{counted(int((rows < 0).sum()), 'series')} of the model are not in these sales.")
    n_silent = int((~np.isfinite(panel.sales[rows[rows >= 0], -LONGEST_DAYS:])).all(axis=1).sum())
    if n_silent:
        notes.append(
            f"Nothing was recorded of {counted(n_silent, 'series')} in {LONGEST_DAYS} days: not judged."
        )
    return notes
