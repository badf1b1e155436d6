"""data.loading.file_formats: files of several kinds as columns of text."""

import gzip
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import DataContractError
from data.loading.file_formats import read_columns, row_locations
from data.loading.text_values import EncodedColumn

WANTED = {"date": "day", "sales": "sold"}
TEXT = "day,shop,sold\n2017-01-01,1,3\n2017-01-02,2, 4 \n"


def cells(column: EncodedColumn) -> list[str]:
    return [column.texts[code] for code in column.codes]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sales.csv", TEXT.encode()),
        ("sales.csv.gz", gzip.compress(TEXT.encode())),
        ("SALES.CSV", TEXT.encode()),
        ("SALES.CSV.GZ", gzip.compress(TEXT.encode())),
        ("packed.csv", gzip.compress(TEXT.encode())),
        ("plain.csv.gz", TEXT.encode()),
        ("excel.csv", f"sep=;\r\n{TEXT}".replace(",", ";").encode()),
        ("excel-bom.csv", b"\xef\xbb\xbf" + f'"sep=\t"\n{TEXT}'.replace(",", "\t").encode()),
        ("excel-tabs.csv", f"sep=\t\n{TEXT}".replace(",", "\t").encode()),
        ("bom.csv", b"\xef\xbb\xbf" + TEXT.encode()),
        ("windows.csv", TEXT.replace("\n", "\r\n").encode()),
        ("semicolons.csv", TEXT.replace(",", ";").encode()),
        ("tabs.csv", TEXT.replace(",", "\t").encode()),
        ("quotes.csv", b'"day","shop","sold"\n"2017-01-01","1","3"\n"2017-01-02","2","4"\n'),
        ("blank.csv", f"\n\r\n{TEXT}".replace("\n", "\n\n").encode()),
    ],
)
def test_csv_is_read_however_it_was_saved(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    columns = read_columns(tmp_path / name, WANTED)
    assert cells(columns["date"]) == ["2017-01-01", "2017-01-02"]
    assert cells(columns["sales"]) == ["3", "4"]


def test_parquet_of_any_type_is_read_and_text_is_known_to_be_text(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "day": pd.DatetimeIndex(["2017-01-01", pd.NaT]),
            "sold": [1.5, None],
            "text": ["1", "2"],
            "kind": pd.Categorical(["1", "2"]),
            "number": [1, 2],
        }
    )
    frame.to_parquet(tmp_path / "sales.parquet")
    columns = read_columns(tmp_path / "sales.parquet", {name: name for name in frame.columns})
    assert cells(columns["day"])[0].startswith("2017-01-01 00:00:00")
    assert cells(columns["day"])[1] == ""
    assert cells(columns["sold"]) == ["1.5", ""]
    assert [name for name in frame.columns if columns[name].is_text] == ["text", "kind"]


