"""service.batch.output: one file, complete or not there, in Parquet and CSV."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from data.panel.sales_panel import SeriesIndex
from models.champion import Champion
from models.storage.forecast_table import COLUMNS as TABLE_COLUMNS
from models.storage.forecast_table import ForecastTable
from service.api.forecasts import Forecasts
from service.api.request_models import PredictRequest
from service.batch.forecast_sources import BatchForecasts
from service.batch.input import Reject
from service.batch.output import Parts, write_rejects
from tests.unit.service.batch_run import COLUMNS, rows_of


def test_parquet_and_csv_hold_the_same_rows(run: Any, champion: Champion) -> None:
    assert run("--out", "f.parquet", "--horizon-days", "90") == 0
    assert run("--out", "f.csv", "--horizon-days", "90") == 0
    table = pq.read_table("f.parquet")
    assert table.column_names == COLUMNS
    assert table.num_rows == 10 * 90
    rows = rows_of(Path("f.csv"))
    assert [float(row["forecast"]) for row in rows] == table["forecast"].to_pylist()
    assert [row["date"] for row in rows] == table["date"].to_numpy().astype("datetime64[D]").astype(
        str
    ).tolist()
    assert {row["method"] for row in rows} == {"model", "closed"}
    assert table["store"].to_pylist()[0] == 1, "ids keep the type of the data"


def test_numbers_equal_those_of_the_http_responses(run: Any, champion: Champion) -> None:
    assert run("--out", "f.csv", "--horizon-days", "3") == 0
    online = Forecasts(champion)
    first = rows_of(Path("f.csv"))[0]
    assert (first["date"], first["store"], first["item"]) == ("2018-01-01", "1", "1")
    day = online.predict(PredictRequest(date=datetime.date(2018, 1, 1), store=1, item=1))
    assert [float(first[name]) for name in COLUMNS[3:8]] == list(day.values())[:5]


@pytest.mark.parametrize("out", ["f.xlsx", "f", "f.csv.gz"])
def test_an_output_of_unknown_format_is_refused_before_anything_is_done(
    run: Any, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--out", out) == 2
    assert "expected .parquet or .csv" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_fails_with_one_sentence(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").touch()
    assert run("--out", "file/f.csv") == 2
    assert capsys.readouterr().err.startswith(
        "file/f.csv.rejects.csv: Not a directory. A folder is expected here"
    )


def test_quantiles_are_columns_of_their_own(champion: Champion) -> None:
    table = champion.table
    columns = BatchForecasts.of(table, [0.1, 0.5]).columns
    assert [*columns][5:] == ["quantile_0.1", "quantile_0.5"]
    np.testing.assert_allclose(columns["quantile_0.5"], table.quantile(0.5), atol=1e-4)


@pytest.mark.parametrize("label", ["=cmd|' /C calc'!A0", "+1+1", "-x", "@SUM(A1)", "\tx"])
def test_a_label_that_a_spreadsheet_takes_for_a_formula_is_escaped_in_every_csv(
    tmp_path: Path, label: str
) -> None:
    series = SeriesIndex.from_labels([label], ["tea"])
    one = np.zeros((1, 1, len(TABLE_COLUMNS)), np.float32)
    table = ForecastTable(series, np.datetime64("2018-01-01"), one, np.zeros((1, 1), np.uint8), one[0, 0, :1])
    for name in ("f.csv", "f.parquet"):
        parts = Parts(tmp_path / name)
        parts.begin({}, resume=False)
        parts.write(0, BatchForecasts.of(table), None)
        parts.finish(1)
    assert rows_of(tmp_path / "f.csv")[0]["store"] == f"'{label}"
    assert rows_of(tmp_path / "f.csv")[0]["item"] == "tea"
    assert pq.read_table(tmp_path / "f.parquet")["store"].to_pylist() == [label]
    write_rejects(tmp_path / "r.csv", [Reject(1, "2018-01-01", label, "-5", "no readable date")])
    (reject,) = rows_of(tmp_path / "r.csv")
    assert (reject["row"], reject["store"], reject["item"]) == ("1", f"'{label}", "'-5")
