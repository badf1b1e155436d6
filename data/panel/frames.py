"""Panels as tables: Arrow, and CSV and Parquet on disk."""

from __future__ import annotations

import gzip
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data.atomic_files import atomic_path
from data.errors import ArtifactError, DataContractError
from data.panel.sales_panel import SalesPanel, SeriesId, panel_from_codes
from data.panel.schema import COLUMNS, DATE, ITEM, SALES, STORE

if TYPE_CHECKING:
    import pyarrow as pa


def _table(panel: SalesPanel) -> pa.Table:
    """One row per recorded series and day, sorted by store, item, date.

    Dates are timestamp[ms], stores and items dictionaries.
    """
    import pyarrow as pa

    def coded(codes: NDArray[np.int64], names: tuple[SeriesId, ...]) -> Any:
        return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(list[Any](names)))

    rows, columns = np.nonzero(~np.isnan(panel.sales))
    series = panel.series
    return pa.table(
        {
            DATE: pa.array(panel.dates[columns].astype("datetime64[ms]")),
            STORE: coded(series.store_codes[rows], series.store_names),
            ITEM: coded(series.item_codes[rows], series.item_names),
            SALES: pa.array(panel.sales[rows, columns]),
        }
    )


def write_panel(panel: SalesPanel, path: Path) -> None:
    """Write Parquet that any tool can open: date, store, item, sales."""
    import pyarrow.parquet as pq

    with atomic_path(path) as temporary:
        pq.write_table(_table(panel), temporary, store_schema=False)  # plain types for others


def write_csv(panel: SalesPanel, path: Path) -> None:
    """Write CSV, packed when the name ends in .gz: equal panels give equal bytes."""
    import pyarrow as pa
    from pyarrow import csv

    table: Any = _table(panel)
    for name, plain in ((DATE, pa.date32()), (STORE, None), (ITEM, None)):
        column = table[name].cast(plain or table[name].type.value_type)
        table = table.set_column(table.column_names.index(name), name, column)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        packed: Any = gzip.GzipFile("", "wb", 6, file, mtime=0) if path.suffix == ".gz" else nullcontext(file)
        with packed as target:
            target.write(f"{','.join(COLUMNS)}\n".encode())
            csv.write_csv(table, target, csv.WriteOptions(include_header=False))


def read_panel(path: Path) -> SalesPanel:
    """Inverse of `write_panel`; raises `ArtifactError` when the file is missing or not one of ours."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, columns=list(COLUMNS), read_dictionary=[STORE, ITEM])
        (stores, store_codes), (items, item_codes) = _labels(table[STORE]), _labels(table[ITEM])
        return panel_from_codes(
            table[DATE].to_numpy().astype("datetime64[D]"),
            store_codes * len(items) + item_codes,
            stores,
            items,
            table[SALES].to_numpy().astype(np.float32),
        )
    except (OSError, KeyError, pa.ArrowException, DataContractError) as error:
        raise ArtifactError(
            f"{path} cannot be read as clean sales: {error}.", hint="Make it with python -m data.prepare."
        ) from error


def _labels(column: Any) -> tuple[list[SeriesId], NDArray[np.int64]]:
    encoded = column.combine_chunks().dictionary_encode()
    names: list[Any] = encoded.dictionary.to_pylist()
    order = np.array(sorted(range(len(names)), key=lambda code: names[code]), dtype=np.int64)
    return [names[code] for code in order], np.argsort(order)[encoded.indices.to_numpy()]
