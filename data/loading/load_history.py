"""All raw files as one history: base files in data/raw, and the days ingested on top of them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.atomic_files import exclusive
from data.dates.calendar_days import WEEKDAY_NAMES
from data.dates.closed_days import find_closed
from data.errors import DataContractError
from data.loading.cleaning import clean_panel
from data.loading.cleaning_rules import Columns, DataParams
from data.loading.duplicates import merge_layers
from data.loading.file_formats import is_table
from data.loading.quality_report import Finding, QualityReport
from data.loading.raw_rows import SalesRows, rows_of_files
from data.loading.read_file import ParsedFile, read_sales
from data.panel.frames import read_panel
from data.panel.record_intervals import require_daily
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.text import counted

logger = logging.getLogger(__name__)

MANY_ROWS = 1_000_000  # that take seconds
SAMPLE = "sample.csv.gz"
INGESTED = "ingested-"


@dataclass(frozen=True)
class RawFiles:
    """Files in the order in which they are read; later rows replace earlier ones under the rule `last`.

    `left_out` are neither CSV nor Parquet by their names; they are logged, as they may be sales.
    """

    base: tuple[Path, ...]
    ingested: tuple[Path, ...]
    left_out: tuple[Path, ...] = ()


def raw_files(folder: Path) -> RawFiles:
    """List the sales in a folder by name; the generated sample counts only while nothing else is there."""
    visible = sorted(path for path in folder.glob("*") if path.name[0] != "." and path.suffix != ".dvc")
    names = [path for path in visible if is_table(path)]
    ingested = tuple(path for path in names if path.name.startswith(INGESTED))
    base = tuple(path for path in names if path not in ingested)
    imported = tuple(path for path in base if path.name != SAMPLE)
    return RawFiles(imported or base, ingested, tuple(path for path in visible if path not in names))


def load_history(files: RawFiles, params: DataParams) -> tuple[SalesPanel, QualityReport]:
    """Read and clean files; raises `DataContractError` when they cannot be used."""
    layers = read_layers(files, params)
    everything = [file for layer in layers for file in layer]
    names = tuple(file.path.name for file in everything)
    n_rows = sum(len(file.sales) for file in everything)
    panel, findings = clean_layers(layers, params)
    findings = (*_found_in_files(everything, panel, params), *findings)
    return panel, QualityReport(names, n_rows, describe(panel), findings)


def clean_layers(
    layers: Sequence[Sequence[ParsedFile]], params: DataParams
) -> tuple[SalesPanel, tuple[Finding, ...]]:
    """Make files that were read one clean panel; raises `DataContractError` when they cannot be used."""
    n_rows = sum(len(file.sales) for layer in layers for file in layer)
    if n_rows >= MANY_ROWS:
        logger.info("Cleaning %s.", counted(n_rows, "row"))
    rows, found_in_rows = merge_layers(split_files(layers, params), params.duplicates)
    panel, found_in_panel = clean_panel(daily_panel(rows, params), params)
    return panel, (*found_in_rows, *found_in_panel)


def recorded_sales(paths: Paths, file: Path | None) -> SalesPanel:
    """All sales of `file`, or of data/raw, or without raw files those that were processed.

    Outliers stay under any rule, as they may be the drift to find. Raises `DataContractError` when there
    are no sales that can be used.
    """
    params = load_params("data", DataParams, paths.params).model_copy(update={"outliers": "keep"})
    with exclusive(paths.raw):
        files = RawFiles((file,), ()) if file else raw_files(paths.raw)
        if files.base:
            return load_history(files, params)[0]
    if not paths.sales.exists():
        raise DataContractError(f"There are no sales in {paths.raw}.", hint="Give a file: --sales FILE.")
    return read_panel(paths.sales)


def read_layers(files: RawFiles, params: DataParams) -> list[list[ParsedFile]]:
    """Read the files of each layer; ingested ones are in our own format, whatever the others are in."""
    as_written = params.model_copy(update={"columns": Columns(), "date_format": None})
    base = [read_sales(path, params) for path in files.base]
    return [base, [read_sales(path, as_written) for path in files.ingested]]


def split_files(layers: Sequence[Sequence[ParsedFile]], params: DataParams) -> list[list[SalesRows]]:
    """Rows of each file in each layer, with labels that mean the same series in all of them.

    Raises `DataContractError` when no row has a number, or dates are far from all others.
    """
    rows = rows_of_files([file for layer in layers for file in layer])
    days = np.concatenate([file.days for file in rows])
    if len(days) == 0:
        hint = "Check the column that data.columns in params.yaml maps to sales."
        raise DataContractError("No row has a number of sales.", hint=hint)
    _require_no_gap(days, params.max_gap_days)
    remaining = iter(rows)
    return [[next(remaining) for _ in layer] for layer in layers]


def daily_panel(rows: SalesRows, params: DataParams) -> SalesPanel:
    """Arrange rows, one per series and day, as a panel; refuses weekly and monthly totals."""
    panel = rows.panel()
    if params.missing_days != "zero":
        require_daily(panel)
    return panel


def describe(panel: SalesPanel) -> dict[str, Any]:
    """What a person wants to know of a panel first: its size, its zeros, its closed days."""
    n_known = int(np.isfinite(panel.sales).sum())
    cleaned, rules, first_sale = find_closed(panel.sales, panel.series.store_codes, panel.start)
    is_on_sale = np.arange(panel.n_days) >= first_sale[:, None]
    n_closed = int((is_on_sale & np.isfinite(panel.sales) & np.isnan(cleaned)).sum())
    n_closed_series = zip(WEEKDAY_NAMES, rules.weekdays.sum(axis=0).tolist(), strict=True)
    weekdays = {f"{name}s": n for name, n in n_closed_series if n}
    regular = ", ".join(f"{name} ({counted(n, 'series')})" for name, n in weekdays.items())
    words = f"Closed days: {counted(n_closed, 'recorded zero')} read as closed."
    return {
        "series": panel.n_series,
        "stores": len(panel.series.store_names),
        "items": len(panel.series.item_names),
        "from": str(panel.start),
        "to": str(panel.end),
        "days": panel.n_days,
        "recorded_days": n_known,
        "mean_sales": float(np.nansum(panel.sales, dtype=np.float64) / max(n_known, 1)),
        "zero_share": float((panel.sales == 0).sum() / max(n_known, 1)),
        "closed": {
            "weekdays": weekdays,
            "zeros_read_as_closed": n_closed,
            "never_sold_series": int((first_sale == panel.n_days).sum()),
            "late_series": int(((first_sale > 0) & (first_sale < panel.n_days)).sum()),
            "words": f"{words} Regularly: {regular}." if regular else words,
        },
    }


def _found_in_files(
    files: Sequence[ParsedFile], panel: SalesPanel, params: DataParams
) -> tuple[Finding, Finding, Finding]:
    """Rows without a number, and days that are still ahead."""
    n_rows, n_known = sum(len(file.sales) for file in files), int(np.isfinite(panel.sales).sum())
    n_empty = sum(int(file.is_empty.sum()) for file in files)
    n_unreadable = sum(int(np.isnan(file.sales).sum()) for file in files) - n_empty
    places = ((file.path.name, place) for file in files for place in file.examples(file.problems[-1]))
    unreadable = tuple(f"{name} {place}" for name, place in places)
    n_ahead = int(np.isfinite(panel.sales[:, panel.dates > np.datetime64("today")]).sum())
    spelling = "Write numbers with a decimal point and no thousands separator." if n_unreadable else ""
    last_day = f"The last day is {panel.end}: is it mistyped?" if n_ahead else ""
    return (
        Finding("empty sales", "missing", n_empty, n_rows),
        Finding("not numeric", params.not_numeric, n_unreadable, n_rows, unreadable, spelling),
        Finding("days after today", "keep", n_ahead, n_known, note=last_day),
    )


def _require_no_gap(day_of_row: NDArray[np.datetime64], max_gap_days: int) -> None:
    """Checked before a panel is built, which would hold every day from the first to the last."""
    days = np.unique(day_of_row)
    gaps = np.diff(days).astype(np.int64)
    if gaps.max(initial=0) > max_gap_days:
        before, after = days[gaps.argmax()], days[gaps.argmax() + 1]
        n_before = int((day_of_row <= before).sum())
        raise DataContractError(
            f"Nothing was sold between {before} and {after}: {counted(n_before, 'row')} before, "
            f"{counted(len(day_of_row) - n_before, 'row')} after; expected no gap over {max_gap_days} days.",
            hint="Correct the dates, or raise data.max_gap_days in params.yaml if that is so.",
        )
