"""Output of a batch: finished parts, kept while it runs, and the file they are joined to at the end."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data.atomic_files import atomic_path, atomic_write_json
from data.errors import DataContractError
from data.panel.schema import DATE, ITEM, STORE
from data.text import quoted
from models.storage.forecast_table import METHODS
from service.batch.forecast_sources import BatchForecasts
from service.batch.input import Reject

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = (".parquet", ".csv")
MANIFEST = "manifest.json"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Parts:
    """Parts of one output, in `.<name>.parts/` beside it; valid only for the run their manifest describes."""

    def __init__(self, out: Path) -> None:
        if out.suffix not in SUFFIXES:
            raise DataContractError(
                f"{quoted(out.name)} has the wrong ending, expected {' or '.join(SUFFIXES)}.",
                hint="Rename the file.",
            )
        self._out = out
        self._folder = out.with_name(f".{out.name}.parts")

    def begin(self, manifest: dict[str, Any], resume: bool) -> int:
        """Prepare the folder; returns how many parts of an earlier run with the same manifest are kept."""
        if not (resume and self._read_manifest() == manifest):
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            atomic_write_json(self._folder / MANIFEST, manifest)
        return sum(1 for _ in self._folder.glob("[0-9]*.parquet"))

    def has(self, number: int) -> bool:
        """Whether a part is finished."""
        return self._path(number).exists()

    def write(self, number: int, forecasts: BatchForecasts, requested: NDArray[np.bool_] | None) -> None:
        """Write one part, or its requested rows."""
        from pyarrow import parquet

        with atomic_path(self._path(number)) as unfinished:
            parquet.write_table(forecast_rows(forecasts, requested), unfinished)

    def finish(self, count: int) -> int:
        """Join the parts to the output file, atomically; returns the number of rows."""
        from pyarrow import csv as arrow_csv
        from pyarrow import parquet

        n_rows = 0
        is_csv = self._out.suffix == ".csv"
        schema = _as_written(parquet.read_table(self._path(0)), is_csv).schema
        new_writer: Any = arrow_csv.CSVWriter if is_csv else parquet.ParquetWriter
        with atomic_path(self._out) as unfinished, new_writer(unfinished, schema) as writer:
            for number in range(count):
                rows = _as_written(parquet.read_table(self._path(number)), is_csv)
                writer.write_table(rows)
                n_rows += rows.num_rows
        shutil.rmtree(self._folder)
        return n_rows

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:05d}.parquet"

    def _read_manifest(self) -> Any:
        try:
            return json.loads((self._folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None


def forecast_rows(forecasts: BatchForecasts, requested: NDArray[np.bool_] | None = None) -> pa.Table:
    """One row per series and day, series by series, rounded as in HTTP responses."""
    import pyarrow as pa

    n_series, n_days = forecasts.methods.shape
    days = forecasts.cutoff + 1 + np.arange(n_days)
    rows, steps = np.nonzero(np.ones((n_series, n_days), bool) if requested is None else requested)
    names, taken = np.array(METHODS)[forecasts.methods[rows, steps]], pa.array(rows, pa.int64())
    return pa.table(
        {
            DATE: pa.array(days[steps].astype("datetime64[ms]")),
            STORE: pa.array(list[Any](forecasts.series.stores)).take(taken),
            ITEM: pa.array(list[Any](forecasts.series.items)).take(taken),
            **{name: pa.array(numbers[rows, steps]) for name, numbers in forecasts.columns.items()},
            "method": pa.array(names.tolist(), pa.string()),
        }
    )


def write_rejects(path: Path, rejects: Sequence[Reject]) -> None:
    """Write the rejected rows; without any, remove the file of an earlier run."""
    if not rejects:
        path.unlink(missing_ok=True)
        return
    with atomic_path(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(rejects[0])))
        writer.writeheader()
        for reject in rejects:
            writer.writerow({name: safe_cell(value) for name, value in asdict(reject).items()})


def safe_cell(value: Any) -> Any:
    """A CSV value that no spreadsheet takes for a formula: text that begins like one gets an apostrophe.

    As OWASP recommends against CSV injection.
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _as_written(rows: pa.Table, is_csv: bool) -> pa.Table:
    """CSV has days without a time, and safe labels; Parquet has what pandas reads as dates."""
    import pyarrow as pa

    if not is_csv:
        return rows
    place = rows.column_names.index(DATE)
    rows = rows.set_column(place, DATE, rows[DATE].cast(pa.date32()))
    for name in (STORE, ITEM):
        if rows.schema.field(name).type == pa.string():
            labels = rows[name].combine_chunks().dictionary_encode()
            safe = pa.array([safe_cell(label) for label in labels.dictionary.to_pylist()], pa.string())
            rows = rows.set_column(rows.column_names.index(name), name, safe.take(labels.indices))
    return rows
