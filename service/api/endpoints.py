"""From the bytes of a body to the bytes of an answer, one function an api; no server in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic_core import to_json

from data.errors import UnknownSeriesError
from service.api.forecasts import Forecasts, is_feature_row
from service.api.schemas import (
    MAX_SERIES,
    DriftCheckRequest,
    FeatureRow,
    ForecastRequest,
    PredictRequest,
    check,
    parse,
    read_json,
)
from service.core import errors
from service.core.errors import RequestError

QUICK_BYTES = 512

Handler = Callable[[Forecasts, bytes], bytes]


def predict(forecasts: Forecasts, body: bytes) -> bytes:
    """Answer /predict: one query, one row of features, or a list of either."""
    content = read_json(body)
    if isinstance(content, list):
        return to_json(forecasts.predict_each(_limited(content)))
    if is_feature_row(content):
        return to_json(forecasts.predict_rows([check(FeatureRow, content)])[0])
    return to_json(forecasts.predict(check(PredictRequest, content)))


def forecast(forecasts: Forecasts, body: bytes) -> bytes:
    """Answer /forecast."""
    return to_json(forecasts.forecast(parse(ForecastRequest, body)))


def explain(forecasts: Forecasts, body: bytes) -> bytes:
    """Answer /explain."""
    return to_json(forecasts.explain(parse(PredictRequest, body)))


def check_drift(forecasts: Forecasts, body: bytes) -> bytes:
    """Answer /drift-check."""
    return forecasts.check_drift(parse(DriftCheckRequest, body)).model_dump_json(by_alias=True).encode()


def is_quick(body: bytes) -> bool:
    """Whether answering is faster than asking a thread to: short, and nothing that needs the model itself."""
    return len(body) <= QUICK_BYTES and b"lag_1" not in body and b"history" not in body


def quick_response(handler: Handler, forecasts: Forecasts | None, body: bytes) -> bytes | None:
    """Answer a body that takes no time; None for any other, and for one that is wrong."""
    if forecasts is None or not is_quick(body):
        return None
    try:
        return handler(forecasts, body)
    except (RequestError, UnknownSeriesError):
        return None


def _limited(entries: list[Any]) -> list[Any]:
    if len(entries) > MAX_SERIES:
        raise RequestError(
            errors.INVALID_REQUEST,
            f"The list has {len(entries)} entries, expected at most {MAX_SERIES}.",
            hint="Send it in parts, or forecast everything with python -m service.batch.",
        )
    return entries
