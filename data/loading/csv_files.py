"""CSV files, packed or not, as Arrow tables: delimiter, quotes, and the lines on which rows are."""

import csv
import gzip
import io
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from data.errors import DataContractError
from data.jobs.progress import progress

DELIMITERS = ",;\t|"
MAX_LINE = 1_000_000  # characters of the header
GZIP_MAGIC = b"\x1f\x8b"
MAX_UNPACKED_RATIO = 100  # of real sales it is 5 to 30
MIN_UNPACKED_LIMIT = 64_000_000  # bytes


class Header:
    """Names of the columns, the delimiter between them, and how many lines come before the names."""

    def __init__(self, path: Path) -> None:
        with _open_text(path) as lines:
            content = (line for line in iter(lambda: lines.readline(MAX_LINE), "") if line.strip())
            first = next(content, "")
            named = re.fullmatch("sep=(.)", first.strip('\r\n "'), re.IGNORECASE)  # as Excel writes it
            if named:
                first = next(content, "")
        if len(first) >= MAX_LINE:
            raise DataContractError(
                f"{path.name}: the first line is over {MAX_LINE:,} characters long, expected column names.",
                hint="Save the file as CSV.",
            )
        self.n_before = 1 if named else 0
        self.delimiter = named[1] if named else max(DELIMITERS, key=first.count)
        self.names = next(csv.reader([first], delimiter=self.delimiter), [])


def read_csv(path: Path, header: Header, columns: list[str], has_quotes: bool) -> Any:
    """Read some columns as Arrow dictionaries of text; raises as Arrow does, or `csv.Error` naming a line."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv
    from tqdm.utils import CallbackIOWrapper

    if has_quotes:
        _require_balanced_quotes(path, header)
    text = pa.dictionary(pa.int32(), pa.string())
    with path.open("rb") as stored, progress(range(path.stat().st_size), f"Read {path.name}") as bar:
        return arrow_csv.read_csv(
            _unpacked(CallbackIOWrapper(bar.update, stored, "read")),
            arrow_csv.ReadOptions(use_threads=False, skip_rows=header.n_before),  # for line numbers
            arrow_csv.ParseOptions(delimiter=header.delimiter, newlines_in_values=True),
            arrow_csv.ConvertOptions(include_columns=columns, column_types=dict.fromkeys(columns, text)),
        )


def _require_balanced_quotes(path: Path, header: Header) -> None:
    """Raise `csv.Error` where text follows a closing quote: rows up to the next quote would be one label."""
    with _open_text(path) as lines:
        reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
        try:
            deque(reader, maxlen=0)
        except csv.Error as error:
            raise csv.Error(f"line {reader.line_num}: {error}: a quote is missing or out of place") from error


def lines_of_rows(path: Path, rows: list[int]) -> list[str]:
    """The lines of these rows as an editor counts them; rows count from 0 and increase."""
    header = Header(path)
    found: list[str] = []
    with _open_text(path) as lines, suppress(csv.Error):  # blank lines and quoted line breaks move rows down
        reader = csv.reader(lines, delimiter=header.delimiter)
        numbers = (reader.line_num for record in reader if record)
        data = islice(numbers, 1 + header.n_before, rows[-1] + 2 + header.n_before)
        found = [f"line {number}" for row, number in enumerate(data) if row in rows]
    return found if len(found) == len(rows) else [f"row {row + 1}" for row in rows]


def scan(path: Path) -> bool:
    """Whether there are quotes; raises `DataContractError` for a file that is far larger unpacked.

    Called before anything is parsed, which may take much more memory.
    """
    stored_bytes, n_bytes, has_quotes = path.stat().st_size, 0, False
    limit = max(MIN_UNPACKED_LIMIT, MAX_UNPACKED_RATIO * stored_bytes)
    with open_unpacked(path) as content:
        while block := content.read(1 << 20):
            n_bytes += len(block)
            has_quotes = has_quotes or b'"' in block
            if n_bytes > limit:
                raise DataContractError(
                    f"{path.name} holds more than {limit / 1e6:,.0f} MB, packed in {stored_bytes / 1e6:.1f} "
                    "MB: no sales are packed so tightly.",
                    hint="Unpack the file and look at it.",
                )
    return has_quotes


@contextmanager
def open_unpacked(path: Path) -> Iterator[Any]:
    """Open a file for reading bytes, unpacked if it is gzip by its content, whatever its name."""
    with path.open("rb") as stored:
        yield _unpacked(stored)


def _unpacked(stored: Any) -> Any:
    return gzip.GzipFile(fileobj=stored) if stored.peek(2)[:2] == GZIP_MAGIC else stored


@contextmanager
def _open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    with open_unpacked(path) as content:
        yield io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")
