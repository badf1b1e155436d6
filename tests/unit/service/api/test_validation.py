"""service.api.validation: limits come first, and few problems are looked for in what is not valid."""

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from service.api.request_models import DriftCheckRequest, FeatureRow, ForecastRequest, PredictRequest
from service.api.validation import validate
from service.core.errors import INVALID_REQUEST, RequestError

LONG = "x" * 1_000_000
MAX_SECONDS, MAX_BYTES = 1.0, 20_000_000


def cost_of(refuse: Callable[[], str]) -> tuple[str, float, int]:
    tracemalloc.start()
    started = time.monotonic()
    message = refuse()
    seconds = time.monotonic() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return message, seconds, peak


def message_of(model: type[BaseModel], content: Any) -> str:
    with pytest.raises(RequestError) as caught:
        validate(model, content)
    assert caught.value.kind == INVALID_REQUEST
    return caught.value.message


JUNK_ROW = {f"field_{k}": k for k in range(23)}
JUNK = [
    (DriftCheckRequest, {"rows": [{}] * 100_000}, "rows.0.date is missing"),
    (DriftCheckRequest, {"rows": [{}] * 100_001}, "rows has 100,001 entries, expected at most 100,000"),
    (DriftCheckRequest, {"rows": [JUNK_ROW] * 100_000}, "rows.0 has 23 fields, expected at most 4"),
    (DriftCheckRequest, {"rows": [[]] * 100_000}, "rows.0"),
    (ForecastRequest, {"series": [{"store": 1, "item": 1, "history": [{}] * 9_000}] * 100}, "history.0"),
    (ForecastRequest, {"series": [{"store": 1}], "levels": [1] * 1_000_000}, "item is missing"),
    (PredictRequest, {f"field_{k}": k for k in range(200_000)}, "200,000 fields, expected at most 3"),
    (FeatureRow, {f"lag_{k}": k for k in range(200_000)}, "200,000 fields, expected at most 13"),
]


@pytest.mark.parametrize(("model", "content", "expected"), JUNK)
def test_a_body_of_nothing_but_errors_costs_little(
    model: type[BaseModel], content: Any, expected: str
) -> None:
    message, seconds, peak = cost_of(lambda: message_of(model, content))
    assert expected in message
    assert len(message) < 400
    assert seconds < MAX_SECONDS
    assert peak < MAX_BYTES


@pytest.mark.parametrize(
    "content",
    [
        {"store": LONG, "item": 1, "date": "2018-01-01"},
        {"store": 1, "item": [LONG] * 9, "date": LONG},
        {"store": 1, "item": 1, "date": "2018-01-01", LONG: 1},
        {"store": {LONG: LONG}, "item": 1, "date": {"a": [LONG]}},
        LONG,
        [LONG],
    ],
)
def test_no_message_repeats_a_long_name_or_value(content: Any) -> None:
    assert len(message_of(PredictRequest, content)) < 500
    assert len(message_of(ForecastRequest, {"series": [content]})) < 500
    assert len(message_of(ForecastRequest, {"series": content})) < 500


def test_a_misspelt_field_is_named() -> None:
    assert "stor is 1: extra inputs" in message_of(
        PredictRequest, {"stor": 1, "store": 1, "item": 1, "date": "2018-01-01"}
    )
