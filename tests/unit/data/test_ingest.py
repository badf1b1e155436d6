"""data.ingest: new days on top of what is there."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import DataContractError
from data.ingest import ingest, main
from data.params import Paths
from data.prepare import prepare

HEADER = "date,store,item,sales\n"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A project with three days of one series."""
    paths = Paths(tmp_path / "project")
    paths.raw.mkdir(parents=True)
    paths.params.write_text("data: {}\nsynthetic: {}\n")
    (paths.raw / "mine.csv").write_text(f"{HEADER}2017-12-29,1,1,3\n2017-12-30,1,1,4\n2017-12-31,1,1,5\n")
    return paths


def given(paths: Paths, rows: str) -> Path:
    file = paths.root / "new.csv"
    file.write_text(HEADER + rows)
    return file


def contents(paths: Paths) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in paths.raw.iterdir()}


def test_new_days_go_into_a_file_of_their_month_and_the_old_files_stay(paths: Paths) -> None:
    before = contents(paths)
    result = ingest(given(paths, "2018-01-31,1,1,6\n2018-02-01,1,1,7\n"), paths)
    assert result == "2 new rows, 0 corrected, 0 unchanged; 2018-01-31 to 2018-02-01."
    assert set(contents(paths)) == {"mine.csv", "ingested-2018-01.csv.gz", "ingested-2018-02.csv.gz"}
    assert contents(paths)["mine.csv"] == before["mine.csv"]
    assert prepare(paths).sales[0, -1] == 7


def test_series_that_were_never_seen_are_counted(paths: Paths) -> None:
    rows = "2018-01-01,1,1,6\n2018-01-01,1,2,6\n2018-01-02,1,2,6\n"
    words = "3 new rows, 0 corrected, 0 unchanged; 1 series not seen before; 2018-01-01 to 2018-01-02."
    assert ingest(given(paths, rows), paths) == words


def test_the_same_file_twice_changes_no_byte(paths: Paths) -> None:
    file = given(paths, "2018-01-01,1,1,6\n2017-12-31,1,1,9\n")
    ingest(file, paths)
    before = contents(paths)
    result = ingest(file, paths)
    assert result == "nothing new in 2 rows; 2017-12-31 to 2018-01-01."
    assert contents(paths) == before


def test_rows_that_are_known_already_write_nothing(paths: Paths) -> None:
    before = contents(paths)
    ingest(given(paths, "2017-12-30,1,1,4\n"), paths)
    assert contents(paths) == before


def test_corrections_replace_what_was_there_also_what_was_ingested(paths: Paths) -> None:
    ingest(given(paths, "2018-01-01,1,1,6\n2018-01-02,1,1,6\n"), paths)
    result = ingest(given(paths, "2017-12-31,1,1,50\n2018-01-01,1,1,60\n"), paths)
    assert result.startswith("0 new rows, 2 corrected, 0 unchanged;")
    assert prepare(paths).sales.tolist() == [[3, 4, 50, 60, 6]]


def test_a_correction_replaces_rows_with_a_time_of_day_and_is_known_from_then_on(paths: Paths) -> None:
    (paths.raw / "mine.csv").write_text(f"{HEADER}2018-01-01 10:00,1,1,5\n2018-01-02 10:00,1,1,6\n")
    file = given(paths, "2018-01-02 10:00,1,1,60\n")
    assert ingest(file, paths).startswith("0 new rows, 1 corrected,")
    assert prepare(paths).sales.tolist() == [[5, 60]]
    assert ingest(file, paths).startswith("nothing new in 1 row")


def test_labels_spelt_in_another_way_are_the_same_series_beside_a_new_one(paths: Paths) -> None:
    result = ingest(given(paths, "2018-01-01,1.0,1.00,6\n2018-01-01,S9,1,7\n"), paths)
    assert result.startswith("2 new rows, 0 corrected, 0 unchanged; 1 series not seen before;")
    assert prepare(paths).series.stores == ("1", "S9")


