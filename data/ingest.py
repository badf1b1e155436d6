"""Job: add new days to data/raw. The same file twice changes nothing, and corrections replace what was there.

Base files in data/raw are not changed: new and corrected days go into one file a month,
ingested-2018-01.csv.gz, which is read on top of it.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.atomic_files import exclusive
from data.errors import DataContractError
from data.jobs.job_exit import exit_code
from data.loading.cleaning_rules import DataParams
from data.loading.duplicates import merge_duplicates, merge_layers
from data.loading.load_history import (
    INGESTED,
    daily_panel,
    panel_from_rows,
    raw_files,
    read_layers,
    split_files,
)
from data.loading.raw_rows import SalesRows
from data.loading.read_file import read_sales
from data.panel.frames import write_csv
from data.params import Paths, load_params
from data.text import counted

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Ingestion:
    """What a file added to the history, in rows of one series and day."""

    n_new: int
    n_new_series: int
    n_corrected: int
    n_unchanged: int
    n_unreadable: int
    first: np.datetime64
    last: np.datetime64

    @property
    def summary(self) -> str:
        """One line for the terminal."""
        changed = f"nothing new in {counted(self.n_unchanged, 'row')}"
        if self.n_new + self.n_corrected:
            new = counted(self.n_new, "new row")
            changed = f"{new}, {self.n_corrected:,} corrected, {self.n_unchanged:,} unchanged"
        if self.n_new_series:  # or a name mistyped
            changed += f"; {counted(self.n_new_series, 'series')} not seen before"
        left_out = f"; {counted(self.n_unreadable, 'row')} without a number left out"
        return f"{changed}; {self.first} to {self.last}{left_out if self.n_unreadable else ''}."


def ingest(file: Path, paths: Paths) -> Ingestion:
    """Add the rows of `file`, which is read as raw files are; one job at a time does so.

    Raises `DataContractError`, and changes nothing, when the file cannot be used or there is no history yet.
    """
    with exclusive(paths.raw):
        known, ingested, new, n_unreadable = _read(file, paths)
        values = _look_up(known, new)
        changes = new.take(values != new.sales.astype(np.float32))  # NaN differs from any number
        _write_months(ingested, changes, paths.raw)
    days, n_unknown = new.times.astype("datetime64[D]"), int(np.isnan(values).sum())
    return Ingestion(
        n_new=n_unknown,
        n_new_series=int((~np.isin(np.unique(new.series), known.series)).sum()),
        n_corrected=len(changes) - n_unknown,
        n_unchanged=len(new) - len(changes),
        n_unreadable=n_unreadable,
        first=days.min(),
        last=days.max(),
    )


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
    return known, before, new, given.n_empty + given.n_not_numeric


def _look_up(known: SalesRows, wanted: SalesRows) -> NDArray[np.float32]:
    """What is known for each wanted series and day, NaN where nothing is: (n_wanted,)."""
    known_keys, wanted_keys = _keys(known), _keys(wanted)
    order = np.argsort(known_keys)
    position = np.minimum(np.searchsorted(known_keys, wanted_keys, sorter=order), len(order) - 1)
    found = order[position]
    is_there = known_keys[found] == wanted_keys
    return np.where(is_there, known.sales[found].astype(np.float32), np.float32(np.nan))


def _keys(rows: SalesRows) -> IntArray:
    """One number per series and day; equal in all rows that share their names."""
    return rows.series * 2**24 + rows.times.astype("datetime64[D]").astype(np.int64)


def _write_months(ingested: SalesRows, changes: SalesRows, raw: Path) -> None:
    rows = ingested.followed_by(changes)
    month_of_row = rows.times.astype("datetime64[M]")
    for month in np.unique(changes.times.astype("datetime64[M]")):
        of_month, _ = merge_duplicates([rows.take(month_of_row == month)], "last")
        write_csv(panel_from_rows(of_month), raw / f"{INGESTED}{month}.csv.gz")


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
        print(f"{file.name}: {ingest(file.expanduser(), Paths()).summary}")

    return exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
