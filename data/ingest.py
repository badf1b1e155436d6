"""Job: add new days to data/raw. The same file twice changes nothing, and corrections replace what was there.

Base files in data/raw are not changed: new and corrected days go into one file a month,
ingested-2018-01.csv.gz, which is read on top of it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.atomic_files import exclusive
from data.errors import DataContractError
from data.jobs.job_exit import exit_code
from data.loading.cleaning_rules import DataParams
from data.loading.duplicates import merge_duplicates, merge_layers
from data.loading.load_history import INGESTED, daily_panel, raw_files, read_layers, split_files
from data.loading.raw_rows import SalesRows
from data.loading.read_file import read_sales
from data.panel.frames import write_csv
from data.params import Paths, load_params
from data.text import counted


def ingest(file: Path, paths: Paths) -> str:
    """Add the rows of `file`, which is read as raw files are, and return one line on what they changed.

    Raises `DataContractError`, and changes nothing, when the file cannot be used or there is no history yet.
    """
    with exclusive(paths.raw):
        known, ingested, new, n_unreadable = _read(file, paths)
        values = _look_up(known, new)
        changes = new.take(values != new.sales.astype(np.float32))  # NaN differs from any number
        _write_months(ingested, changes, paths.raw)
    n_new, n_unchanged = int(np.isnan(values).sum()), len(new) - len(changes)
    summary = f"nothing new in {counted(n_unchanged, 'row')}"
    if len(changes):
        corrected = f"{len(changes) - n_new:,} corrected, {n_unchanged:,} unchanged"
        summary = f"{counted(n_new, 'new row')}, {corrected}"
    if n_series := len(np.setdiff1d(new.series, known.series)):  # or a name mistyped
        summary += f"; {counted(n_series, 'series')} not seen before"
    left_out = f"; {counted(n_unreadable, 'row')} without a number left out" if n_unreadable else ""
    return f"{summary}; {new.days.min()} to {new.days.max()}{left_out}."


def _read(file: Path, paths: Paths) -> tuple[SalesRows, SalesRows, SalesRows, int]:
    """All that is known, what of it was ingested, the rows of `file`, and how many lack a number."""
    params = load_params("data", DataParams, paths.params)
    files = raw_files(paths.raw)
    if not files.base:
        hint = "Put a first file there, or run make up SALES=file."
        raise DataContractError(f"There are no sales in {paths.raw} to add to.", hint=hint)
    given = read_sales(file, params)
    if not np.isfinite(given.sales).any():
        raise DataContractError(f"No row of {file.name} has a number of sales; nothing was changed.")
    base, ingested, added = split_files([*read_layers(files, params), [given]], params)
    known, _ = merge_layers([base, ingested], params.duplicates)
    new, _ = merge_duplicates(added, params.duplicates)
    daily_panel(merge_duplicates([known, new], "last")[0], params)  # refuses totals of weeks
    before = merge_duplicates(ingested, "last")[0] if ingested else known.take(slice(0))
    return known, before, new, int(np.isnan(given.sales).sum())


def _look_up(known: SalesRows, wanted: SalesRows) -> NDArray[np.float32]:
    """What is known for each wanted series and day, NaN where nothing is: (n_wanted,)."""
    values = np.full(len(wanted), np.nan, dtype=np.float32)
    _, there, here = np.intersect1d(_keys(known), _keys(wanted), assume_unique=True, return_indices=True)
    values[here] = known.sales[there]
    return values


def _keys(rows: SalesRows) -> NDArray[np.int64]:
    """One number per series and day; equal in all rows that share their names."""
    return rows.series * 2**24 + rows.days.astype(np.int64)


def _write_months(ingested: SalesRows, changes: SalesRows, raw: Path) -> None:
    rows = ingested.followed_by(changes)
    month_of_row = rows.times.astype("datetime64[M]")
    for month in np.unique(changes.days.astype("datetime64[M]")):
        of_month, _ = merge_duplicates([rows.take(month_of_row == month)], "last")
        write_csv(of_month.panel(), raw / f"{INGESTED}{month}.csv.gz")


def main(argv: Sequence[str] | None = None) -> int:
    """Ingest one file; 2 when it cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m data.ingest", description=__doc__)
    columns = "CSV, CSV.gz or Parquet with date, store, item, sales"
    parser.add_argument("file", type=Path, nargs="?", help=columns)
    file = parser.parse_args(argv).file

    def work() -> None:
        if file is None:
            hint = f"Call it as make ingest FILE=new-days.csv: {columns}."
            raise DataContractError("No file is named.", hint=hint)
        print(f"{file.name}: {ingest(file.expanduser(), Paths())}")

    return exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
