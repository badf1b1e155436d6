"""The table of the POST endpoints: what app, fast path, metrics and documentation know of each of them.

Every response is computed here, from the bytes of a body to the bytes of a response; no server in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from data.errors import UnknownSeriesError
from drift.result.drift_summary import DriftSummary
from service.api.forecasts import Forecasts, is_feature_row
from service.api.request_models import (
    MAX_DRIFT_ROWS,
    MAX_SERIES,
    DriftCheckRequest,
    FeatureRow,
    ForecastRequest,
    PredictBody,
    PredictRequest,
)
from service.api.response_models import ExplainResponse, ForecastResponse, PredictAnswer, PredictResponse
from service.api.validation import require_length, validate
from service.core.errors import RequestError
from service.core.json_body import parse_json

MAX_FEATURES = 16
MAX_HISTORY_ROWS = 500_000  # about what the default limit on bodies lets through


@dataclass(frozen=True)
class Endpoint:
    """One POST endpoint; `request` and `response` are the types of its bodies."""

    name: str
    summary: str
    description: str
    request: Any
    response: Any
    output: type[BaseModel]
    """The response's model, as BentoML declares one; a list of them has no type there."""
    max_members: Sequence[int]
    """Fields and list items a body may hold, by nesting level."""
    validate: Callable[[Any], Any]
    """From parsed JSON to a request; raises `RequestError`."""
    needs_model: Callable[[Any], bool]
    """Whether answering a request takes the model itself, and not only look-ups in its table."""
    respond: Callable[[Forecasts, Any], bytes]
    """From a request to the bytes of its response."""
    inline_bytes: int = 0
    """A body up to this size that needs no model is answered on the event loop, within a millisecond."""

    @property
    def path(self) -> str:
        return f"/{self.name}"

    def parse(self, body: bytes) -> Any:
        """Read a body as a request; raises `RequestError`."""
        return self.validate(parse_json(body, self.max_members))

    def answer(self, forecasts: Forecasts, body: bytes) -> bytes:
        """From the bytes of a body to those of its response."""
        return self.respond(forecasts, self.parse(body))

    def respond_inline(self, forecasts: Forecasts | None, body: bytes) -> bytes | None:
        """Answer a short body that needs no model; None for any other, and for one with an error."""
        if forecasts is None or len(body) > self.inline_bytes:
            return None
        try:
            request = self.parse(body)
            return None if self.needs_model(request) else self.respond(forecasts, request)
        except (RequestError, UnknownSeriesError):
            return None


def _validate_predict(content: Any) -> Any:
    """One query, one row of features, or a list of either, whose entries are validated one by one."""
    if not isinstance(content, list):
        return validate(FeatureRow if is_feature_row(content) else PredictRequest, content)
    require_length("The list", content, MAX_SERIES)
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
    summary="Forecast one series on one day, or a list of them",
    description="A list is answered in its order; an entry that fails is an error in its place. "
    "A body of the ten baseline features is answered by the baseline regressor, without ranges.",
    request=PredictBody,
    response=PredictAnswer,
    output=PredictResponse,
    max_members=(MAX_SERIES + 1, MAX_SERIES * MAX_FEATURES),
    validate=_validate_predict,
    needs_model=_predict_needs_model,
    respond=_predict,
    inline_bytes=4_096,
)
FORECAST = Endpoint(
    name="forecast",
    summary="Forecast all days of up to 1,000 series",
    description="A series the model does not know is forecast if you send its history.",
    request=ForecastRequest,
    response=ForecastResponse,
    output=ForecastResponse,
    max_members=(MAX_FEATURES, MAX_SERIES + 4, MAX_SERIES * 4, MAX_HISTORY_ROWS, MAX_HISTORY_ROWS * 2),
    validate=lambda content: validate(ForecastRequest, content),
    needs_model=lambda request: any(series.history for series in request.series),
    respond=lambda forecasts, request: to_json(forecasts.forecast(request)),
    inline_bytes=512,
)
EXPLAIN = Endpoint(
    name="explain",
    summary="Explain one forecast",
    description="A forecast is level × weekday × season × what the trees learned from recent weeks and "
    "similar series.",
    request=PredictRequest,
    response=ExplainResponse,
    output=ExplainResponse,
    max_members=(MAX_FEATURES,),
    validate=lambda content: validate(PredictRequest, content),
    needs_model=lambda _: True,
    respond=lambda forecasts, request: to_json(forecasts.explain(request)),
)
DRIFT_CHECK = Endpoint(
    name="drift-check",
    summary="Check new sales for drift",
    description="Send sales of up to 28 days after the cutoff. "
    "Too few rows are refused with the number needed.",
    request=DriftCheckRequest,
    response=DriftSummary,
    output=DriftSummary,
    max_members=(MAX_FEATURES, MAX_DRIFT_ROWS + 1, MAX_DRIFT_ROWS * 4),
    validate=lambda content: validate(DriftCheckRequest, content),
    needs_model=lambda _: True,
    respond=lambda forecasts, request: forecasts.check_drift(request).model_dump_json(by_alias=True).encode(),
)
ENDPOINTS = (PREDICT, FORECAST, EXPLAIN, DRIFT_CHECK)
