"""One row per series and day: parts of a day add up, later rows of a date replace earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import DataContractError
from data.loading.quality_report import Finding, examples
from data.loading.raw_rows import SalesRows
from data.text import counted, share

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

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
    rows = _joined([file for file, _, _ in merged])
    duplicates = [found for _, found, _ in merged]
    if len(files) > 1:
        rows, found = _merge_repeats(rows, rule)
        duplicates.append(found)
    days = rows.times.astype("datetime64[D]").astype("datetime64[s]")
    rows, parts = _merge_repeats(SalesRows(days, rows.stores, rows.items, rows.sales), "sum")
    n_rows = sum(map(len, files))
    repeated = _finding("duplicates", rule, duplicates, n_rows)
    if rule == "error" and repeated.count:
        found_rows = f"{counted(repeated.count, 'row')} too many; {repeated.examples[0]}"
        raise DataContractError(
            f"Series have several rows of one date: {found_rows}.", hint="Keep one of them."
        )
    return rows, (
        repeated,
        _finding("parts of days", "sum", [*(added for _, _, added in merged), parts], n_rows),
    )


class _Repeats:
    """Rows that were merged into another one: how many, whether their values differ, and the first few."""

    def __init__(self, rows: SalesRows, repeats: IntArray) -> None:
        self.count = len(repeats)
        self.differ = bool((rows.sales[repeats] != rows.sales[repeats - 1]).any())
        self.examples = examples(_described(rows, int(row)) for row in repeats)


def _finding(name: str, rule: str, found: Sequence[_Repeats], n_rows: int) -> Finding:
    named = examples(example for repeats in found for example in repeats.examples)
    count = sum(repeats.count for repeats in found)
    note = "If they are parts of a day, set data.duplicates to sum."
    is_much = rule == "last" and count >= MAX_DROPPED_SHARE * n_rows
    return Finding(name, rule, count, n_rows, named, note if is_much else "")


def _merge_file(rows: SalesRows, rule: str) -> tuple[SalesRows, _Repeats, _Repeats]:
    """One row per series and time; which rows were duplicates, and which were added up."""
    shared = rows.take(np.flatnonzero(_share_a_day(rows)))
    has_times = len(shared) > 0 and (_varies_within_days(shared) or _n_times_of_day(rows) > 2)
    merged, repeats = _merge_repeats(rows, "sum" if has_times else rule)
    nothing = _Repeats(rows, np.array([], dtype=np.int64))
    if has_times:
        return merged, nothing, repeats
    n_allowed = max(MAX_DROPPED_SHARE * len(rows), MIN_DROPPED_ROWS)
    if rule == "last" and repeats.differ and repeats.count >= n_allowed:
        raise DataContractError(
            f"{counted(repeats.count, 'row')} of {len(rows):,} ({share(repeats.count, len(rows))}) have the "
            f"series and date of another row and would be dropped; {repeats.examples[0]}.",
            hint="If they are parts of a day, set data.duplicates to sum; else remove them.",
        )
    return merged, repeats, nothing


def _n_times_of_day(rows: SalesRows) -> int:
    """How many times of day there are: one or, with summer time, two where they only mark the date."""
    return len(np.unique(rows.times - rows.times.astype("datetime64[D]")))


def _varies_within_days(shared: SalesRows) -> bool:
    """Whether one series has rows at different times of one day."""
    shared = shared.take(np.lexsort((shared.times, shared.items.codes, shared.stores.codes)))
    is_same_day = np.diff(shared.times.astype("datetime64[D]").astype(np.int64)) == 0
    is_same_series = (np.diff(shared.stores.codes) == 0) & (np.diff(shared.items.codes) == 0)
    return bool((is_same_day & is_same_series & (shared.times[1:] != shared.times[:-1])).any())


def _merge_repeats(rows: SalesRows, rule: str) -> tuple[SalesRows, _Repeats]:
    """Make one row of those with equal series and time: their sum, or the last of them."""
    is_shared = _share_a_day(rows)
    shared = rows.take(np.flatnonzero(is_shared))
    shared = shared.take(np.lexsort((shared.times, shared.items.codes, shared.stores.codes)))  # stable
    if len(shared) == 0:
        return rows, _Repeats(shared, np.array([], dtype=np.int64))
    is_repeat = (np.diff(shared.stores.codes) == 0) & (np.diff(shared.items.codes) == 0)
    is_repeat &= shared.times[1:] == shared.times[:-1]
    starts = np.flatnonzero(np.r_[True, ~is_repeat])
    merged = shared.take(np.r_[starts[1:], len(shared)] - 1)
    if rule == "sum":
        sales = np.add.reduceat(shared.sales, starts)
        merged = SalesRows(merged.times, merged.stores, merged.items, sales)
    return rows.take(~is_shared).followed_by(merged), _Repeats(shared, np.flatnonzero(is_repeat) + 1)


def _share_a_day(rows: SalesRows) -> BoolArray:
    """Which rows are not alone with their series and day, (n_rows,)."""
    if len(rows) == 0:
        return np.zeros(0, dtype=bool)
    pairs = rows.stores.codes.astype(np.int64) * len(rows.items.names) + rows.items.codes
    distinct = np.unique(pairs)
    days = rows.times.astype("datetime64[D]").astype(np.int64)
    n_days = int(np.ptp(days)) + 1
    if len(distinct) * n_days > MAX_CELLS:
        raise DataContractError(
            f"{len(distinct):,} series on {n_days:,} days are more than {MAX_CELLS:,} values.",
            hint="Check dates and columns; if they are right, forecast stores in several parts.",
        )
    cells = np.searchsorted(distinct, pairs) * n_days + (days - days.min())
    is_taken = np.zeros(cells.max() + 1, dtype=bool)
    is_taken[cells] = True
    if np.count_nonzero(is_taken) == len(cells):
        return np.zeros(len(cells), dtype=bool)
    is_shared: BoolArray = np.bincount(cells)[cells] > 1
    return is_shared


def _joined(files: Sequence[SalesRows]) -> SalesRows:
    return reduce(SalesRows.followed_by, files)


def _described(rows: SalesRows, row: int) -> str:
    store, item = rows.stores.names[rows.stores.codes[row]], rows.items.names[rows.items.codes[row]]
    values = f"{rows.sales[row - 1]:g}, then {rows.sales[row]:g}"
    return f"store {store}, item {item}, {_short(rows.times[row])}: {values}"


def _short(time: Any) -> str:
    return str(time).removesuffix("T00:00:00")