def test_totals_of_weeks_on_top_of_days_are_refused(paths: Paths) -> None:
    before = contents(paths)
    weeks = "".join(f"{np.datetime64('2018-01-07') + 7 * week},2,1,35\n" for week in range(12))
    with pytest.raises(DataContractError, match="store 2, item 1: one row a week"):
        ingest(given(paths, weeks), paths)
    assert contents(paths) == before


def test_jobs_that_ingest_at_the_same_time_lose_no_row(paths: Paths) -> None:
    jobs = []
    for number in range(4):
        file = paths.root / f"part{number}.csv"
        days = (f"2018-01-{number * 7 + day:02},1,1,{number + 1}\n" for day in range(1, 8))
        file.write_text(HEADER + "".join(days))
        jobs.append(subprocess.Popen([sys.executable, "-m", "data.ingest", file.name], **at(paths)))
    assert [job.wait() for job in jobs] == [0] * 4
    sales = prepare(paths).sales[0, 3:]
    assert sales.tolist() == [number + 1 for number in range(4) for _ in range(7)]


def at(paths: Paths) -> dict[str, Any]:
    """Run a job in a project, from the code of this one."""
    return {"cwd": paths.root, "env": os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}}


def test_a_correction_can_be_taken_back(paths: Paths) -> None:
    ingest(given(paths, "2017-12-31,1,1,50\n"), paths)
    ingest(given(paths, "2017-12-31,1,1,5\n"), paths)
    assert prepare(paths).sales.tolist() == [[3, 4, 5]]


def test_an_unknown_series_is_new_sales(paths: Paths) -> None:
    assert ingest(given(paths, "2018-01-01,2,7,6\n"), paths).startswith("1 new row,")
    assert prepare(paths).series.stores == (1, 2)


def test_rows_without_a_number_are_left_out_and_reported(paths: Paths) -> None:
    result = ingest(given(paths, "2018-01-01,1,1,6\n2018-01-02,1,1,\n"), paths)
    assert result.endswith("; 1 row without a number left out.")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("x,1,1,3\n", "line 2: 'x'"),
        ("2018-01-01,1,1,\n", "No row of new.csv has a number"),
        ("1918-01-01,1,1,3\n", "between 1918-01-01 and 2017-12-29"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(paths: Paths, rows: str, message: str) -> None:
    before = contents(paths)
    with pytest.raises(DataContractError, match=message):
        ingest(given(paths, rows), paths)
    assert contents(paths) == before


@pytest.mark.parametrize("rows", ["01/05/2018,1,1,6\n", "1.5.18,1,1,6\n"])
def test_new_days_in_another_way_of_writing_are_to_be_written_as_year_month_day(
    paths: Paths, rows: str
) -> None:
    with pytest.raises(DataContractError) as refused:
        ingest(given(paths, rows), paths)
    assert str(refused.value.hint).startswith("Write dates as 2018-05-01")
    assert "Only if all files" in str(refused.value.hint)


def test_where_a_format_is_set_new_days_are_to_be_written_in_it(paths: Paths) -> None:
    paths.params.write_text('data: {date_format: "%d/%m/%Y"}\nsynthetic: {}\n')
    (paths.raw / "mine.csv").write_text(f"{HEADER}31/12/2017,1,1,5\n")
    with pytest.raises(DataContractError) as refused:
        ingest(given(paths, "2018-01-01,1,1,6\n"), paths)
    assert 'is "%d/%m/%Y" for all files: write dates so' in str(refused.value.hint)


def test_there_must_be_sales_to_add_to(paths: Paths) -> None:
    (paths.raw / "mine.csv").unlink()
    with pytest.raises(DataContractError, match="make up SALES=file"):
        ingest(given(paths, "2018-01-01,1,1,6\n"), paths)


def test_the_job_says_one_line_and_exits_2_when_there_is_no_file(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(paths.root)
    assert main([str(given(paths, "2018-01-01,1,1,6\n"))]) == 0
    assert (
        capsys.readouterr().out == "new.csv: 1 new row, 0 corrected, 0 unchanged; 2018-01-01 to 2018-01-01.\n"
    )
    assert main(["nowhere.csv"]) == 2
    assert "nowhere.csv does not exist" in capsys.readouterr().err
    assert main([]) == 2
    assert "make ingest FILE=new-days.csv" in capsys.readouterr().err
