"""CSV, CSV.gz and Parquet files as columns of text, and what files are that are none of these."""

import csv
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import DataContractError
from data.loading.csv_files import Header, lines_of_rows, open_unpacked, read_csv, scan
from data.loading.text_values import EncodedColumn
from data.text import quoted, shortened

SUFFIXES = (".csv", ".csv.gz", ".parquet")
MAX_NAMES = 12  # of columns, in a message
MAX_ROWS_PER_BYTE = 20  # of Parquet; of real sales it is below 1
MIN_ROW_LIMIT = 10_000_000

PARQUET = b"PAR1"
AS_CSV, AGAIN = "Save it as CSV in UTF-8.", "Download the file again: this may be a login or an error page."
OTHER_FORMATS: tuple[tuple[bytes | tuple[bytes, ...], str, str], ...] = (
    (PARQUET, "a Parquet file", "Give it a name that ends in .parquet."),
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive", "Save the sheet as CSV, or unpack the archive."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", AS_CSV),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself", "Run git lfs pull."),
    ((b"<!doctype", b"<html"), "a web page", AGAIN),
    (b"<?xml", "an XML file", AS_CSV),
    ((b"{", b"[{"), "a JSON file", AS_CSV),
    (b"%pdf", "a PDF file", AS_CSV),
    ((b"\xff\xfe", b"\xfe\xff"), "text in UTF-16", AS_CSV),
)


def is_table(path: Path) -> bool:
    """Whether a name ends in one of `SUFFIXES`, in capitals or not, or is a folder with Parquet files."""
    return path.name.lower().endswith(SUFFIXES) or _is_parquet(path)


def read_columns(path: Path, wanted: Mapping[str, str]) -> dict[str, EncodedColumn]:
    """Read the wanted columns, given as {name here: name in the file}; others are not read.

    Raises `DataContractError` when the file is damaged, is of another format, or lacks a column or any row.
    """
    if not path.exists() or not is_table(path):
        found = "is none of" if path.exists() else "does not exist; expected a file that ends in"
        raise DataContractError(f"{path} {found} {', '.join(SUFFIXES)}.", hint="Check the name of the file.")
    with _named_errors(path):
        if _is_parquet(path):
            table = _read_parquet(path, wanted)
        else:
            _require_format(path, "CSV")
            has_quotes, header = scan(path), Header(path)
            table = read_csv(path, header, _required(path, header.names, wanted), has_quotes)
        if table.num_rows == 0:
            raise DataContractError(f"{path.name} has no rows, expected sales.", hint="Remove or refill it.")
        columns = zip(wanted, table.columns, strict=True)
        return {ours: _encoded(column, _is_parquet(path)) for ours, column in columns}


def row_locations(path: Path, rows: list[int]) -> list[str]:
    """Where a person finds these rows, counted from 0, in order: lines of a CSV, numbers of other rows."""
    if _is_parquet(path) or not rows:
        return [f"row {row + 1}" for row in rows]
    return lines_of_rows(path, rows)


def _require_format(path: Path, expected: str) -> None:
    """Refuse a file that is neither CSV nor Parquet, by its first bytes."""
    if path.is_dir():
        raise DataContractError(
            f"{path.name} is a folder without Parquet files.", hint="Name a file that is in it."
        )
    with open_unpacked(path) as content:
        start = content.read(4096)
    plain = start.lstrip().removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, what, hint in OTHER_FORMATS:
        is_it = start.startswith(magic) or plain.lower().startswith(magic)
        if is_it and (magic != PARQUET or expected == "CSV"):
            raise DataContractError(f"{path.name} is {what}, expected {expected}.", hint=hint)
    if not start.strip():
        raise DataContractError(f"{path.name} is empty, expected sales.", hint="Remove or refill it.")
    if expected == "Parquet" and not start.startswith(PARQUET):
        hint = "A file of text needs a name that ends in .csv."
        raise DataContractError(f"{path.name} is not Parquet.", hint=hint)
    if b"\0" in start and expected == "CSV":
        raise DataContractError(f"{path.name} is not text in UTF-8.", hint=AS_CSV)


def _read_parquet(path: Path, wanted: Mapping[str, str]) -> Any:
    from pyarrow import dataset

    if not path.is_dir():
        _require_format(path, "Parquet")
    table = dataset.dataset(path, format="parquet", partitioning="hive")
    theirs = _required(path, table.schema.names, wanted)
    n_rows = table.count_rows()
    n_bytes = sum(Path(file).stat().st_size for file in table.files)
    if n_rows > max(MIN_ROW_LIMIT, MAX_ROWS_PER_BYTE * n_bytes):
        raise DataContractError(
            f"{path.name} holds {n_rows:,} rows in {n_bytes / 1e6:.1f} MB: no sales are packed so tightly.",
            hint="Check what wrote the file.",
        )
    return table.to_table(columns=theirs)


def _required(path: Path, found: list[str], wanted: Mapping[str, str]) -> list[str]:
    """The file's own names of the wanted columns, in their order; case and outer blanks do not matter."""
    theirs = []
    for wish in wanted.values():
        alike = [name for name in found if name.strip().casefold() == wish.strip().casefold()]
        theirs.append([name for name in alike if name == wish] or alike)
    if any(len(names) != 1 for names in theirs):
        names = ", ".join(map(quoted, found[:MAX_NAMES])) or "(none)"
        if len(found) > MAX_NAMES:
            names += f" and {len(found) - MAX_NAMES:,} more"
        raise DataContractError(
            f"{path.name} has the columns {names}; expected {', '.join(wanted.values())}, each once.",
            hint="Rename them, or map them under data.columns in params.yaml.",
        )
    return [names[0] for names in theirs]


def _encoded(column: Any, is_typed: bool) -> EncodedColumn:
    """Distinct texts of an Arrow column of any type, with an empty one for what is missing."""
    import pyarrow as pa
    from pyarrow import compute

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    encoded = column.unify_dictionaries().combine_chunks()
    values = _without_time_zone(encoded.dictionary)
    texts = compute.utf8_trim_whitespace(values.cast(pa.string())).to_pylist()
    codes = encoded.indices.cast(pa.int32())
    if codes.null_count:
        codes = compute.fill_null(codes, len(texts))
        texts.append("")
    is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    as_numpy: Any = np.from_dlpack(codes)  # to_numpy would import pandas
    return EncodedColumn(texts, as_numpy, is_text and is_typed, is_typed and not is_text)


def _without_time_zone(values: Any) -> Any:
    """Dates that Spark wrote as midnights of UTC; other times with a zone keep it and are no dates."""
    import pyarrow as pa
    from pyarrow import compute

    if not pa.types.is_timestamp(values.type) or values.type.tz != "UTC":
        return values
    plain = values.cast(pa.timestamp(values.type.unit))
    is_midnight = compute.equal(compute.floor_temporal(plain, unit="day"), plain)
    return plain if compute.all(is_midnight).as_py() else values


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, EOFError, zlib.error, csv.Error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of the disk, not of the file's content
        reason = shortened(" ".join(str(error).split()).rstrip(" ."), 300)
        raise DataContractError(
            f"{path.name} cannot be read: {reason}.",
            hint="Save it again." if _is_parquet(path) else "Correct that line, or save it again in UTF-8.",
        ) from error


def _is_parquet(path: Path) -> bool:
    if path.is_dir():
        return next(path.rglob("*.parquet"), None) is not None
    return path.suffix.lower() == ".parquet"
