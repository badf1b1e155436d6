"""The table of the POST endpoints: what app, fast path, metrics and documentation know of each of them.

Every response is computed here, from the bytes of a body to the bytes of a response; no server in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from data.errors import UnknownSeriesError
from drift.result.drift_summary import DriftSummary
from service.api.forecasts import Forecasts, is_feature_row
from service.api.schemas import (
    MAX_DRIFT_ROWS,
    MAX_SERIES,
    DriftCheckRequest,
    ExplainResponse,
    FeatureRow,
    ForecastRequest,
    ForecastResponse,
    PredictRequest,
    PredictResponse,
    check,
)
from service.core import errors
from service.core.errors import RequestError
from service.core.json_body import parse_json

INLINE_BYTES = 512
"""A body up to this size that needs no model is answered on the event loop: a thread would cost more."""

MAX_FEATURES = 16
MAX_HISTORY_ROWS = 500_000  # about what the default limit on bodies lets through


@dataclass(frozen=True)
class Endpoint:
    """One POST endpoint."""

    name: str
    summary: str
    description: str
    request: Any
    """The type of a body."""
    response: type[BaseModel]
    max_members: Sequence[int]
    """Fields and list items a body may hold, by nesting level."""
    validate: Callable[[Any], Any]
    """From parsed JSON to a request; raises `RequestError`."""
    needs_model: Callable[[Any], bool]
    """Whether answering a request takes the model itself, and not only look-ups in its table."""
    respond: Callable[[Forecasts, Any], bytes]
    """From a request to the bytes of its response."""

    @property
    def path(self) -> str:
        """Where it is found."""
        return f"/{self.name}"

    def parse(self, body: bytes) -> Any:
        """Read a body as a request; raises `RequestError`."""
        return self.validate(parse_json(body, self.max_members))

    def answer(self, forecasts: Forecasts, body: bytes) -> bytes:
        """From the bytes of a body to those of its response."""
        return self.respond(forecasts, self.parse(body))

    def respond_inline(self, forecasts: Forecasts | None, body: bytes) -> bytes | None:
        """Answer a short body that needs no model; None for any other, and for one with an error."""
        if forecasts is None or len(body) > INLINE_BYTES:
            return None
        try:
            request = self.parse(body)
            return None if self.needs_model(request) else self.respond(forecasts, request)
        except (RequestError, UnknownSeriesError):
            return None


def _validate_predict(content: Any) -> Any:
    """One query, one row of features, or a list of either, whose entries are validated one by one."""
    if not isinstance(content, list):
        return check(FeatureRow if is_feature_row(content) else PredictRequest, content)
    if len(content) > MAX_SERIES:
        raise RequestError(
            errors.INVALID_REQUEST,
            f"The list has {len(content)} entries, expected at most {MAX_SERIES}.",
            hint="Send it in parts, or forecast everything with python -m service.batch.",
        )
    return content


def _predict_needs_model(request: Any) -> bool:
    if isinstance(request, list):
        return any(map(is_feature_row, request))
    return isinstance(request, FeatureRow)


def _predict(forecasts: Forecasts, request: Any) -> bytes:
    if isinstance(request, list):
        return to_json(forecasts.predict_each(request))
    if isinstance(request, FeatureRow):
        return to_json(forecasts.predict_rows([request])[0])
    return to_json(forecasts.predict(request))


PREDICT = Endpoint(
    name="predict",
    summary="One series on one day, or a list of them",
    description="A list is answered in its order; what cannot be answered is an error in its place. "
    "A body of the ten features is answered by the baseline regressor, without bounds.",
    request=PredictRequest | FeatureRow | list[Any],
    response=PredictResponse,
    max_members=(MAX_SERIES + 1, MAX_SERIES * MAX_FEATURES),
    validate=_validate_predict,
    needs_model=_predict_needs_model,
    respond=_predict,
)
FORECAST = Endpoint(
    name="forecast",
    summary="All days of up to 1,000 series",
    description="A `history` replaces what the model knows of a series, which then starts from its own "
    "last day. A series the model does not know is answered if its history is sent along.",
    request=ForecastRequest,
    response=ForecastResponse,
    max_members=(MAX_FEATURES, MAX_SERIES + 4, MAX_SERIES * 4, MAX_HISTORY_ROWS, MAX_HISTORY_ROWS * 2),
    validate=lambda content: check(ForecastRequest, content),
    needs_model=lambda request: any(series.history for series in request.series),
    respond=lambda forecasts, request: to_json(forecasts.forecast(request)),
)
EXPLAIN = Endpoint(
    name="explain",
    summary="Why a forecast is what it is",
    description="Level × weekday × season × what the trees learned from recent weeks and similar series.",
    request=PredictRequest,
    response=ExplainResponse,
    max_members=(MAX_FEATURES,),
    validate=lambda content: check(PredictRequest, content),
    needs_model=lambda _: True,
    respond=lambda forecasts, request: to_json(forecasts.explain(request)),
)
DRIFT_CHECK = Endpoint(
    name="drift-check",
    summary="Whether new days are what was expected of them",
    description="Rows of the 28 days after the cutoff, any part of them; the answer is a drift summary. "
    "Too few rows to judge are refused with how many it takes.",
    request=DriftCheckRequest,
    response=DriftSummary,
    max_members=(MAX_FEATURES, MAX_DRIFT_ROWS + 1, MAX_DRIFT_ROWS * 4),
    validate=lambda content: check(DriftCheckRequest, content),
    needs_model=lambda _: True,
    respond=lambda forecasts, request: forecasts.check_drift(request).model_dump_json(by_alias=True).encode(),
)
ENDPOINTS = (PREDICT, FORECAST, EXPLAIN, DRIFT_CHECK)
