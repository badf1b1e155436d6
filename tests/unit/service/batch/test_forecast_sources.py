"""service.batch.forecast_sources: servers that are busy, of another kind or not there."""

from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from data.errors import StorecastError
from service.batch import __main__ as batch
from service.batch.forecast_sources import RemoteForecasts


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


@pytest.mark.parametrize("url", ["http://localhost:port", "nonsense", "ftp://x"])
def test_what_is_not_an_address_fails_with_one_sentence(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("service.batch.forecast_sources.time.sleep", lambda _: None)
    assert batch.main(["--out", str(tmp_path / "f.csv"), "--url", url]) == 2
    assert url in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/health", {"content": b"<html>"}),
        ("/series", {"content": b"<html>"}),
        ("/forecast", {"json": [1]}),
        ("/model", {"headers": {"content-encoding": "gzip"}, "content": b"not gzip"}),
    ],
)
def test_a_successful_response_that_cannot_be_read_is_a_storecast_error(
    path: str, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.batch.forecast_sources.time.sleep", lambda _: None)
    good: dict[str, Any] = {
        "/health": {"service": "storecast", "model": {"version": "v1", "cutoff": "2017-12-31"}},
        "/model": {"horizon_days": 90},
        "/series": {"total": 1, "series": [{"store": 1, "item": 5}]},
    }

    def answer(request: httpx.Request) -> httpx.Response:
        at = request.url.path
        return httpx.Response(200, **(wrong if at == path else {"json": good[at]}))

    with (
        httpx.Client(transport=httpx.MockTransport(answer), base_url="http://other") as client,
        pytest.raises(StorecastError, match=path),
    ):
        RemoteForecasts(client, None).forecast(np.array([0]), 1)
