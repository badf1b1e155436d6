"""service.batch.input: histories and requested rows, and the rows that are rejected."""

import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.panel.frames import write_csv
from data.panel.sales_panel import SalesPanel
from service.batch import __main__ as batch
from service.batch.forecast_sources import LocalForecasts
from tests.unit.service.batch_run import rows_of, write


def test_requested_rows_are_forecast_and_others_rejected_with_a_reason(run: Any, tmp_path: Path) -> None:
    requested = ["date,store,item,promo", "2018-01-05,1,2,1", "2018-01-02,2,5,0", "2018-01-05,1,77,0"]
    requested += ["2017-12-31,1,1,0", "2018-01-05,,1,0", "someday,1,1,0", "2018-02-05,1,1,0"]
    assert run("--out", "f.csv", "--future", write(tmp_path / "w.csv", requested), "--horizon-days", "7") == 0
    assert [(row["date"], row["store"], row["item"]) for row in rows_of(Path("f.csv"))] == [
        ("2018-01-05", "1", "2"),
        ("2018-01-02", "2", "5"),
    ]
    assert [(row["row"], row["reason"]) for row in rows_of(Path("f.csv.rejects.csv"))] == [
        ("3", "the model does not know this series"),
        ("4", "date is not within 7 days after 2017-12-31"),
        ("5", "no store"),
        ("6", "no readable date"),
        ("7", "date is not within 7 days after 2017-12-31"),
    ]


def test_rejects_of_an_earlier_run_do_not_stay(run: Any) -> None:
    Path("f.csv.rejects.csv").touch()
    assert run("--out", "f.csv", "--horizon-days", "1") == 0
    assert not Path("f.csv.rejects.csv").exists()


def test_sales_replace_the_history_and_the_cutoff(
    clone: Path, small_panel: SalesPanel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    earlier = small_panel.until(np.datetime64("2017-11-30"))
    write_csv(earlier, clone / "sales.csv")
    with (clone / "sales.csv").open("a") as file:
        file.write("2017-11-30,1,1,many\n,1,1,3\n")
    assert batch.main(["--sales", "sales.csv", "--out", "f.csv", "--horizon-days", "2"]) == 0
    rows = rows_of(Path("f.csv"))
    assert {row["date"] for row in rows} == {"2017-12-01", "2017-12-02"}
    assert len(rows) == 20
    assert [row["reason"] for row in rows_of(Path("f.csv.rejects.csv"))] == [
        "sales that are not a number",
        "no readable date",
    ]
    assert "Rejected 2 rows;" in caplog.text
    direct = LocalForecasts(earlier).forecast(np.arange(10), 2)
    assert [float(row["forecast"]) for row in rows] == [
        round(float(value), 4) for value in direct.columns["forecast"].ravel()
    ]


def test_sales_without_a_row_that_can_be_used_are_refused(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sales = write(tmp_path / "s.csv", ["date,store,item,sales", "2018-01-01,1,1,x"])
    assert run("--out", "f.csv", "--sales", sales) == 2
    assert "no row that can be used: row 1 has sales that are not a number" in (capsys.readouterr().err)


@pytest.mark.parametrize("rows", [["TOTAL,1,2018-01-01"], ["1,1,2031-01-01", ",1,2018-01-01"], []])
def test_a_batch_that_can_forecast_no_requested_row_fails_and_keeps_the_old_file(
    run: Any, tmp_path: Path, rows: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("f.csv").write_text("old")
    requested = write(tmp_path / "r.csv", ["store,item,date", *rows])
    assert run("--out", "f.csv", "--future", requested) == 2
    assert Path("f.csv").read_text() == "old"
    assert "r.csv has no row" in capsys.readouterr().err
    assert Path("f.csv.rejects.csv").exists() == bool(rows)


def test_one_junk_label_rejects_its_own_row_alone(run: Any, tmp_path: Path) -> None:
    requested = ["date,store,item", "2018-01-05,1.0,2.0", "2018-01-06,2.00,1", "2018-01-06,TOTAL,1.0"]
    assert run("--out", "f.csv", "--future", write(tmp_path / "r.csv", requested)) == 0
    assert [(row["store"], row["item"]) for row in rows_of(Path("f.csv"))] == [("1", "2"), ("2", "1")]
    (reject,) = rows_of(Path("f.csv.rejects.csv"))
    assert (reject["store"], reject["reason"]) == ("TOTAL", "the model does not know this series")


def test_decimal_labels_of_a_history_are_the_series_the_model_knows(
    clone: Path, small_panel: SalesPanel
) -> None:
    write_csv(small_panel, clone / "sales.csv")
    text = (clone / "sales.csv").read_text()
    header, *lines = text.splitlines()
    with_decimals = [re.sub(r"^([^,]*),(\d+),(\d+),", r"\1,\2.0,\3.00,", line) for line in lines]
    (clone / "decimal.csv").write_text("\n".join([header, *with_decimals]) + "\n")
    for name in ("sales", "decimal"):
        assert batch.main(["--sales", f"{name}.csv", "--out", f"{name}.out.csv", "--horizon-days", "3"]) == 0
    assert (clone / "sales.out.csv").read_text() == (clone / "decimal.out.csv").read_text()
    assert {row["method"] for row in rows_of(clone / "decimal.out.csv")} == {"model"}
