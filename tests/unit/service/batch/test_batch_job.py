"""service.batch: forecasts in one file, complete or not there, resumed after an interruption."""

import csv
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from data.errors import NoChampionError, StorecastError
from data.panel.frames import write_csv
from data.panel.sales_panel import SalesPanel, SeriesIndex
from models.champion import Champion
from models.storage.forecast_table import COLUMNS as TABLE_COLUMNS
from models.storage.forecast_table import ForecastTable
from service.api.forecasts import Forecasts
from service.batch import __main__ as batch
from service.batch.forecast_sources import LocalForecasts, RemoteForecasts
from service.batch.input import Reject
from service.batch.output import Parts, write_rejects

ROOT = Path(__file__).parents[4]
MAIN = "from service.batch.__main__ import main; sys.exit(main("
COLUMNS = ["date", "store", "item", "forecast", "lower_80", "upper_80", "lower_95", "upper_95", "method"]


class ChampionForecasts:
    """Forecasts of a champion without a service; fails after `last` parts."""

    chunk = 3

    def __init__(self, champion: Champion, last: int = 99) -> None:
        self._forecasts, self._left = Forecasts(champion), last
        self.version, self.series = self._forecasts.version, self._forecasts.table.series
        self.cutoff = self._forecasts.table.cutoff
        self.requested: list[int] = []

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> ForecastTable:
        if not self._left:
            raise StorecastError("The disk is gone.")
        self._left -= 1
        self.requested += rows.tolist()
        return self._forecasts.from_table(rows, horizon_days)


@pytest.fixture
def run(tmp_path: Path, champion: Champion, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the job, by its arguments, with a champion's forecasts."""
    monkeypatch.chdir(tmp_path)

    def start(*arguments: str, source: ChampionForecasts | None = None) -> int:
        monkeypatch.setattr(batch, "_source", lambda *_: nullcontext(source or ChampionForecasts(champion)))
        return batch.main(arguments)

    return start


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, lines: Sequence[str]) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


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
    day = online.table.values[0, 0]
    assert [float(first[name]) for name in COLUMNS[3:8]] == [
        round(float(day[column]), 4) for column in (0, 3, 4, 7, 8)
    ]


def test_an_interrupted_run_leaves_the_old_file_and_is_resumed(run: Any, champion: Champion) -> None:
    out = Path("f.csv")
    out.write_text("old")
    assert run("--out", "f.csv", source=ChampionForecasts(champion, last=2)) == 2
    assert out.read_text() == "old"
    again = ChampionForecasts(champion)
    assert run("--out", "f.csv", "--resume", source=again) == 0
    assert again.requested == [6, 7, 8, 9]
    assert len(rows_of(out)) == 10 * batch.DEFAULT_HORIZON_DAYS
    assert sorted(path.name for path in Path().iterdir()) == ["f.csv"]


@pytest.mark.parametrize("arguments", [[], ["--resume", "--horizon-days", "7"]])
def test_parts_of_another_run_are_not_mixed_in(run: Any, champion: Champion, arguments: list[str]) -> None:
    assert run("--out", "f.csv", source=ChampionForecasts(champion, last=2)) == 2
    again = ChampionForecasts(champion)
    assert run("--out", "f.csv", *arguments, source=again) == 0
    assert len(again.requested) == 10


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


def test_a_busy_server_is_called_again_also_where_it_names_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("service.batch.forecast_sources.time.sleep", waited.append)
    when = iter(["Wed, 21 Oct 2026 07:28:00 GMT", "7", "-1", "600", ""])
    busy = httpx.MockTransport(lambda _: httpx.Response(503, headers={"retry-after": next(when)}))
    with (
        httpx.Client(transport=busy, base_url="http://busy") as client,
        pytest.raises(StorecastError, match="failed: 503"),
    ):
        RemoteForecasts(client, None)
    assert waited == [1, 7, 1, 30]


@pytest.mark.parametrize("days", ["0", "91", "-1", "x", "1.5"])
def test_a_horizon_has_limits(run: Any, days: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        run("--out", "f.csv", "--horizon-days", days)


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
        round(float(value), 4) for value in direct.forecast.ravel()
    ]


def test_sales_without_a_row_that_can_be_used_are_refused(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sales = write(tmp_path / "s.csv", ["date,store,item,sales", "2018-01-01,1,1,x"])
    assert run("--out", "f.csv", "--sales", sales) == 2
    assert "no row that can be used: row 1 has sales that are not a number" in (capsys.readouterr().err)


def test_without_a_champion_the_job_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def empty_store() -> Path:
        raise NoChampionError("The store is empty.")

    monkeypatch.setattr("service.app.champion_of_store", empty_store)  # other tests have filled the real one
    monkeypatch.chdir(tmp_path)
    assert batch.main(["--out", "f.csv"]) == 2
    assert "make train" in capsys.readouterr().err


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
        parts.write(0, table, None)
        parts.finish(1)
    assert rows_of(tmp_path / "f.csv")[0]["store"] == f"'{label}"
    assert rows_of(tmp_path / "f.csv")[0]["item"] == "tea"
    assert pq.read_table(tmp_path / "f.parquet")["store"].to_pylist() == [label]
    write_rejects(tmp_path / "r.csv", [Reject(1, "2018-01-01", label, "-5", "no readable date")])
    (reject,) = rows_of(tmp_path / "r.csv")
    assert (reject["row"], reject["store"], reject["item"]) == ("1", f"'{label}", "'-5")


def start(clone: Path, code: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, cwd=clone, env=environment, stderr=subprocess.PIPE, text=True)


def test_a_full_disk_fails_with_one_sentence_and_keeps_the_old_file(clone: Path) -> None:
    (clone / "f.csv").write_text("old")
    limit = "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); "
    process = start(clone, f"{limit}{MAIN}['--out', 'f.csv']))")
    _, printed = process.communicate(timeout=60)
    assert process.returncode == 2, printed
    assert "Traceback" not in printed
    assert (clone / "f.csv").read_text() == "old"


def test_a_killed_batch_leaves_the_old_file(clone: Path) -> None:
    (clone / "f.csv").write_text("old")
    process = start(clone, f"import sys; {MAIN}['--out', 'f.csv', '--horizon-days', '90']))")
    while not (clone / ".f.csv.parts").exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.001)
    process.kill()
    process.communicate(timeout=60)
    assert (clone / "f.csv").read_text() == "old" or len(rows_of(clone / "f.csv")) == 900


@pytest.mark.parametrize("url", ["http://localhost:port", "nonsense", "ftp://x"])
def test_what_is_not_an_address_fails_with_one_sentence(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("service.batch.forecast_sources.time.sleep", lambda _: None)
    assert batch.main(["--out", str(tmp_path / "f.csv"), "--url", url]) == 2
    assert url in capsys.readouterr().err
