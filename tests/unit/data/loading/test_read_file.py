"""data.loading.read_file: one file as rows, or the bad rows by name."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from data.errors import DataContractError
from data.loading.cleaning_rules import Columns, DataParams
from data.loading.load_history import RawFiles, load_history
from data.loading.read_file import ParsedFile, read_sales
from data.panel.schema import STORE

HEADER = "date,store,item,sales\n"
USUAL = DataParams()


def read(folder: Path, rows: str, params: DataParams = USUAL, header: str = HEADER) -> ParsedFile:
    (folder / "mine.csv").write_text(header + rows)
    return read_sales(folder / "mine.csv", params)


def test_a_row_is_a_time_a_store_an_item_and_a_number(tmp_path: Path) -> None:
    file = read(tmp_path, "2017-01-01,S1,07,3\n2017-01-02 08:00,S2,07,4.5\n")
    assert file.times.tolist() == np.array(["2017-01-01", "2017-01-02T08:00"], "datetime64[s]").tolist()
    labels = [[column.texts[code] for code in column.codes] for column in file.columns.values()]
    assert labels[1:3] == [["S1", "S2"], ["07", "07"]]
    assert file.sales.tolist() == [3, 4.5]


def test_other_names_of_columns_are_mapped(tmp_path: Path) -> None:
    columns = Columns(date="Tag", store="Filiale", item="Artikel", sales="Menge")
    file = read(tmp_path, "2017-01-01;1;2;3\n", DataParams(columns=columns), "Tag;Filiale;Artikel;Menge\n")
    assert file.sales.tolist() == [3]


def test_empty_and_unreadable_sales_are_counted_apart_and_shown_with_their_lines(tmp_path: Path) -> None:
    rows = "2017-01-01,1,1,\n2017-01-02,1,1,NA\n2017-01-03,1,1,abc\n" + "2017-01-04,1,1,5\n" * 200
    file = read(tmp_path, rows)
    (not_numeric,) = file.problems
    assert (file.is_empty.sum(), not_numeric.rows.sum()) == (2, 1)
    assert file.examples(not_numeric) == ("line 4: 'abc'",)
    assert np.isnan(file.sales[:3]).all()


def test_many_unreadable_sales_mean_the_file_is_not_what_it_seems(tmp_path: Path) -> None:
    with pytest.raises(DataContractError, match=r"mine.csv: .* in 2 rows; line 2: '1,5', line 3: '2,5'"):
        read(tmp_path, '2017-01-01,1,1,"1,5"\n2017-01-02,1,1,"2,5"\n2017-01-03,1,1,3\n')


def test_a_single_unreadable_sale_is_refused_under_the_rule_error(tmp_path: Path) -> None:
    rows = "2017-01-01,1,1,5\n" * 200 + "2017-01-02,1,1,abc\n"
    with pytest.raises(DataContractError, match="line 202: 'abc'"):
        read(tmp_path, rows, DataParams(not_numeric="error"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("2017-01-01,1,1,3\nTotal,1,1,3\n", r"no readable date in 1 row; line 3: 'Total'.*2018-05-01"),
        ("2017-01-01,,1,3\n", r"no store in 1 row; line 2: ''"),
        ("2017-01-01,1, ,3\n", r"no item in 1 row; line 2"),
        ("2017-01-01,1.0,1,3\n2017-01-02,nan,1,3\n", r"no store in 1 row; line 3: 'nan'"),
        ("2017-01-01,1,NULL,3\n", r"no item in 1 row; line 2: 'NULL'"),
        ('2017-01-01,1,"A4\npaper",3\n', r"a line break in the item in 1 row; line 3"),
        (f"2017-01-01,1,{'x' * 300},3\n", r"an item of more than 200 characters in 1 row"),
        ("2017-01-01,1,4.00638E+12,3\n", r"an item whose last digits are lost in 1 row.*as text"),
        ("01-Jan,1,1,3\n", r"no readable date in 1 row; line 2: '01-Jan'"),
        ("1000-01-01,1,1,3\n", r"no readable date.*years 1900 to 2199"),
        ("2150-01-01,1,1,3\n", r"far ahead in 1 row; line 2: '2150-01-01'.*max_days_ahead"),
        ("2999-01-01,1,1,3\n", r"no readable date.*line 2: '2999-01-01'.*1900 to 2199"),
        ("01/02/2017,1,1,3\n", r"mine.csv: Dates are ambiguous.*date_format"),
        ("2017-01-01T00:00:00+02:00,1,1,3\n", r"no readable date.*without a time zone"),
        ("", r"mine.csv has no rows"),
    ],
)
def test_rows_that_cannot_be_placed_are_refused_with_line_value_and_fix(
    tmp_path: Path, rows: str, message: str
) -> None:
    with pytest.raises(DataContractError, match=f"(?s){message}"):
        read(tmp_path, rows)


def test_only_the_first_bad_rows_are_named_and_all_are_counted(tmp_path: Path) -> None:
    with pytest.raises(DataContractError, match=r"in 50 rows; line 2: 'x', line 3: 'x', line 4: 'x'\. "):
        read(tmp_path, "x,1,1,3\n" * 50)


def test_one_row_is_enough(tmp_path: Path) -> None:
    assert len(read(tmp_path, "2017-01-01,1,1,3").sales) == 1


def test_a_label_that_reads_na_is_a_label(tmp_path: Path) -> None:
    assert read(tmp_path, "2017-01-01,NA,1,3\n").columns[STORE].texts == ["NA"]


@pytest.mark.parametrize("numbers", [["1.077", "954"], ["1.077", "12.500"], ["1.077.500", "12"]])
def test_dots_that_may_group_thousands_are_refused(tmp_path: Path, numbers: list[str]) -> None:
    rows = "".join(f"2017-01-0{day},1,1,{number}\n" for day, number in enumerate(numbers, 1))
    with pytest.raises(DataContractError, match=r"in '1.077.*thousands or decimals.*1077"):
        read(tmp_path, rows)


@pytest.mark.parametrize("numbers", [["1.077", "1.5"], ["0.350", "1.250"], ["1.08", "954"], ["954", "12"]])
def test_dots_that_can_only_be_decimal_points_are_read(tmp_path: Path, numbers: list[str]) -> None:
    rows = "".join(f"2017-01-0{day},1,1,{number}\n" for day, number in enumerate(numbers, 1))
    assert read(tmp_path, rows).sales.tolist() == [float(number) for number in numbers]


def test_typed_columns_are_read_by_their_type(tmp_path: Path) -> None:
    whole = pa.array([Decimal("1.0000000000")] * 2, pa.decimal128(38, 10))
    sales = pa.array([Decimal("1.077"), Decimal("2.500")], pa.decimal128(38, 3))
    days = pa.array([date(2017, 1, 1), date(2017, 1, 2)])
    names = pa.array([4006381333931.0] * 2)
    pq.write_table(
        pa.table({"date": days, "store": whole, "item": names, "sales": sales}), tmp_path / "oracle.parquet"
    )
    panel, _ = load_history(RawFiles((tmp_path / "oracle.parquet",), ()), USUAL)
    assert (panel.series.stores, panel.series.items) == ((1,), (4006381333931,))
    assert panel.sales.tolist() == [[np.float32(1.077), 2.5]]


@pytest.mark.parametrize("cell", ["x" * 300_000, '"' + "x" * 300_000])
def test_no_message_repeats_a_long_cell(tmp_path: Path, cell: str) -> None:
    with pytest.raises(DataContractError) as refused:
        read(tmp_path, f"{cell},1,1,3\n")
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("date_format", ["%d-%b", "%b-%y", "%H:%M", "plain", "%Q"])
def test_a_format_without_year_month_and_day_is_refused(date_format: str) -> None:
    with pytest.raises(ValidationError, match="date_format"):
        DataParams(date_format=date_format)
