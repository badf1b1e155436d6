"""service.deploy.startup_message: what a person reads before the server takes over the terminal."""

import json
import shlex
import socket
from pathlib import Path

import numpy as np
import pytest

from data.panel.sales_panel import SeriesIndex
from models.storage.forecast_table import COLUMNS, ForecastTable
from service.deploy.startup_message import main, startup_message


def table(store: int | str, item: int | str, horizon_days: int = 90) -> ForecastTable:
    return ForecastTable(
        SeriesIndex.from_labels([store], [item]),
        np.datetime64("2017-12-31", "D"),
        np.ones((1, horizon_days, len(COLUMNS)), np.float32),
        np.zeros((1, horizon_days), np.uint8),
        np.ones(1, np.float32),
    )


@pytest.mark.parametrize(("store", "item"), [(1, 5), ("Lidl's", 'the "big" one')])
def test_the_request_survives_the_shell_whatever_the_series_is_called(
    store: int | str, item: int | str
) -> None:
    words = shlex.split(startup_message(table(store, item), "20171231T000000-abcdef", 8080).splitlines()[-1])
    assert "http://localhost:8080/predict" in words
    assert json.loads(words[-1]) == {"store": store, "item": item, "date": "2018-01-14"}


def test_the_day_to_try_is_within_a_short_horizon() -> None:
    text = startup_message(table(1, 5, horizon_days=7), "20171231T000000-abcdef", 3000)
    assert json.loads(shlex.split(text.splitlines()[-1])[-1])["date"] == "2018-01-07"


def test_the_greeting_names_the_page_and_the_cutoff() -> None:
    text = startup_message(table(1, 5), "20171231T000000-abcdef", 3000)
    assert "http://localhost:3000/\n" in text
    assert "2017-12-31" in text


def test_without_a_champion_it_is_said_what_to_do_and_the_server_may_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--port", "3098"]) == 0
    told = capsys.readouterr().err
    assert "make train" in told
    assert "/health" in told


def test_a_port_that_is_taken_is_told_before_anything_is_trained(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["--port", str(port), "--check"]) == 2
    assert f"Port {port}" in capsys.readouterr().err
    assert main(["--port", str(port), "--check"]) == 0
