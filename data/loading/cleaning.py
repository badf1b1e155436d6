"""Flaws in sales, each counted and settled by its rule of params.yaml; rules.py gives the reasons."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import DataContractError
from data.loading.cleaning_rules import DataParams
from data.loading.quality_report import MAX_EXAMPLES, Finding, examples
from data.loading.raw_rows import SalesRows
from data.panel.sales_panel import SalesPanel
from data.text import counted

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

OUTLIER_SPREADS = 8.0
OUTLIER_MIN_DAYS = 28
POISSON_SPREAD = 0.5  # of the square root of a count, whatever its mean (Anscombe 1948)


def merge_duplicates(rows: SalesRows, rule: str) -> tuple[SalesRows, tuple[Finding, ...]]:
    """Leave one row per series and day.

    Rows with the same date are duplicates and fall under the rule; rows at different times of one day are
    parts of it and are added up. Raises `DataContractError` on duplicates under the rule "error".
    """
    is_crowded = _share_a_day(rows)
    crowd = rows.take(np.flatnonzero(is_crowded))
    crowd = crowd.take(np.lexsort((crowd.times, crowd.items.codes, crowd.stores.codes)))  # stable
    settled, copies = _merge(crowd, crowd.times, rule)
    duplicates = Finding("duplicates", rule, len(copies), len(rows), _named(crowd, copies))
    if rule == "error" and duplicates.count:
        found = f"{counted(duplicates.count, 'row')} too many; {duplicates.examples[0]}"
        raise DataContractError(f"Series have several rows of one date: {found}.", hint="Keep one of them.")
    days = settled.times.astype("datetime64[D]").astype("datetime64[s]")
    daily, parts = _merge(settled, days, "sum")
    findings = duplicates, Finding("parts of days", "sum", len(parts), len(rows), _named(settled, parts))
    return (rows.take(~is_crowded).followed_by(daily) if len(crowd) else rows), findings


def _share_a_day(rows: SalesRows) -> BoolArray:
    """Which rows are not alone with their series and day, (n_rows,)."""
    if len(rows) == 0:
        return np.zeros(0, dtype=bool)
    pairs = rows.stores.codes.astype(np.int64) * len(rows.items.names) + rows.items.codes
    cells = np.searchsorted(np.unique(pairs), pairs)
    days = rows.times.astype("datetime64[D]").astype(np.int64)
    cells = cells * (np.ptp(days) + 1) + (days - days.min())
    is_taken = np.zeros(cells.max() + 1, dtype=bool)
    is_taken[cells] = True
    if np.count_nonzero(is_taken) == len(cells):
        return np.zeros(len(cells), dtype=bool)
    is_crowded: BoolArray = np.bincount(cells)[cells] > 1
    return is_crowded


def _merge(rows: SalesRows, times: NDArray[np.datetime64], rule: str) -> tuple[SalesRows, IntArray]:
    """Make one row of neighbours with equal series and time; also which rows repeat the one before them."""
    if len(rows) == 0:
        return rows, np.array([], dtype=np.int64)
    stores, items = rows.stores.codes, rows.items.codes
    is_repeat = (np.diff(stores) == 0) & (np.diff(items) == 0) & (times[1:] == times[:-1])
    starts = np.flatnonzero(np.r_[True, ~is_repeat])
    last = np.r_[starts[1:], len(rows)] - 1
    merged = rows.take(last)
    sales = np.add.reduceat(rows.sales, starts) if rule == "sum" else merged.sales
    return SalesRows(times[last], merged.stores, merged.items, sales), np.flatnonzero(is_repeat) + 1


def clean_panel(panel: SalesPanel, params: DataParams) -> tuple[SalesPanel, tuple[Finding, ...]]:
    """Settle what shows only in a series as a whole; the panel given is left as it is."""
    cleaned = SalesPanel(panel.sales.copy(), panel.start, panel.series)
    in_place = (_clean_negatives, _clean_missing_days, _clean_outliers)
    return cleaned, tuple(settle(cleaned, params) for settle in in_place)


def _clean_negatives(panel: SalesPanel, params: DataParams) -> Finding:
    is_negative = panel.sales < 0
    rule, n_known = params.negative_sales, int(np.isfinite(panel.sales).sum())
    finding = Finding("negative sales", rule, int(is_negative.sum()), n_known, _cells(panel, is_negative))
    if rule == "error" and finding.count:
        raise DataContractError(
            f"Sales are negative on {counted(finding.count, 'day')}; {', '.join(finding.examples)}.",
            hint="Correct them, or set data.negative_sales in params.yaml to zero or missing.",
        )
    panel.sales[is_negative] = 0.0 if rule == "zero" else np.nan
    return finding


def _clean_missing_days(panel: SalesPanel, params: DataParams) -> Finding:
    """Missing are days between the first and last row of a series; zeros go on to the panel's last day."""
    is_known = np.isfinite(panel.sales)
    has_begun = np.logical_or.accumulate(is_known, axis=1)
    goes_on = np.logical_or.accumulate(is_known[:, ::-1], axis=1)[:, ::-1]
    is_missing = has_begun & goes_on & ~is_known
    n_inside, n_missing = int((has_begun & goes_on).sum()), int(is_missing.sum())
    note = ""
    if params.missing_days == "zero":
        panel.sales[has_begun & ~is_known] = 0.0
    elif n_missing > 0.1 * n_inside and not (panel.sales == 0).any():
        note = "There are no zeros: if days without sales were left out, set data.missing_days to zero."
    return Finding("missing days", params.missing_days, n_missing, n_inside, _cells(panel, is_missing), note)


