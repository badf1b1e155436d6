"""service.batch: everything in one file, whole or not there, resumed where it stopped."""

import csv
import logging
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
from data.panel.sales_panel import SalesPanel
from models.champion import Champion
from models.storage.forecast_table import ForecastTable
from service.api.forecasts import Forecasts
from service.batch import __main__ as batch
from service.batch.forecast_sources import LocalForecasts, RemoteForecasts

COLUMNS = ["date", "store", "item", "forecast", "lower_80", "upper_80", "lower_95", "upper_95", "method"]


class Knows:
    """Answers from a champion without a service around it; breaks down after so many parts."""

    chunk = 3

    def __init__(self, champion: Champion, last: int = 99) -> None:
        self._forecasts, self._left = Forecasts(champion), last
        self.version, self.series = self._forecasts.version, self._forecasts.table.series
        self.cutoff = self._forecasts.table.cutoff
        self.asked: list[int] = []

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> ForecastTable:
        if not self._left:
            raise StorecastError("The lights went out.")
        self._left -= 1
        self.asked += rows.tolist()
        return self._forecasts.from_table(rows, horizon_days)


@pytest.fixture
def run(tmp_path: Path, champion: Champion, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the job, by its arguments, on a champion's own answers."""
    monkeypatch.chdir(tmp_path)

    def start(*arguments: str, answers: Knows | None = None) -> int:
        monkeypatch.setattr(batch, "_source", lambda *_: nullcontext(answers or Knows(champion)))
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


def test_numbers_are_those_told_online(run: Any, champion: Champion) -> None:
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
    assert run("--out", "f.csv", answers=Knows(champion, last=2)) == 2
    assert out.read_text() == "old"
    again = Knows(champion)
    assert run("--out", "f.csv", "--resume", answers=again) == 0
    assert again.asked == [6, 7, 8, 9]
    assert len(rows_of(out)) == 10 * batch.DEFAULT_HORIZON_DAYS
    assert sorted(path.name for path in Path().iterdir()) == ["f.csv"]


@pytest.mark.parametrize("arguments", [[], ["--resume", "--horizon-days", "7"]])
def test_parts_of_another_run_are_not_mixed_in(run: Any, champion: Champion, arguments: list[str]) -> None:
    assert run("--out", "f.csv", answers=Knows(champion, last=2)) == 2
    again = Knows(champion)
    assert run("--out", "f.csv", *arguments, answers=again) == 0
    assert len(again.asked) == 10


def test_wishes_choose_rows_and_what_cannot_be_answered_is_rejected(run: Any, tmp_path: Path) -> None:
    wishes = ["date,store,item,promo", "2018-01-05,1,2,1", "2018-01-02,2,5,0", "2018-01-05,1,77,0"]
    wishes += ["2017-12-31,1,1,0", "2018-01-05,,1,0", "someday,1,1,0", "2018-02-05,1,1,0"]
    assert run("--out", "f.csv", "--future", write(tmp_path / "w.csv", wishes), "--horizon-days", "7") == 0
    assert [(row["date"], row["store"], row["item"]) for row in rows_of(Path("f.csv"))] == [
        ("2018-01-05", "1", "2"),
        ("2018-01-02", "2", "5"),
    ]
    assert [(row["row"], row["reason"]) for row in rows_of(Path("f.csv.rejects.csv"))] == [
        ("3", "the model knows no such series"),
        ("4", "its date is not within 7 days after 2017-12-31"),
        ("5", "it has no store"),
        ("6", "its date cannot be read"),
        ("7", "its date is not within 7 days after 2017-12-31"),
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


def test_an_output_that_cannot_be_written_is_told_in_a_sentence(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").touch()
    assert run("--out", "file/f.csv") == 2
    assert capsys.readouterr().err.startswith("file/f.csv could not be made: ")


def test_a_busy_server_is_asked_again_also_where_it_names_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("service.batch.forecast_sources.time.sleep", waited.append)
    when = iter(["Wed, 21 Oct 2026 07:28:00 GMT", "7", "-1", "600", ""])
    busy = httpx.MockTransport(lambda _: httpx.Response(503, headers={"retry-after": next(when)}))
    with (
        httpx.Client(transport=busy, base_url="http://busy") as client,
        pytest.raises(StorecastError, match="was not answered: 503"),
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
        "its sales are no number",
        "its date cannot be read",
    ]
    assert "Left out: 2 rows;" in caplog.text
    direct = LocalForecasts(earlier).forecast(np.arange(10), 2)
    assert [float(row["forecast"]) for row in rows] == [
        round(float(value), 4) for value in direct.forecast.ravel()
    ]


def test_sales_without_a_row_that_can_be_used_are_refused(
    run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sales = write(tmp_path / "s.csv", ["date,store,item,sales", "2018-01-01,1,1,x"])
    assert run("--out", "f.csv", "--sales", sales) == 2
    assert "no row that can be used; the first was left out because its sales are no number" in (
        capsys.readouterr().err
    )


def test_without_a_champion_the_job_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def empty_store() -> Path:
        raise NoChampionError("The store is empty.")

    monkeypatch.setattr("service.app.champion_of_store", empty_store)  # other tests have filled the real one
    monkeypatch.chdir(tmp_path)
    assert batch.main(["--out", "f.csv"]) == 2
    assert "make train" in capsys.readouterr().err
