"""Response bodies: their fields and one example a model."""

import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from data.panel.series_index import SeriesId
from service.api.request_models import MAX_SERIES, example

Method = Literal["model", "cold start", "closed", "discontinued", "seed-features"]
MethodField = Annotated[
    Method,
    Field(
        description="How the forecast was made. `model`: from the trained model. `cold start`: too little "
        "history, so from similar series. `closed`: the store does not open that day. `discontinued`: no "
        "sales for long, so 0. `seed-features`: by the baseline regressor from ten features."
    ),
]
ModelVersion = Annotated[str, Field(description="Version of the model that answered.")]
Cutoff = Annotated[datetime.date, Field(description="Last day of sales the forecast is based on.")]
Store = Annotated[SeriesId, Field(description="Store, in the type of the sales files.")]
Item = Annotated[SeriesId, Field(description="Item, in the type of the sales files.")]
Lower = Annotated[float | None, Field(description="Lower bound of the range.")]
Upper = Annotated[float | None, Field(description="Upper bound of the range.")]
VERSION = "20180101T060000-1f0c9a"


class PredictResponse(BaseModel):
    """The forecast of one series on one day; bounds are null where the method has none."""

    model_config = example(
        {"predicted_sales": 52.1, "lower_80": 42.9, "upper_80": 61.8, "lower_95": 38.2, "upper_95": 67.5}
        | {"method": "model", "model_version": VERSION}
    )

    predicted_sales: Annotated[float, Field(description="Expected units.")]
    lower_80: Lower
    upper_80: Upper
    lower_95: Lower
    upper_95: Upper
    method: MethodField
    model_version: ModelVersion


class ForecastDay(BaseModel):
    """One day, with the bounds of the coverage levels and the quantiles requested."""

    date: datetime.date
    forecast: Annotated[float, Field(description="Expected units: the mean, or the median if requested.")]
    method: Annotated[
        Method | None, Field(description="Present where a day has another method than its series.")
    ] = None
    lower_50: Lower = None
    upper_50: Upper = None
    lower_80: Lower = None
    upper_80: Upper = None
    lower_90: Lower = None
    upper_90: Upper = None
    lower_95: Lower = None
    upper_95: Upper = None
    quantiles: Annotated[
        dict[str, float] | None, Field(description="Units by probability, where quantiles were requested.")
    ] = None


class SeriesForecast(BaseModel):
    """All days of one series; the first is the day after its cutoff."""

    store: Store
    item: Item
    method: MethodField
    cutoff: Cutoff
    days: list[ForecastDay]


class ForecastResponse(BaseModel):
    """Forecasts in the order of the request."""

    model_config = example(
        {
            "model_version": VERSION,
            "cutoff": "2017-12-31",
            "forecasts": [
                {"store": 1, "item": 5, "method": "model", "cutoff": "2017-12-31"}
                | {
                    "days": [
                        {"date": "2018-01-01", "forecast": 44.2, "lower_80": 35.6, "upper_80": 53.1},
                        {"date": "2018-01-02", "forecast": 51.3, "lower_80": 41.9, "upper_80": 61.0},
                        {"date": "2018-01-03", "forecast": 52.0, "lower_80": 42.3, "upper_80": 61.9},
                    ]
                }
            ],
        }
    )

    model_version: ModelVersion
    cutoff: Cutoff
    forecasts: list[SeriesForecast]


class ExplainedPart(BaseModel):
    """One factor of a forecast."""

    name: Literal["level", "weekday", "season", "learned"]
    factor: Annotated[float, Field(description="The forecast is the product of all factors.")]
    sales: Annotated[float, Field(description="Units it adds; the forecast is the sum over all parts.")]
    words: Annotated[str, Field(description="The same in words.")]


