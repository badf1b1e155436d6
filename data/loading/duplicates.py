"""One row per series and day: parts of a day add up, later rows of a date replace earlier ones."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from data.errors import DataContractError
from data.loading.quality_report import Finding, examples
from data.loading.raw_rows import SalesRows
from data.text import counted, share

BoolArray = NDArray[np.bool_]

MAX_DROPPED_SHARE = 0.2  # of a file's rows: more of them are not corrections
MIN_DROPPED_ROWS = 10
MAX_CELLS = 1_000_000_000  # series × days, 4 GB as a panel


def merge_layers(layers: Sequence[Sequence[SalesRows]], rule: str) -> tuple[SalesRows, tuple[Finding, ...]]:
    """Leave one row per series and day: within a layer by the rule, and later layers replace earlier ones.

    A layer is the rows of its files, in order; labels are the same in all. Findings are those of the first.
    """
    merged, findings = merge_duplicates(layers[0], rule)
    for layer in layers[1:]:
        if any(len(file) for file in layer):
            merged, _ = merge_duplicates([merged, merge_duplicates(layer, rule)[0]], "last")
    return merged, findings


def merge_duplicates(files: Sequence[SalesRows], rule: str) -> tuple[SalesRows, tuple[Finding, ...]]:
    """Leave one row per series and day, with the day as its time.

    Rows at different times of one day are parts of it and add up; in a file with such rows, those of one
    minute add up too. Other rows with the same date are duplicates and fall under the rule. Raises
    `DataContractError` on duplicates under the rule "error", and under "last" when many sales would be lost.
    """
    merged = [_merge_file(file, rule) for file in files]
    rows = reduce(SalesRows.followed_by, (file for file, _, _ in merged))
    duplicates = [repeats for _, repeats, are_parts in merged if not are_parts]
    parts = [repeats for _, repeats, are_parts in merged if are_parts]
    if len(files) > 1:
        rows, repeats = _merge_repeats(rows, rule)
        duplicates.append(repeats)
    rows, repeats = _merge_repeats(replace(rows, times=rows.days.astype("datetime64[s]")), "sum")
    parts.append(repeats)
    n_rows = sum(map(len, files))
    repeated = _finding("duplicates", rule, duplicates, n_rows)
    if rule == "error" and repeated.count:
        found_rows = f"{counted(repeated.count, 'row')} too many; {repeated.examples[0]}"
        raise DataContractError(
            f"Series have several rows of one date: {found_rows}.", hint="Keep one of them."
        )
    return rows, (repeated, _finding("parts of days", "sum", parts, n_rows))


class _Repeats:
    """Rows that were merged into another one: how many, whether their values differ, and the first few."""

    def __init__(self, rows: SalesRows, repeats: NDArray[np.int64]) -> None:
        self.count = len(repeats)
        self.differ = bool((rows.sales[repeats] != rows.sales[repeats - 1]).any())
        self.examples = examples(_described(rows, int(row)) for row in repeats)


def _finding(name: str, rule: str, found: Sequence[_Repeats], n_rows: int) -> Finding:
    named = examples(example for repeats in found for example in repeats.examples)
    count = sum(repeats.count for repeats in found)
    note = "If they are parts of a day, set data.duplicates to sum."
    is_much = rule == "last" and count >= MAX_DROPPED_SHARE * n_rows
    return Finding(name, rule, count, n_rows, named, note if is_much else "")


def _merge_file(rows: SalesRows, rule: str) -> tuple[SalesRows, _Repeats, bool]:
    """One row per series and time, which rows were merged, and whether they were parts of a day."""
    if _has_times(rows):
        return *_merge_repeats(rows, "sum"), True
    merged, repeats = _merge_repeats(rows, rule)
    n_allowed = max(MAX_DROPPED_SHARE * len(rows), MIN_DROPPED_ROWS)
    if rule == "last" and repeats.differ and repeats.count >= n_allowed:
        raise DataContractError(
            f"{counted(repeats.count, 'row')} of {len(rows):,} ({share(repeats.count, len(rows))}) have the "
            f"series and date of another row and would be dropped; {repeats.examples[0]}.",
            hint="If they are parts of a day, set data.duplicates to sum; else remove them.",
        )
    return merged, repeats, False


def _has_times(rows: SalesRows) -> bool:
    """Whether times of day say when rows were sold.

    They do so if one series has several of them in a day, or if there are more than the two that mark a date
    where clocks change.
    """
    shared = _in_order(rows.take(_share_a_day(rows)))
    days = shared.days
    varies = (np.diff(shared.series) == 0) & (days[1:] == days[:-1]) & (shared.times[1:] != shared.times[:-1])
    times_of_day = rows.times - rows.days
    return len(shared) > 0 and (bool(varies.any()) or len(np.unique(times_of_day)) > 2)


def _merge_repeats(rows: SalesRows, rule: str) -> tuple[SalesRows, _Repeats]:
    """Make one row of those with equal series and time: their sum, or the last of them."""
    is_shared = _share_a_day(rows)
    shared = _in_order(rows.take(is_shared))
    if len(shared) == 0:
        return rows, _Repeats(shared, np.array([], dtype=np.int64))
    is_repeat = (np.diff(shared.series) == 0) & (shared.times[1:] == shared.times[:-1])
    starts = np.flatnonzero(np.r_[True, ~is_repeat])
    merged = shared.take(np.r_[starts[1:], len(shared)] - 1)
    if rule == "sum":
        merged = replace(merged, sales=np.add.reduceat(shared.sales, starts))
    return rows.take(~is_shared).followed_by(merged), _Repeats(shared, np.flatnonzero(is_repeat) + 1)


def _in_order(rows: SalesRows) -> SalesRows:
    return rows.take(np.lexsort((rows.times, rows.series)))  # stable


def _share_a_day(rows: SalesRows) -> BoolArray:
    """Which rows are not alone with their series and day, (n_rows,)."""
    if len(rows) == 0:
        return np.zeros(0, dtype=bool)
    distinct = np.unique(rows.series)
    days = rows.days.astype(np.int64)
    n_days = int(np.ptp(days)) + 1
    if len(distinct) * n_days > MAX_CELLS:
        raise DataContractError(
            f"{len(distinct):,} series on {n_days:,} days are more than {MAX_CELLS:,} values.",
            hint="Check dates and columns; if they are right, forecast stores in several parts.",
        )
    cells = np.searchsorted(distinct, rows.series) * n_days + (days - days.min())
    is_taken = np.zeros(cells.max() + 1, dtype=bool)
    is_taken[cells] = True
    if np.count_nonzero(is_taken) == len(cells):
        return np.zeros(len(cells), dtype=bool)
    is_shared: BoolArray = np.bincount(cells)[cells] > 1
    return is_shared


def _described(rows: SalesRows, row: int) -> str:
    store, item = divmod(int(rows.series[row]), len(rows.items))
    time = str(rows.times[row]).removesuffix("T00:00:00")
    values = f"{rows.sales[row - 1]:g}, then {rows.sales[row]:g}"
    return f"store {rows.stores[store]}, item {rows.items[item]}, {time}: {values}"