def _clean_outliers(panel: SalesPanel, params: DataParams) -> Finding:
    limit = _outlier_limit(panel.sales)[:, None]
    is_outlier = panel.sales > limit
    n_known = int(np.isfinite(panel.sales).sum())
    finding = Finding("outliers", params.outliers, int(is_outlier.sum()), n_known, _cells(panel, is_outlier))
    if params.outliers != "keep":
        replacement = limit if params.outliers == "cap" else np.float32(np.nan)
        np.copyto(panel.sales, replacement, where=is_outlier)
    return finding


def _outlier_limit(sales: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a series hardly ever sells, (n_series,): eight robust spreads above its median selling day.

    Measured on square roots, which give counts of every level the same spread, and on selling days, as a
    series that sells on one day of ten has a median of zero. Infinite below 28 such days.
    """
    roots = np.sort(np.sqrt(np.where(sales > 0, sales, np.nan)), axis=1)  # NaN last
    n_selling = np.isfinite(roots).sum(axis=1)
    quartiles = [roots[np.arange(len(roots)), (n_selling * q).astype(np.int64)] for q in (0.25, 0.5, 0.75)]
    spread = np.maximum((quartiles[2] - quartiles[0]) / 1.349, POISSON_SPREAD)
    limit = np.square(quartiles[1] + OUTLIER_SPREADS * spread, dtype=np.float32)
    return np.where(n_selling >= OUTLIER_MIN_DAYS, limit, np.float32(np.inf))


def _named(rows: SalesRows, which: IntArray) -> tuple[str, ...]:
    def describe(row: int) -> str:
        store, item = rows.stores.names[rows.stores.codes[row]], rows.items.names[rows.items.codes[row]]
        values = f"{rows.sales[row - 1]:g}, then {rows.sales[row]:g}"
        return f"store {store}, item {item}, {_short(rows.times[row])}: {values}"

    return examples(describe(int(row)) for row in which)


def _cells(panel: SalesPanel, which: BoolArray) -> tuple[str, ...]:
    def describe(row: int, column: int) -> str:
        value = "" if np.isnan(panel.sales[row, column]) else f": {panel.sales[row, column]:g}"
        store, item = panel.series.stores[row], panel.series.items[row]
        return f"store {store}, item {item}, {panel.dates[column]}{value}"

    rows = np.flatnonzero(which.any(axis=1))[:MAX_EXAMPLES]
    return examples(describe(rows[row], column) for row, column in np.argwhere(which[rows]))


def _short(time: Any) -> str:
    return str(time).removesuffix("T00:00:00")
