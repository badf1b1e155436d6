"""Requests and answers over HTTP: what a body may hold and what comes back."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic import model_validator as validates_whole
from pydantic_core import from_json

from service.errors import NOT_JSON, RequestError, invalid

MAX_SERIES = 1_000
MAX_HORIZON_DAYS = 90
MAX_HISTORY_DAYS = 10_000
MAX_SALES = 1e12
MAX_LABEL_CHARACTERS = 256
FIRST_YEAR, LAST_YEAR = 1900, 2199

Method = Literal["model", "cold start", "closed", "seed-features"]
Body = TypeVar("Body", bound=BaseModel)


def read_json(body: bytes) -> Any:
    """Read a body; raises `RequestError` when it is no JSON, to which NaN and infinity do not belong."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise RequestError(NOT_JSON, f"The body is not JSON: {error}.") from error


def check(model: type[Body], content: Any) -> Body:
    """Read JSON as a model; raises `RequestError` saying where it is not what was expected."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_context=False)) from error


def parse(model: type[Body], body: bytes) -> Body:
    """Both in one: 400 when it is no JSON, 422 when it is not what was expected."""
    return check(model, read_json(body))


def _label(value: object) -> int | str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # R and JavaScript know no integers
    if isinstance(value, str) and len(value) <= MAX_LABEL_CHARACTERS:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63:
        return value
    raise ValueError(f"expected an integer or a text of at most {MAX_LABEL_CHARACTERS} characters")


def _day(value: object) -> datetime.date:
    if isinstance(value, datetime.date):
        return value
    try:
        day = _read_day(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f'expected a date such as "2018-01-15", between {FIRST_YEAR} and {LAST_YEAR}')
    return day


def _read_day(text: str) -> datetime.date | None:
    if len(text) == len("2018-01-15"):
        return datetime.date.fromisoformat(text) if text[4] == text[7] == "-" else None
    moment = datetime.datetime.fromisoformat(text)  # what JavaScript and pandas write for a day
    return moment.date() if len(text) > len("2018-01-15") and moment.time() == datetime.time() else None


def _no_text(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("expected a number")
    return value


def _flag(value: object) -> bool:
    if value in (False, True):
        return bool(value)
    raise ValueError("expected true or false, 1 or 0")


_LABEL_SCHEMA = {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": MAX_LABEL_CHARACTERS}]}
_FLAG_SCHEMA = {"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}]}
Label = Annotated[int | str, PlainValidator(_label), WithJsonSchema(_LABEL_SCHEMA)]
Day = Annotated[datetime.date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema(_FLAG_SCHEMA)]
Whole = Annotated[int, BeforeValidator(_no_text)]
Number = Annotated[float, BeforeValidator(_no_text), Field(ge=-MAX_SALES, le=MAX_SALES)]


class Request(BaseModel):
    """Base of what is asked: a misspelt field is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PredictQuery(Request):
    """One series on one day after the cutoff."""

    store: Label
    item: Label
    date: Day


class FeatureRow(Request):
    """The seed's ten features of one day; store, item and date may stand beside them and pick nothing."""

    year: Annotated[Whole, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    month: Annotated[Whole, Field(ge=1, le=12)]
    day: Annotated[Whole, Field(ge=1, le=31)]
    dayofweek: Annotated[Whole, Field(ge=0, le=6, description="0 is Monday")]
    is_weekend: Flag
    lag_1: Number
    lag_7: Number
    lag_30: Number
    rolling_mean_7: Number
    rolling_mean_30: Number
    store: Label | None = None
    item: Label | None = None
    date: Day | None = None


class HistoryDay(Request):
    """Units sold on one day; null when nothing is known."""

    date: Day
    sales: Number | None


class SeriesQuery(Request):
    """A series, and its history when the caller knows better than the model."""

    store: Label
    item: Label
    history: Annotated[list[HistoryDay], Field(min_length=1, max_length=MAX_HISTORY_DAYS)] | None = None

    @validates_whole(mode="after")
    def _has_days_to_go_by(self) -> SeriesQuery:
        days = [day.date for day in self.history or ()]
        if self.history and all(day.sales is None for day in self.history):
            raise ValueError("the history has no day with known sales")
        if len(set(days)) < len(days):
            twice = next(day for place, day in enumerate(days) if day in days[:place])
            raise ValueError(f"{twice} has two rows, expected one row a day")
        if days and (max(days) - min(days)).days >= MAX_HISTORY_DAYS:
            raise ValueError(f"the history spans more than {MAX_HISTORY_DAYS} days")
        return self


class ForecastQuery(Request):
    """Whole forecasts of some series."""

    series: Annotated[list[SeriesQuery], Field(min_length=1, max_length=MAX_SERIES)]
    horizon_days: Annotated[Whole, Field(ge=1, le=MAX_HORIZON_DAYS)] = 28
    levels: list[Literal[50, 80, 90, 95]] = [80, 95]


class Prediction(BaseModel):
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


class ForecastAnswer(BaseModel):
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


class ExplainAnswer(BaseModel):
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


class ErrorAnswer(BaseModel):
    """The shape of every error on every route."""

    error: ErrorDetail