class ExplainResponse(BaseModel):
    """A forecast split into its factors."""

    model_config = example(
        {
            "forecast": 52.1,
            "parts": [
                {"name": "level", "factor": 54.0, "sales": 54.0, "words": "an average day sells 54 units"},
                {"name": "weekday", "factor": 1.1, "sales": 5.4, "words": "Mondays sell 10 % more"},
                {"name": "season", "factor": 0.86, "sales": -8.3, "words": "January sells 14 % less"},
                {"name": "learned", "factor": 1.02, "sales": 1.0}
                | {"words": "recent weeks and similar series suggest 2 % more"},
            ],
            "words": "An average day sells 54 units; Mondays sell 10 % more, January sells 14 % less, "
            "recent weeks and similar series suggest 2 % more.",
            "model_version": VERSION,
        }
    )

    forecast: Annotated[float, Field(description="Expected units.")]
    parts: list[ExplainedPart]
    words: Annotated[str, Field(description="The whole forecast in one sentence.")]
    model_version: ModelVersion


class ServiceStatus(BaseModel):
    """What runs here."""

    model_config = example(
        {"status": "ok", "service": "storecast", "version": "0.1.0", "model_version": VERSION}
    )

    status: Annotated[str, Field(description="`ok`, or `no model`.")]
    service: Annotated[str, Field(description="Always `storecast`.")]
    version: Annotated[str, Field(description="Version of the service.")]
    model_version: Annotated[str | None, Field(description="Version of the model; null without one.")]


class LoadedModel(BaseModel):
    """The model that serves."""

    version: ModelVersion
    cutoff: Cutoff
    age_days: Annotated[float, Field(description="Days since the model was saved.")]


class Health(ServiceStatus):
    """Whether forecasts can be made, and if not, why."""

    model_config = example(
        {"status": "ok", "service": "storecast", "version": "0.1.0", "model_version": VERSION}
        | {"model": {"version": VERSION, "cutoff": "2017-12-31", "age_days": 0.6}, "reason": None}
    )

    model: LoadedModel | None
    reason: Annotated[str | None, Field(description="Why there is no model; null when there is one.")]


class ListedSeries(BaseModel):
    """A series the model knows."""

    store: Store
    item: Item
    mean_sales: Annotated[float, Field(description="Mean units a day of the last year.")]


class SeriesList(BaseModel):
    """Part of the series that match a search."""

    model_config = example({"total": 500, "series": [{"store": 1, "item": 5, "mean_sales": 48.7}]})

    total: Annotated[int, Field(description="How many series match, on all pages.")]
    series: list[ListedSeries]


class ModelCard(BaseModel, extra="allow"):
    """What the model is, what it was trained on and how accurate it is; more fields may follow."""

    model_config = example(
        {"model": "storecast", "horizon_days": 90, "cutoff": "2017-12-31", "trained_until": "2017-12-31"}
        | {"data": {"series": 500, "days": 1826}, "scores": {"storecast": {"wape": 0.109}}}
    )

    model: Annotated[str, Field(description="Always `storecast`.")]
    horizon_days: Annotated[int, Field(description="Days it forecasts.")]
    cutoff: Cutoff
    trained_until: Annotated[datetime.date, Field(description="Last day its trees were trained on.")]
    data: Annotated[dict[str, Any], Field(description="Series, days and units it was trained on.")]
    scores: Annotated[dict[str, Any], Field(description="Errors on held-out days, by model.")]


class NeverChecked(BaseModel):
    """The response while no drift check is known."""

    verdict: Literal["never checked"]


class ErrorDetail(BaseModel):
    """One error."""

    code: Annotated[str, Field(description="For programs; the table below lists all.")]
    message: Annotated[str, Field(description="What was found and what was expected.")]
    hint: Annotated[str | None, Field(description="What to do about it.")]
    request_id: Annotated[str, Field(description="Also in the header `X-Request-Id` and in the log.")]


class ErrorResponse(BaseModel):
    """The shape of every error on every route."""

    model_config = example(
        {
            "error": {
                "code": "unknown_series",
                "message": "Store 1, item 99 is not among the 500 series of this model.",
                "hint": "GET /series lists them.",
                "request_id": "9f86d081884c7d65",
            }
        }
    )

    error: ErrorDetail


PredictAnswer = (
    PredictResponse | Annotated[list[PredictResponse | ErrorResponse], Field(max_length=MAX_SERIES)]
)
