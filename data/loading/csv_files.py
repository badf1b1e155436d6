"""CSV files, packed or not, as Arrow tables: delimiter, quotes, and the lines on which rows are."""

from __future__ import annotations

import csv
import gzip
import io
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import DataContractError
from data.jobs.progress import progress

if TYPE_CHECKING:
    from tqdm import tqdm

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
            self.n_before = 0
            named = first.strip().strip('"')
            if named.lower().startswith("sep=") and len(named) == 5:  # as Excel writes it
                self.n_before, first, delimiter = 1, next(content, ""), named[4]
            else:
                delimiter = max(DELIMITERS, key=first.count)
        if len(first) >= MAX_LINE:
            raise DataContractError(
                f"{path.name}: the first line is over {MAX_LINE:,} characters long, expected column names.",
                hint="Save the file as CSV.",
            )
        self.delimiter = delimiter
        self.names = next(csv.reader([first], delimiter=delimiter), [])


def read_csv(path: Path, header: Header, columns: list[str]) -> Any:
    """Read some columns as Arrow dictionaries of text; raises as Arrow does, or `csv.Error` naming a line."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    text = pa.dictionary(pa.int32(), pa.string())
    with open_unpacked(path) as content, progress(path.stat().st_size, f"Read {path.name}") as bar:
        content.raw.bar = bar
        try:
            table = arrow_csv.read_csv(
                content,
                read_options=arrow_csv.ReadOptions(
                    use_threads=False, skip_rows=header.n_before
                ),  # for line numbers
                parse_options=arrow_csv.ParseOptions(delimiter=header.delimiter, newlines_in_values=True),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=columns, column_types=dict.fromkeys(columns, text)
                ),
            )
        finally:
            if content.raw.has_quotes:
                _require_balanced_quotes(path, header)
    return table


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


class _Unpacked(io.RawIOBase):
    """Bytes of a file after decompression, counted; refuses to go beyond the limit."""

    def __init__(self, path: Path, stored: io.BufferedReader) -> None:
        self.is_packed = stored.peek(2)[:2] == GZIP_MAGIC
        self._path, self._stored = path, stored
        self._content: Any = gzip.GzipFile(fileobj=stored) if self.is_packed else stored
        self.limit = max(MIN_UNPACKED_LIMIT, MAX_UNPACKED_RATIO * path.stat().st_size)
        self._n_bytes = 0
        self.has_quotes = False
        self.bar: tqdm[Any] | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        n_bytes: int = self._content.readinto(buffer)
        self._n_bytes += n_bytes
        if self.is_packed and self._n_bytes > self.limit:
            raise _packed_too_tightly(self._path, self.limit)
        self.has_quotes = self.has_quotes or b'"' in bytes(buffer[:n_bytes])
        if self.bar is not None:
            self.bar.update(self._stored.tell() - self.bar.n)
        return n_bytes


def require_bounded(path: Path) -> None:
    """Raise `DataContractError` for a file that is far larger unpacked, before anything is parsed."""
    with open_unpacked(path) as content:
        if not content.raw.is_packed:
            return
        with path.open("rb") as stored:  # what the file says of its own size, modulo 4 GB
            stored.seek(-4, io.SEEK_END)
            if int.from_bytes(stored.read(4), "little") > content.raw.limit:
                raise _packed_too_tightly(path, content.raw.limit)
        while content.read(1 << 20):
            pass


def _packed_too_tightly(path: Path, limit: int) -> DataContractError:
    return DataContractError(
        f"{path.name} holds more than {limit / 1e6:,.0f} MB, packed in {path.stat().st_size / 1e6:.1f} MB: "
        "no sales are packed so tightly.",
        hint="Unpack the file and look at it.",
    )


@contextmanager
def open_unpacked(path: Path) -> Iterator[Any]:
    """Open a file for reading bytes, unpacked if it is gzip by its content, whatever its name."""
    with path.open("rb") as stored:
        yield io.BufferedReader(_Unpacked(path, stored), buffer_size=1 << 20)


@contextmanager
def _open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    with open_unpacked(path) as content:
        yield io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")
