"""Requests and answers over HTTP: what a body may hold and what comes back."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.api.field_types import FIRST_YEAR, LAST_YEAR, NO_TEXT, Day, Flag, Label, Number, RecordedDay
from service.core.errors import invalid

MAX_SERIES = 1_000
MAX_HORIZON_DAYS = 90
MAX_HISTORY_DAYS = 10_000
MAX_DRIFT_ROWS = 100_000

Method = Literal["model", "cold start", "closed", "seed-features"]
Body = TypeVar("Body", bound=BaseModel)


def check(model: type[Body], content: Any) -> Body:
    """Read JSON as a model; raises `RequestError` saying where it is not what was expected."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_context=False)) from error


class RequestModel(BaseModel):
    """Base of what is asked: a misspelt field is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PredictRequest(RequestModel):
    """One series on one day after the cutoff."""

    store: Label
    item: Label
    date: Day


class FeatureRow(RequestModel):
    """The seed's ten features of one day; store, item and date may stand beside them and pick nothing."""

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR), NO_TEXT]
    month: Annotated[int, Field(ge=1, le=12), NO_TEXT]
    day: Annotated[int, Field(ge=1, le=31), NO_TEXT]
    dayofweek: Annotated[int, Field(ge=0, le=6, description="0 is Monday"), NO_TEXT]
    is_weekend: Flag
    lag_1: Number
    lag_7: Number
    lag_30: Number
    rolling_mean_7: Number
    rolling_mean_30: Number
    store: Label | None = None
    item: Label | None = None
    date: Day | None = None


class HistoryDay(RequestModel):
    """Units sold on one day; null when nothing is known."""

    date: RecordedDay
    sales: Number | None


class SeriesRequest(RequestModel):
    """A series, and its history when the caller knows better; of two rows a day the later counts."""

    store: Label
    item: Label
    history: Annotated[list[HistoryDay], Field(min_length=1, max_length=MAX_HISTORY_DAYS)] | None = None


class ForecastRequest(RequestModel):
    """Whole forecasts of some series."""

    series: Annotated[list[SeriesRequest], Field(min_length=1, max_length=MAX_SERIES)]
    horizon_days: Annotated[int, Field(ge=1, le=MAX_HORIZON_DAYS), NO_TEXT] = 28
    levels: Annotated[list[Literal[50, 80, 90, 95]], Field(max_length=4)] = [80, 95]


class SalesRow(RequestModel):
    """Units one series sold on one new day."""

    date: RecordedDay
    store: Label
    item: Label
    sales: Number | None


class DriftCheckRequest(RequestModel):
    """New days to compare with what was expected of them, in any order."""

    rows: Annotated[list[SalesRow], Field(min_length=1, max_length=MAX_DRIFT_ROWS)]


class PredictResponse(BaseModel):
    """Units expected to be sold on one day, with likely ranges; bounds are null where the method has none."""

    predicted_sales: float
    lower_80: float | None
    upper_80: float | None
    lower_95: float | None
    upper_95: float | None
    method: Method
    model_version: str


class ForecastDay(BaseModel):
    """Units expected to be sold on one day, with the bounds of the levels asked for."""

    date: datetime.date
    forecast: float
    method: Annotated[
        Method | None, Field(description="Only where a day has another method than its series")
    ] = None
    lower_50: float | None = None
    upper_50: float | None = None
    lower_80: float | None = None
    upper_80: float | None = None
    lower_90: float | None = None
    upper_90: float | None = None
    lower_95: float | None = None
    upper_95: float | None = None


class SeriesForecast(BaseModel):
    """All days of one series; the first is the day after its cutoff."""

    store: int | str
    item: int | str
    method: Method
    cutoff: datetime.date
    days: list[ForecastDay]


class ForecastResponse(BaseModel):
    """Forecasts in the order of the request; `cutoff` is the last day the model has seen."""

    model_version: str
    cutoff: datetime.date
    forecasts: list[SeriesForecast]


class ExplainedPart(BaseModel):
    """One factor of a forecast, and the units it adds to the product of those before it."""

    name: Literal["level", "weekday", "season", "learned"]
    factor: float
    sales: float
    words: str


class ExplainResponse(BaseModel):
    """A forecast taken apart: the factors multiply to it, the units of the parts add up to it."""

    forecast: float
    parts: list[ExplainedPart]
    words: str
    model_version: str


class ErrorDetail(BaseModel):
    """What was found, what was expected and what to do; `code` is for programs."""

    code: str
    message: str
    hint: str | None
    request_id: str


class ErrorResponse(BaseModel):
    """The shape of every error on every route."""

    error: ErrorDetail
