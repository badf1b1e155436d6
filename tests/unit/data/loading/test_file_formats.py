"""data.loading.file_formats: files of several kinds as columns of text."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from data.errors import DataContractError
from data.loading.file_formats import read_columns, row_locations
from data.loading.raw_rows import EncodedColumn

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
    ("name", "content", "said"),
    [
        ("other.csv", b"a,b\n1,2\n", "columns .a., .b.; expected day, sold"),
        ("empty.csv", b"", r"columns \(none\)"),
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
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataContractError, match=said):
        read_columns(tmp_path / name, WANTED)


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
