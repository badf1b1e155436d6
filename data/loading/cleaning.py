"""Problems of a series as a whole, counted and cleaned by the rules of cleaning_rules.py."""

import numpy as np
from numpy.typing import NDArray

from data.errors import DataContractError
from data.loading.cleaning_rules import DataParams
from data.loading.quality_report import MAX_EXAMPLES, Finding, examples
from data.panel.sales_panel import SalesPanel
from data.text import counted

BoolArray = NDArray[np.bool_]

ABSURD_FACTOR = 100_000.0  # times what usually sells: a barcode or an overflow, no sale
MAX_SERIES_FACTOR = 10_000.0  # times the median series: no series usually sells more
ABSURD_MIN = 1_000_000.0  # units a day
ENDED_DAYS = 91  # without a row, while others sell on
RARE_ZEROS_SHARE = 0.02  # of recorded days
OUTLIER_SPREADS = 8.0
OUTLIER_MIN_DAYS = 28
POISSON_SPREAD = 0.5  # of the square root of a count, whatever its mean (Anscombe 1948)


def clean_panel(panel: SalesPanel, params: DataParams) -> tuple[SalesPanel, tuple[Finding, ...]]:
    """Clean each series by the rules; the given panel stays as it is."""
    cleaned = SalesPanel(panel.sales.copy(), panel.start, panel.series)
    zeros = panel.sales == 0  # as recorded: a return that becomes zero is none of them
    findings = (
        _clean_absurd(cleaned),
        _clean_negatives(cleaned, params),
        _clean_missing_days(cleaned, zeros, params),
        _clean_outliers(cleaned, params),
        _ended_series(cleaned, params),
    )
    return cleaned, findings


def _clean_absurd(panel: SalesPanel) -> Finding:
    """Leave out values that are no sales under any rule, before anything is estimated from them.

    They are 100,000 times the median selling day of their series, or of the median series if that is more.
    """
    selling = np.where(panel.sales > 0, panel.sales, np.nan)
    usual = _row_medians(selling)
    of_all = _row_medians(usual[None])  # of the median series
    usual = np.fmin(np.fmax(usual, of_all), MAX_SERIES_FACTOR * of_all)
    limit = np.fmax(ABSURD_FACTOR * usual, ABSURD_MIN)  # without any selling day: the minimum
    is_absurd = np.abs(panel.sales) > limit[:, None]
    finding = _found(panel, "absurd sales", "missing", is_absurd)
    panel.sales[is_absurd] = np.nan
    return finding


def _clean_negatives(panel: SalesPanel, params: DataParams) -> Finding:
    is_negative = panel.sales < 0
    finding = _found(panel, "negative sales", params.negative_sales, is_negative)
    if finding.rule == "error" and finding.count:
        raise DataContractError(
            f"Sales are negative on {counted(finding.count, 'day')}; {', '.join(finding.examples)}.",
            hint="Correct them, or set data.negative_sales in params.yaml to zero or missing.",
        )
    panel.sales[is_negative] = 0.0 if finding.rule == "zero" else np.nan
    return finding


def _clean_missing_days(panel: SalesPanel, zeros: BoolArray, params: DataParams) -> Finding:
    """Missing are days between the first and last row of a series; zeros go on to the panel's last day."""
    is_known = np.isfinite(panel.sales)
    has_begun = np.logical_or.accumulate(is_known, axis=1)
    goes_on = np.logical_or.accumulate(is_known[:, ::-1], axis=1)[:, ::-1]
    is_missing = has_begun & goes_on & ~is_known
    n_missing, n_inside = is_missing.sum(axis=1), (has_begun & goes_on).sum(axis=1)
    has_gaps = (n_missing > 0.1 * n_inside) & (zeros.sum(axis=1) <= RARE_ZEROS_SHARE * is_known.sum(axis=1))
    note = ""
    if params.missing_days == "zero":
        panel.sales[has_begun & ~is_known] = 0.0
    elif has_gaps.any():
        which = f"{has_gaps.sum():,} of {counted(panel.n_series, 'series')}"
        note = f"In {which} zeros are rare: if such days were left out, set data.missing_days to zero."
    counts = int(n_missing.sum()), int(n_inside.sum())
    return Finding("missing days", params.missing_days, *counts, _cells(panel, is_missing), note)


def _clean_outliers(panel: SalesPanel, params: DataParams) -> Finding:
    limit = _outlier_limit(panel.sales)[:, None]
    is_outlier = panel.sales > limit
    finding = _found(panel, "outliers", params.outliers, is_outlier)
    if params.outliers == "cap":
        np.minimum(panel.sales, limit, out=panel.sales)
    elif params.outliers == "missing":
        panel.sales[is_outlier] = np.nan
    return finding


def _ended_series(panel: SalesPanel, params: DataParams) -> Finding:
    """Series without a row for long, while others sell on; only named, as they may return."""
    is_known = np.isfinite(panel.sales)
    last = panel.n_days - 1 - is_known[:, ::-1].argmax(axis=1)
    has_ended = is_known.any(axis=1) & (panel.n_days - 1 - last > ENDED_DAYS)
    if params.missing_days == "zero":
        has_ended[:] = False  # days without a row are zeros
    stores, items = panel.series.stores, panel.series.items
    named = (
        f"store {stores[row]}, item {items[row]}: last row on {panel.dates[last[row]]}"
        for row in np.flatnonzero(has_ended)
    )
    return Finding("ended series", "keep", int(has_ended.sum()), panel.n_series, examples(named))


def _found(panel: SalesPanel, name: str, rule: str, which: BoolArray) -> Finding:
    """Recorded days with one problem, before it is corrected."""
    return Finding(name, rule, int(which.sum()), int(np.isfinite(panel.sales).sum()), _cells(panel, which))


def _row_medians(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lower median of each row without NaN, (n_rows,); NaN where a row has none. Faster than nanmedian."""
    n_known = np.isfinite(values).sum(axis=1)
    middle = np.maximum(n_known - 1, 0) // 2
    medians: NDArray[np.float32] = np.sort(values, axis=1)[np.arange(len(values)), middle]
    return medians


def _outlier_limit(sales: NDArray[np.float32]) -> NDArray[np.float32]:
    """Upper limit of usual sales, (n_series,): eight robust spreads above the median selling day.

    Measured on square roots, which give counts of every level the same spread, and on selling days, as a
    series that sells on one day of ten has a median of zero. Infinite below 28 such days.
    """
    roots = np.sort(np.sqrt(np.where(sales > 0, sales, np.nan)), axis=1)  # NaN last
    n_selling = np.isfinite(roots).sum(axis=1)
    quartiles = [roots[np.arange(len(roots)), (n_selling * q).astype(np.int64)] for q in (0.25, 0.5, 0.75)]
    spread = np.maximum((quartiles[2] - quartiles[0]) / 1.349, POISSON_SPREAD)
    limit = np.square(quartiles[1] + OUTLIER_SPREADS * spread, dtype=np.float32)
    return np.where(n_selling >= OUTLIER_MIN_DAYS, limit, np.float32(np.inf))


def _cells(panel: SalesPanel, which: BoolArray) -> tuple[str, ...]:
    def describe(row: int, column: int) -> str:
        value = "" if np.isnan(panel.sales[row, column]) else f": {panel.sales[row, column]:g}"
        store, item = panel.series.stores[row], panel.series.items[row]
        return f"store {store}, item {item}, {panel.dates[column]}{value}"

    rows = np.flatnonzero(which.any(axis=1))[:MAX_EXAMPLES]
    return examples(describe(rows[row], column) for row, column in np.argwhere(which[rows]))
