"""Laws of the service for any request: one number for one series and day, on every route."""

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from data.errors import StorecastError
from models.champion import Champion
from service.api import endpoints
from service.api.forecasts import Forecasts
from service.api.request_models import ForecastRequest, PredictRequest
from service.api.validation import validate
from service.batch.forecast_sources import BatchForecasts
from service.batch.output import forecast_rows
from service.core.errors import body_of, request_id
from service.core.settings import Settings
from service.middleware.edge import Edge
from service.middleware.fast_path import FastPath

FORECASTS: dict[str, Forecasts] = {}

labels = st.one_of(st.integers(-1, 12), st.integers(-1, 12).map(str), st.text(max_size=3), st.floats(0, 3))
days = st.one_of(
    st.dates().map(str), st.integers(-3, 95).map(lambda step: str(np.datetime64("2017-12-31") + step))
)
queries = st.fixed_dictionaries({"store": labels, "item": labels, "date": days})
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
known = st.fixed_dictionaries({"store": st.integers(1, 2), "item": st.integers(1, 5)})


@pytest.fixture(scope="module", autouse=True)
def forecasts(champion_folder: Path) -> Forecasts:
    FORECASTS["all"] = Forecasts(Champion.load(champion_folder))
    return FORECASTS["all"]


def bodies() -> st.SearchStrategy[bytes]:
    """Bodies of /predict of every kind, most of them nearly right."""
    written = st.one_of(queries, st.lists(queries, max_size=3), anything).map(json.dumps).map(str.encode)
    return st.one_of(written, st.binary(max_size=30), written.map(lambda body: body[:-1]))


@given(body=bodies())
@settings(max_examples=300)
def test_the_fast_path_gives_the_same_bytes_as_the_api_or_none(body: bytes) -> None:
    forecasts = FORECASTS["all"]
    fast = endpoints.PREDICT.respond_inline(forecasts, body)
    try:
        slow = endpoints.PREDICT.answer(forecasts, body)
    except Exception:
        assert fast is None
    else:
        assert fast in (None, slow)


@given(body=bodies(), content_type=st.sampled_from(["application/json", "text/plain", ""]))
@settings(max_examples=200)
def test_the_fast_path_passes_on_exactly_what_it_does_not_answer(body: bytes, content_type: str) -> None:
    handed_on: list[bytes] = []

    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        handed_on.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"api"})

    fast_path = FastPath(api, {"/predict": lambda b: endpoints.PREDICT.respond_inline(FORECASTS["all"], b)})
    status, returned, asked = _through(
        Edge(fast_path, Settings(), {"/predict": frozenset({"POST"})}, open_paths=()), body, content_type
    )
    if body and content_type == "text/plain":
        assert (status, handed_on) == (415, [])
    elif handed_on:
        assert (status, returned, handed_on) == (200, b"api", [body])
    else:
        token = request_id.set(asked)  # errors in a list name the request they came with
        assert returned == endpoints.PREDICT.answer(FORECASTS["all"], body)
        request_id.reset(token)


def _through(edge: Edge, body: bytes, content_type: str) -> tuple[int, bytes, str]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", content_type.encode())] if content_type else []
    scope = {"type": "http", "method": "POST", "path": "/predict", "headers": headers}
    asyncio.run(edge(scope, receive, send))
    return sent[0]["status"], sent[1]["body"], dict(sent[0]["headers"])[b"x-request-id"].decode()


@given(query=queries)
@settings(max_examples=300)
def test_alone_or_in_a_list_the_answer_is_the_same(query: dict[str, Any]) -> None:
    forecasts = FORECASTS["all"]
    (listed,) = forecasts.predict_each([query])
    try:
        alone = forecasts.predict(validate(PredictRequest, query))
    except StorecastError as error:
        alone = body_of(error)
    assert listed == alone


