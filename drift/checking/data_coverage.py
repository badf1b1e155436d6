"""Coverage: whether new days are recorded well enough for a check, and what a verdict leaves out."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from data.dates.calendar_days import WEEK_DAYS, days_between
from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from data.text import counted
from drift.calibration.thresholds import Calibration
from drift.detector.detector import TESTS, Detector, DetectorResult
from drift.detector.expectations import LEAST_ORIGIN_DAYS
from drift.detector.extreme_quantile import FEWEST_WEEKS
from drift.detector.gross_faults import WIDEST_LIMIT
from drift.detector.recording_gaps import Records
from drift.detector.windows import LENGTHS_DAYS, LONGEST_DAYS, Ints, WindowsByLength
from drift.result.drift_summary import shown

NAMED = 3  # stores or series; of more the first


def why_undecided(watched: SalesPanel, last_known_day: np.datetime64, n_days: int) -> str | None:
    """Why the last `n_days` days cannot be checked, nor fewer; None when they can."""
    n_new = days_between(last_known_day, watched.end)
    if n_new < WEEK_DAYS:
        return (
            f"Too little data: {counted(max(n_new, 0), 'day')} of sales are newer than "
            f"{last_known_day}, the last day of the thresholds; {WEEK_DAYS} are needed."
        )
    if watched.n_days - n_days < LEAST_ORIGIN_DAYS:
        return (
            f"Too little data: {counted(watched.n_days - n_days, 'day')} of history before the new days, "
            f"{LEAST_ORIGIN_DAYS} are needed in the same file."
        )
    records = Records.of(watched.sales, n_days)
    lengths = [length for length in LENGTHS_DAYS if length <= n_days]
    if records.usable_lengths(lengths) and records.has_no_gap(n_days + LONGEST_DAYS, n_days):
        return None
    # the gap in the new days, or in those and the days right before them, whichever is larger
    in_window, with_before = records.shares(n_days), records.shares(n_days + LONGEST_DAYS)
    n_shown = n_days if in_window[0] <= with_before[0] else n_days + LONGEST_DAYS
    recorded, usual = records.shares(n_shown)
    first = watched.end - np.timedelta64(n_shown - 1, "D")
    found = (
        f"A gap: {100 * recorded:.0f} % of the days from {first} to {watched.end} are recorded, "
        f"{100 * usual:.0f} % in the year before. A day without a record is unknown, not a day without sales."
    )
    return " ".join([found, *not_recorded(records, watched.series, watched.end, n_days)])


def nothing_to_compare(windows: WindowsByLength) -> str | None:
    """Why recorded windows cannot be compared; None when they can."""
    if any(part.sold.sum() > 0 or not part.expects_nothing.all() for part in windows.values()):
        return None
    return f"Nothing was sold in {max(windows)} days and the forecast was 0: there is nothing to compare."


def short_history(detector: Detector, results: Mapping[int, DetectorResult]) -> list[str]:
    """What a short history leaves undetected in these windows."""
    if not detector.lengths:
        weeks = f"The history has {counted(detector.n_weeks, 'week')} for calibration"
        why = "sales never vary" if detector.n_weeks >= FEWEST_WEEKS else f"{FEWEST_WEEKS} are needed"
        return [
            f"{weeks}, {why}: only a store that sells nothing is detected, "
            f"and a total {_outside(WIDEST_LIMIT)}."
        ]
    longest = max(results)
    if np.isnan(results[longest].relative[0, TESTS.index("total")]):
        return [
            "Without the same weeks of an earlier year a change of the total may be seasonal: it is detected "
            f"only {_outside(detector.lengths[longest].gross_limit)}."
        ]
    return []


def _outside(lower_limit: float) -> str:
    lower, upper = 100 * np.exp(-lower_limit), 100 * np.exp(WIDEST_LIMIT)
    return f"under {lower:.0f} % or over {upper:.0f} % of its forecast"


def not_covered(panel: SalesPanel, calibration: Calibration, n_days: int) -> list[str]:
    """Series that the verdict on the last `n_days` days does not cover, or not for all of these days."""
    rows = panel.series.rows_of(calibration.series)
    here, missing = rows[rows >= 0], np.flatnonzero(rows < 0)
    new = np.setdiff1d(np.arange(panel.n_series), here)
    notes = []
    if len(missing):
        notes.append(f"{_named(missing, calibration.series)} of the model are not in these sales.")
    present = panel.select(here)
    notes += not_recorded(Records.of(present.sales, n_days), present.series, panel.end, n_days)
    if len(new) and calibration.evidence["series"] == len(calibration.series):  # not where it is a sample
        notes.append(f"{_named(new, panel.series)} began after the calibration: not checked.")
    return notes


def not_recorded(
    records: Records, series: SeriesIndex, last: np.datetime64, n_days: int, done: str = "recorded"
) -> list[str]:
    """Series without a record in the `n_days` days up to `last`, or in whole weeks of these."""
    weeks = records.silent_weeks(n_days)
    is_silent = weeks.all(axis=1)
    silent, partly = np.flatnonzero(is_silent), np.flatnonzero(weeks.any(axis=1) & ~is_silent)
    notes = []
    if len(silent):
        notes.append(f"Nothing was {done} of {_named(silent, series)} in {n_days} days: not checked.")
    if len(partly):
        missing = np.flatnonzero(weeks[partly].any(axis=0))
        first = last - np.timedelta64(n_days - 1 - WEEK_DAYS * int(missing[0]), "D")
        until = last - np.timedelta64(n_days - WEEK_DAYS * int(missing[-1] + 1), "D")
        named = _named(partly, series)
        notes.append(f"Of {named} nothing was {done} in whole weeks from {first} to {until}.")
    return notes


def lengths_not_checked(lengths: Sequence[int], checked: Collection[int]) -> list[str]:
    """The lengths that were not checked because too little is recorded."""
    left_out = [str(length) for length in lengths if length not in checked]
    if not left_out:
        return []
    others = " and ".join(str(length) for length in sorted(checked))
    return [f"Too little was recorded of the last {' and '.join(left_out)} days: checked over {others} days."]


def _named(rows: Ints, series: SeriesIndex) -> str:
    """How many series, and which: whole stores by their names, and the first few of other series."""
    n_of_store = np.bincount(series.store_codes)
    is_whole = np.bincount(series.store_codes[rows], minlength=len(n_of_store)) == n_of_store
    stores = [f"store {shown(series.store_names[store])}" for store in np.flatnonzero(is_whole)]
    others = rows[~is_whole[series.store_codes[rows]]]
    pairs = ((shown(series.stores[row]), shown(series.items[row])) for row in others[: NAMED + 1])
    names = [f"store {store}, item {item}" for store, item in pairs]
    whole = [f"all of {', '.join(stores[:NAMED])}{_rest(stores)}"] if stores else []
    single = [f"{'; '.join(names[:NAMED])}{_rest(names)}"] if names else []
    return f"{counted(len(rows), 'series')} ({'; '.join([*whole, *single])})"


def _rest(names: list[str]) -> str:
    return " …" if len(names) > NAMED else ""