def test_a_text_stands_once_however_many_blocks_the_file_has(tmp_path: Path) -> None:
    rows = "".join(f"2017-01-01,{row % 3},1\n" for row in range(300_000))
    (tmp_path / "long.csv").write_text(f"day,shop,sold\n{rows}")
    shop = read_columns(tmp_path / "long.csv", {"store": "shop"})["store"]
    assert sorted(shop.texts) == ["0", "1", "2"]
    assert len(shop.codes) == 300_000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("other.csv", b"a,b\n1,2\n", "columns .a., .b.; expected day, sold"),
        ("empty.csv", b"", "empty.csv is empty"),
        ("blank.csv", b"\n\n", "blank.csv is empty"),
        ("header.csv", b"day,sold\n", "header.csv has no rows"),
        ("page.csv", b"\n<!DOCTYPE html><html>", "page.csv is a web page.*Download"),
        (
            "lfs.csv",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
            "Git LFS pointer.*git lfs pull",
        ),
        (
            "lfs.parquet",
            b"version https://git-lfs.github.com/spec/v1\n",
            "Git LFS pointer, .*expected Parquet",
        ),
        ("workbook.csv", b"PK\x03\x04...", "an Excel workbook or a ZIP archive"),
        ("renamed.csv", b"PAR1...", "is a Parquet file.*ends in .parquet"),
        ("text.parquet", b"day,sold\n", "is not Parquet.*ends in .csv"),
        ("data.csv", b'[{"day": "2017-01-01"}]', "is a JSON file"),
        ("long.csv", b"x" * 2_000_000, "first line is over 1,000,000 characters"),
        (
            "field.csv",
            b'day,sold\n2017-01-01,"' + b"x" * 140_000 + b'"\n',
            "line 2: field larger than field limit",
        ),
        ("wide.csv", ",".join(map(str, range(400))).encode(), r"'11' and 388 more; expected day, sold"),
        ("utf16.csv", TEXT.encode("utf-16"), "utf16.csv is text in UTF-16"),
        ("ragged.csv", b"day,sold\n2017-01-01,1\n2017-01-02,1,9\n", "Row #3"),
        ("broken.csv.gz", gzip.compress(TEXT.encode())[:40], "broken.csv.gz cannot be read"),
        ("no.csv.gz", b"day,sold\n", "no.csv.gz has no rows"),
        ("no.parquet", b"PAR1", "no.parquet cannot be read"),
        ("sales.xlsx", b"PK", r"is none of \.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataContractError, match=f"(?s){message}"):
        read_columns(tmp_path / name, WANTED)


QUOTES = {
    "twice": 'day,sold\n2017-01-01,"A4\n2017-01-02,7\n2017-01-03,"A4\n',
    "once": 'day,sold\n2017-01-01,"A4\n2017-01-02,7\n',
    "in a column that is not read": 'day,sold,note\n2017-01-01,1,"A4\n2017-01-02,7,\n2017-01-03,2,"A4\n',
}


@pytest.mark.parametrize("text", QUOTES.values(), ids=QUOTES)
def test_a_quote_without_its_partner_is_refused_with_its_line_and_swallows_no_rows(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "quotes.csv").write_text(text)
    with pytest.raises(DataContractError, match=r"quotes.csv cannot be read: line \d: .*a quote is missing"):
        read_columns(tmp_path / "quotes.csv", WANTED)


def test_quotes_that_are_part_of_a_text_and_line_breaks_in_other_columns_are_read(tmp_path: Path) -> None:
    text = 'day,sold,note\n2017-01-01,5" pipe,"a\nb ""c"", d"\n2017-01-02,"6"" pipe",\n'
    (tmp_path / "inches.csv").write_text(text)
    assert cells(read_columns(tmp_path / "inches.csv", WANTED)["sales"]) == ['5" pipe', '6" pipe']


def test_a_folder_of_parquet_files_is_one_table(tmp_path: Path) -> None:
    folder = tmp_path / "spark"
    folder.mkdir()
    for part in range(2):
        frame = pd.DataFrame(
            {"day": pd.DatetimeIndex([f"2017-01-0{part + 1}"], tz="UTC"), "sold": [part + 1]}
        )
        frame.to_parquet(folder / f"part-0000{part}.snappy.parquet")
    (folder / "_SUCCESS").touch()
    columns = read_columns(folder, WANTED)
    assert [text[:10] for text in cells(columns["date"])] == ["2017-01-01", "2017-01-02"]
    assert cells(columns["sales"]) == ["1", "2"]
    (tmp_path / "none.csv").mkdir()
    with pytest.raises(DataContractError, match=r"none.csv is a folder without Parquet files"):
        read_columns(tmp_path / "none.csv", WANTED)


def test_times_with_a_zone_other_than_midnight_keep_it_and_so_are_no_dates(tmp_path: Path) -> None:
    times = pd.DatetimeIndex(["2017-01-01 23:00"], tz="UTC")
    pd.DataFrame({"day": times, "sold": [1]}).to_parquet(tmp_path / "utc.parquet")
    assert cells(read_columns(tmp_path / "utc.parquet", WANTED)["date"])[0].endswith("Z")


def test_a_table_without_rows_is_reported(tmp_path: Path) -> None:
    pd.DataFrame({"day": ["2017-01-01"], "sold": [1]}).head(0).to_parquet(tmp_path / "empty.parquet")
    with pytest.raises(DataContractError, match=r"empty.parquet has no rows"):
        read_columns(tmp_path / "empty.parquet", WANTED)


def bomb(n_rows: int) -> bytes:
    return gzip.compress(b"day,sold\n" + b"2017-01-01,1\n" * n_rows)


@pytest.mark.parametrize("content", [bomb(10_000_000), bomb(6_000_000) + gzip.compress(b"\n")])
def test_a_file_that_is_far_larger_unpacked_is_refused_before_it_is_parsed(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bomb.csv.gz").write_bytes(content)
    started = time.monotonic()
    with pytest.raises(DataContractError, match="no sales are packed so tightly"):
        read_columns(tmp_path / "bomb.csv.gz", WANTED)
    assert time.monotonic() - started < 5


def test_a_small_table_of_very_many_rows_is_refused_before_they_are_laid_out(tmp_path: Path) -> None:
    days = pa.DictionaryArray.from_arrays(np.zeros(11_000_000, np.int8), pa.array(["2017-01-01"]))
    pq.write_table(pa.table({"day": days, "sold": days}), tmp_path / "bomb.parquet")
    with pytest.raises(DataContractError, match="holds 11,000,000 rows"):
        read_columns(tmp_path / "bomb.parquet", WANTED)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataContractError, match=r"nowhere\.csv does not exist"):
        read_columns(tmp_path / "nowhere.csv", WANTED)


def test_places_are_lines_as_an_editor_counts_them(tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text('day,sold\n2017-01-01,1\n\n"2017\n-01-02",2\n2017-01-03,3\n')
    assert row_locations(file, [0, 2]) == ["line 2", "line 6"]
    assert row_locations(tmp_path / "sales.parquet", [0, 2]) == ["row 1", "row 3"]
    assert row_locations(file, []) == []


def test_case_and_outer_blanks_of_column_names_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("Day, Shop, SOLD\n2017-01-01,1,3\n")
    assert cells(read_columns(tmp_path / "sales.csv", WANTED)["sales"]) == ["3"]


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("day,shop,sold,sold\n2017-01-01,1,3,4\n")
    with pytest.raises(DataContractError, match="each once"):
        read_columns(tmp_path / "sales.csv", WANTED)
