"""data.loading.load_history: all raw files as one."""

from pathlib import Path

import numpy as np
import pytest

from data.errors import DataContractError
from data.loading.cleaning_rules import Columns, DataParams
from data.loading.load_history import RawFiles, load_history, raw_files
from data.loading.quality_report import QualityReport
from data.panel.sales_panel import SalesPanel

HEADER = "date,store,item,sales\n"
USUAL = DataParams()


def load(folder: Path, params: DataParams = USUAL, **texts: str) -> tuple[SalesPanel, QualityReport]:
    """Write files, given as name=rows, and load the folder; `_` in a name stands for `-`."""
    for name, rows in texts.items():
        (folder / f"{name.replace('_', '-')}.csv").write_text(HEADER + rows)
    return load_history(raw_files(folder), params)


def names(files: tuple[Path, ...]) -> list[str]:
    return [path.name for path in files]


def test_files_are_listed_by_name_ingested_ones_apart_and_strangers_left_alone(tmp_path: Path) -> None:
    for name in ("b.csv.gz", "a.parquet", "ingested-2018-01.csv.gz", ".hidden.csv", "notes.txt", "raw.dvc"):
        (tmp_path / name).touch()
    files = raw_files(tmp_path)
    assert names(files.base) == ["a.parquet", "b.csv.gz"]
    assert names(files.ingested) == ["ingested-2018-01.csv.gz"]
    assert names(files.left_out) == ["notes.txt"]
    assert raw_files(tmp_path / "nowhere") == RawFiles((), ())


def test_the_sample_counts_only_while_nothing_else_is_there(tmp_path: Path) -> None:
    (tmp_path / "sample.csv.gz").touch()
    assert names(raw_files(tmp_path).base) == ["sample.csv.gz"]
    (tmp_path / "mine.csv").touch()
    assert names(raw_files(tmp_path).base) == ["mine.csv"]


def test_several_files_become_one_panel_with_labels_of_one_type(tmp_path: Path) -> None:
    panel, report = load(tmp_path, a="2017-01-01,1,1,3\n", b="2017-01-02,1,1,4\n2017-01-01,2,1,5\n")
    assert panel.series.stores == (1, 2)
    np.testing.assert_array_equal(panel.sales, np.array([[3, 4], [5, np.nan]], dtype=np.float32))
    assert report.files == ("a.csv", "b.csv")
    assert report.n_rows == 3


def test_ids_with_leading_zeros_stay_text(tmp_path: Path) -> None:
    assert load(tmp_path, a="2017-01-01,01,1,3\n2017-01-01,2,1,4\n")[0].series.stores == ("01", "2")


def test_ingested_days_replace_older_ones_whatever_the_rule_for_duplicates(tmp_path: Path) -> None:
    for rule in ("last", "sum", "error"):
        params = USUAL.model_copy(update={"duplicates": rule})
        panel, report = load(
            tmp_path, params, zebra="2017-01-01,1,1,3\n", ingested_2017_01="2017-01-01,1,1,9\n"
        )
        assert panel.sales.tolist() == [[9]]
        assert report.to_json()["findings"]["duplicates"]["count"] == 0


def test_ingested_files_are_in_our_format_whatever_the_others_are_in(tmp_path: Path) -> None:
    params = DataParams(columns=Columns(date="Tag"), date_format="%d/%m/%Y")
    (tmp_path / "mine.csv").write_text("Tag,store,item,sales\n01/02/2017,1,1,3\n")
    panel, _ = load(tmp_path, params, ingested_2017_02="2017-02-02,1,1,4\n")
    assert panel.sales.tolist() == [[3, 4]]


def test_flaws_of_all_kinds_are_counted_in_one_report(tmp_path: Path) -> None:
    rows = "".join(f"2017-01-{day:02},1,1,5\n" for day in range(1, 29) if day != 20) * 5
    flawed = "2017-01-29,1,1,abc\n2017-01-30,1,1,\n2017-01-31,1,1,-2\n"
    findings = load(tmp_path, a=rows + flawed)[1].to_json()["findings"]
    counts = {name: finding["count"] for name, finding in findings.items()}
    assert counts == {
        "empty_sales": 1,
        "not_numeric": 1,
        "duplicates": 27 * 4,
        "parts_of_days": 0,
        "absurd_sales": 0,
        "negative_sales": 1,
        "missing_days": 3,
        "outliers": 0,
        "ended_series": 0,
        "days_after_today": 0,
    }
    assert findings["not_numeric"]["examples"] == ("a.csv line 137: 'abc'",)


def test_numbers_that_cannot_be_read_come_with_advice(tmp_path: Path) -> None:
    _, report = load(tmp_path, a='2017-01-01,1,1,"1,234"\n' + "2017-01-02,1,1,5\n" * 200)
    lines = [line for line in report.summary_lines if line.startswith("- not numeric: 1 ")]
    assert "Write numbers with a decimal point" in lines[0]


def test_a_mistyped_year_far_from_the_others_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataContractError, match=r"1917-01-01 and 2017-01-01: 1 row before, 1 row after"):
        load(tmp_path, a="1917-01-01,1,1,3\n2017-01-01,1,1,3\n")


def test_sales_of_days_to_come_are_pointed_out(tmp_path: Path) -> None:
    tomorrow = np.datetime64("today") + 1
    findings = load(tmp_path, a=f"{tomorrow - 9},1,1,3\n{tomorrow},1,1,3\n")[1].to_json()["findings"]
    assert findings["days_after_today"]["count"] == 1
    assert str(tomorrow) in findings["days_after_today"]["note"]


def test_two_years_without_rows_are_a_gap_that_can_be(tmp_path: Path) -> None:
    panel, _ = load(tmp_path, a="2015-01-01,1,1,3\n2017-01-01,1,1,3\n")
    assert panel.n_days == 732


def test_files_without_a_single_number_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataContractError, match="No row has a number"):
        load(tmp_path, a="2017-01-01,1,1,\n")


def test_one_row_is_a_history(tmp_path: Path) -> None:
    panel, report = load(tmp_path, a="2017-01-01,1,1,3")
    assert panel.sales.tolist() == [[3]]
    assert report.facts["days"] == 1


def test_closed_days_late_starters_and_zeros_are_reported(tmp_path: Path) -> None:
    days = [str(np.datetime64("2017-01-01") + day) for day in range(210)]  # from a Sunday on
    steady = [0 if number % 7 == 0 else 5 for number in range(210)]
    late = [0] * 100 + steady[100:]
    rows = [f"{day},1,1,{sales}\n" for day, sales in zip(days, steady, strict=True)]
    rows += [f"{day},1,2,{sales}\n" for day, sales in zip(days, late, strict=True)]
    facts = load(tmp_path, a="".join(rows))[1].facts
    assert facts["closed"]["weekdays"] == {"Sundays": 2}
    assert (facts["closed"]["late_series"], facts["closed"]["never_sold_series"]) == (2, 0)
    assert "Sundays (2 series)" in facts["closed"]["words"]
    assert facts["zero_share"] == pytest.approx((30 + 100 + 15) / 420)
