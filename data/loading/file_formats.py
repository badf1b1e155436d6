"""CSV, CSV.gz and Parquet files as columns of text, and the lines on which their rows stand."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import DataContractError
from data.loading.raw_rows import EncodedColumn

SUFFIXES = (".csv", ".csv.gz", ".parquet")
DELIMITERS = ",;\t|"
MAX_NAMES = 12  # of columns, in a message


def is_table(path: Path) -> bool:
    """Whether a file's name ends in one of `SUFFIXES`, in capitals or not."""
    return path.name.lower().endswith(SUFFIXES)


def read_columns(path: Path, wanted: Mapping[str, str]) -> dict[str, EncodedColumn]:
    """Read the wanted columns, given as {name here: name in the file}; others are left alone.

    Raises `DataContractError` when the file is damaged or a column is missing.
    """
    if not path.is_file() or not is_table(path):
        found = "is none of" if path.is_file() else "does not exist; expected a file that ends in"
        raise DataContractError(f"{path} {found} {', '.join(SUFFIXES)}.", hint="Check the name of the file.")
    with _damage_named(path):
        table = _read_parquet(path, wanted) if _is_parquet(path) else _read_csv(path, wanted)
        columns = zip(wanted, table.columns, strict=True)
        return {ours: _coded(column, _is_parquet(path)) for ours, column in columns}


def row_locations(path: Path, rows: list[int]) -> list[str]:
    """Where a person finds these rows, counted from 0, in order: lines of a CSV, numbers of other rows."""
    if _is_parquet(path) or not rows:
        return [f"row {row + 1}" for row in rows]
    _, delimiter = _header(path)
    with _open_text(path) as lines:  # read again: blank lines and quoted line breaks move rows down
        reader = csv.reader(lines, delimiter=delimiter)
        numbers = islice((reader.line_num for record in reader if record), 1, rows[-1] + 2)
        return [f"line {number}" for row, number in enumerate(numbers) if row in rows]


def _read_csv(path: Path, wanted: Mapping[str, str]) -> Any:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    header, delimiter = _header(path)
    theirs = _required(path, header, wanted)
    text = pa.dictionary(pa.int32(), pa.string())
    with _open_bytes(path) as content:
        return arrow_csv.read_csv(
            content,
            read_options=arrow_csv.ReadOptions(use_threads=False),  # threads lose the number of a broken line
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=theirs, column_types=dict.fromkeys(theirs, text)
            ),
        )


def _read_parquet(path: Path, wanted: Mapping[str, str]) -> Any:
    from pyarrow import parquet

    return parquet.read_table(path, columns=_required(path, parquet.read_schema(path).names, wanted))


def _required(path: Path, found: list[str], wanted: Mapping[str, str]) -> list[str]:
    """The file's own names of the wanted columns, in their order; case and outer blanks do not matter."""
    theirs = [_matching(name, found) for name in wanted.values()]
    if any(len(names) != 1 for names in theirs):
        quoted = ", ".join(map(repr, found[:MAX_NAMES])) or "(none)"
        if len(found) > MAX_NAMES:
            quoted += f" and {len(found) - MAX_NAMES:,} more"
        raise DataContractError(
            f"{path.name} has the columns {quoted}; expected {', '.join(wanted.values())}, each once.",
            hint="Rename them, or map them under data.columns in params.yaml.",
        )
    return [names[0] for names in theirs]


def _matching(name: str, found: list[str]) -> list[str]:
    alike = [column for column in found if column.strip().casefold() == name.strip().casefold()]
    exact = [column for column in alike if column == name]
    return exact or alike


def _coded(column: Any, is_typed: bool) -> EncodedColumn:
    """Distinct texts of an Arrow column of any type, with an empty one for what is missing."""
    import pyarrow as pa
    from pyarrow import compute

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    encoded = column.unify_dictionaries().combine_chunks()
    value_type = encoded.dictionary.type
    texts = compute.utf8_trim_whitespace(encoded.dictionary.cast(pa.string())).to_pylist()
    codes = encoded.indices.cast(pa.int32())
    if codes.null_count:
        codes = compute.fill_null(codes, len(texts))
        texts.append("")
    is_text = pa.types.is_string(value_type) or pa.types.is_large_string(value_type)
    as_numpy: Any = np.from_dlpack(codes)  # to_numpy would import pandas
    return EncodedColumn(texts, as_numpy, is_text and is_typed)


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, EOFError, zlib.error, csv.Error) as error:
        raise DataContractError(
            f"{path.name} cannot be read: {' '.join(str(error).split()).rstrip(' .')}.",
            hint="Save it again." if _is_parquet(path) else "Correct that line, or save it again in UTF-8.",
        ) from error


def _header(path: Path) -> tuple[list[str], str]:
    with _open_text(path) as lines:
        first = next((line for line in lines if line.strip()), "")
    if "\0" in first:
        raise DataContractError(f"{path.name} is not text in UTF-8.", hint="Save it as CSV in UTF-8.")
    delimiter = max(DELIMITERS, key=first.count)
    return next(csv.reader([first], delimiter=delimiter), []), delimiter


@contextmanager
def _open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    with _open_bytes(path) as content:
        yield io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")


@contextmanager
def _open_bytes(path: Path) -> Iterator[Any]:
    with path.open("rb") as stored:
        yield gzip.GzipFile(fileobj=stored) if path.suffix.lower() == ".gz" else stored


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"
