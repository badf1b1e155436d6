"""service.deploy.startup_message: what is printed before the server starts."""

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
def test_the_request_can_be_pasted_into_a_shell_whatever_the_name_of_the_series(
    store: int | str, item: int | str
) -> None:
    words = shlex.split(startup_message(table(store, item), "20171231T000000-abcdef", 8080).splitlines()[-1])
    assert "http://localhost:8080/predict" in words
    assert json.loads(words[-1]) == {"store": store, "item": item, "date": "2018-01-14"}


def test_the_message_names_the_page_and_the_cutoff() -> None:
    text = startup_message(table(1, 5), "20171231T000000-abcdef", 3000)
    assert "http://localhost:3000/\n" in text
    assert "2017-12-31" in text


@pytest.mark.parametrize(("horizon_days", "day"), [(1, "01"), (7, "07"), (13, "13"), (14, "14"), (90, "14")])
def test_the_suggested_day_is_within_the_horizon(horizon_days: int, day: str) -> None:
    text = startup_message(table(1, 5, horizon_days), "20171231T000000-abcdef", 3000)
    assert f'"date": "2018-01-{day}"' in text


def test_without_a_champion_the_message_says_what_to_run_and_the_server_may_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--port", "3098"]) == 0
    printed = capsys.readouterr().err
    assert "make train" in printed
    assert "/health" in printed


def test_a_port_in_use_fails_before_any_training(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["--port", str(port), "--check"]) == 2
    assert f"Port {port}" in capsys.readouterr().err
    assert main(["--port", str(port), "--check"]) == 0