@given(
    series=known,
    horizon_days=st.integers(1, 90),
    levels=st.lists(st.sampled_from([50, 80, 90, 95]), max_size=4),
)
@settings(max_examples=100)
def test_a_forecast_and_its_predictions_agree_and_intervals_nest(
    series: dict[str, int], horizon_days: int, levels: list[int]
) -> None:
    forecasts = FORECASTS["all"]
    asked = {"series": [series], "horizon_days": horizon_days, "levels": levels}
    returned = forecasts.forecast(validate(ForecastRequest, asked))["forecasts"][0]["days"]
    assert len(returned) == horizon_days
    for day in returned:
        assert (
            day["forecast"]
            == forecasts.predict(validate(PredictRequest, {**series, "date": day["date"]}))["predicted_sales"]
        )
        inside = [day["forecast"]]
        for level in sorted(set(levels)):
            assert 0 <= day[f"lower_{level}"] <= min(inside)
            assert day[f"upper_{level}"] >= max(inside)
            inside += [day[f"lower_{level}"], day[f"upper_{level}"]]


@given(series=known, probabilities=st.lists(st.floats(0.01, 0.99), min_size=1, max_size=9))
@settings(max_examples=100)
def test_quantiles_never_fall_and_those_of_a_history_are_those_of_the_table(
    series: dict[str, int], probabilities: list[float]
) -> None:
    forecasts = FORECASTS["all"]
    row = forecasts.table.series.find(series["store"], series["item"])
    history = forecasts.champion.history
    sent = [
        {"date": str(day), "sales": float(sales)}
        for day, sales in zip(history.dates, history.sales[row], strict=True)
        if np.isfinite(sales)
    ]
    asked = {"horizon_days": 14, "quantiles": sorted(probabilities)}
    of_table, of_history = (
        forecasts.forecast(validate(ForecastRequest, {"series": [one], **asked}))["forecasts"][0]["days"]
        for one in (series, {**series, "history": sent})
    )
    for day, again in zip(of_table, of_history, strict=True):
        units = list(day["quantiles"].values())
        assert units == sorted(units)
        assert units[0] >= 0
        assert list(again["quantiles"].values()) == pytest.approx(units, rel=1e-3, abs=1e-3)


@given(rows=st.lists(st.integers(0, 9), min_size=1, unique=True), horizon_days=st.integers(1, 90))
@settings(max_examples=50)
def test_batch_and_http_give_the_same_numbers(rows: list[int], horizon_days: int) -> None:
    forecasts = FORECASTS["all"]
    chosen = np.sort(np.array(rows))
    batch = forecast_rows(BatchForecasts.of(forecasts.from_table(chosen, horizon_days))).to_pylist()
    index = forecasts.table.series
    series = [{"store": index.stores[row], "item": index.items[row]} for row in chosen]
    asked = {"series": series, "horizon_days": horizon_days, "levels": [80, 95]}
    online = [
        {"store": returned["store"], "item": returned["item"], "method": returned["method"], **day}
        for returned in forecasts.forecast(validate(ForecastRequest, asked))["forecasts"]
        for day in returned["days"]
    ]
    assert [{**row, "date": str(row["date"].date())} for row in batch] == online


@st.composite
def histories(draw: st.DrawFn) -> dict[str, Any]:
    """A known, unknown or repeated series with a history, gaps and missing values included."""
    last = draw(st.sampled_from([0, 300, 570, 600, 900]))  # the champion has seen 579 of them
    days = draw(st.lists(st.integers(0, 400), min_size=1, max_size=12, unique=True))
    sales = st.sampled_from([0, 3, 50, None])
    rows = [{"date": str(np.datetime64("2016-06-01") + last - day), "sales": draw(sales)} for day in days]
    return {
        "store": draw(st.sampled_from([1, 2, "2", "new"])),
        "item": draw(st.integers(1, 6)),
        "history": rows,
    }


@given(series=st.lists(histories(), min_size=2, max_size=8), horizon_days=st.integers(1, 90))
@settings(max_examples=50)
def test_histories_of_one_request_are_forecast_as_if_each_were_alone(
    series: list[dict[str, Any]], horizon_days: int
) -> None:
    forecasts = FORECASTS["all"]

    def answered(*requested: dict[str, Any]) -> Any:
        body = {"series": list(requested), "horizon_days": horizon_days, "levels": [50, 95]}
        return forecasts.forecast(validate(ForecastRequest, body))["forecasts"]

    assert answered(*series) == [answered(one)[0] for one in series]
