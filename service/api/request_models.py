"""Request bodies: their fields, the limits of each and one example a model."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.api.field_types import FIRST_YEAR, LAST_YEAR, NO_TEXT, Day, Flag, Label, Number, RecordedDay
from service.api.validation import limited

MAX_SERIES = 1_000
MAX_HORIZON_DAYS = 90
MAX_HISTORY_DAYS = 10_000
MAX_DRIFT_ROWS = 100_000
MAX_QUANTILES = 9

Store = Annotated[Label, Field(description='Store, as in the sales files; `1` and `"1"` are the same.')]
Item = Annotated[Label, Field(description='Item, as in the sales files; `1` and `"1"` are the same.')]
SalesDay = Annotated[RecordedDay, Field(description="A day of the years 1900 to 2199.")]
Probability = Annotated[Number, Field(ge=0.01, le=0.99)]
Sales = Annotated[Number | None, Field(description="Units sold; null when nothing is known.")]


def example(body: Any) -> ConfigDict:
    """Model settings that carry one example, for the API reference and the OpenAPI document."""
    return ConfigDict(json_schema_extra={"example": body})  # BentoML's schema class has no `examples`


class RequestModel(BaseModel):
    """Base of request bodies: an unknown field is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PredictRequest(RequestModel):
    """One series on one day."""

    model_config = example({"store": 1, "item": 5, "date": "2018-01-15"})

    store: Store
    item: Item
    date: Annotated[Day, Field(description="A day after the cutoff and within the model's horizon.")]


class FeatureRow(RequestModel):
    """The ten calendar and lag features of the baseline regressor; `store`, `item`, `date` are ignored."""

    model_config = example(
        {"year": 2018, "month": 1, "day": 15, "dayofweek": 0, "is_weekend": False}
        | {"lag_1": 52, "lag_7": 48, "lag_30": 50, "rolling_mean_7": 49.5, "rolling_mean_30": 47.25}
    )

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, description="Year of the day."), NO_TEXT]
    month: Annotated[int, Field(ge=1, le=12, description="Month of the day."), NO_TEXT]
    day: Annotated[int, Field(ge=1, le=31, description="Day of the month."), NO_TEXT]
    dayofweek: Annotated[int, Field(ge=0, le=6, description="0 is Monday."), NO_TEXT]
    is_weekend: Annotated[Flag, Field(description="Whether it is a Saturday or Sunday.")]
    lag_1: Annotated[Number, Field(description="Units sold 1 day before.")]
    lag_7: Annotated[Number, Field(description="Units sold 7 days before.")]
    lag_30: Annotated[Number, Field(description="Units sold 30 days before.")]
    rolling_mean_7: Annotated[Number, Field(description="Mean units a day of the 7 days before.")]
    rolling_mean_30: Annotated[Number, Field(description="Mean units a day of the 30 days before.")]
    store: Annotated[Label | None, Field(description="Ignored.")] = None
    item: Annotated[Label | None, Field(description="Ignored.")] = None
    date: Annotated[Day | None, Field(description="Ignored.")] = None


PredictEntry = PredictRequest | FeatureRow
PredictBody = PredictEntry | Annotated[list[PredictEntry | Any], Field(max_length=MAX_SERIES)]


class HistoryDay(RequestModel):
    """Units sold on one day."""

    date: SalesDay
    sales: Sales


class SeriesRequest(RequestModel):
    """A series, with a history of your own if it should replace the one the model has."""

    store: Store
    item: Item
    history: Annotated[
        Annotated[
            list[HistoryDay],
            Field(min_length=1, max_length=MAX_HISTORY_DAYS, fail_fast=True),
            limited(MAX_HISTORY_DAYS, HistoryDay),
        ]
        | None,
        Field(
            description="Your own history, in any order, gaps allowed. It replaces what the model knows of "
            "the series; the forecast starts after its last day. Of two rows a day the later counts."
        ),
    ] = None


class ForecastRequest(RequestModel):
    """Forecasts of whole series."""

    model_config = example({"series": [{"store": 1, "item": 5}], "horizon_days": 3, "levels": [80]})

    series: Annotated[
        list[SeriesRequest],
        Field(
            min_length=1, max_length=MAX_SERIES, fail_fast=True, description="The response keeps their order."
        ),
        limited(MAX_SERIES, SeriesRequest),
    ]
    horizon_days: Annotated[
        int,
        Field(
            ge=1,
            le=MAX_HORIZON_DAYS,
            description="Days to forecast, at most the horizon of the model; by default 28 or that horizon.",
        ),
        NO_TEXT,
    ] = 28
    levels: Annotated[
        list[Literal[50, 80, 90, 95]],
        Field(max_length=4, fail_fast=True, description="Coverage levels of the ranges, in percent."),
    ] = [80, 95]
    quantiles: Annotated[
        list[Probability],
        Field(
            max_length=MAX_QUANTILES,
            fail_fast=True,
            description="Probabilities of 0.01 to 0.99; `quantiles` of a day are what its sales stay below.",
        ),
    ] = []
    point: Annotated[
        Literal["mean", "median"],
        Field(description="What `forecast` is: the mean, which adds up to totals, or the median."),
    ] = "mean"


class SalesRow(RequestModel):
    """Units one series sold on one new day."""

    date: SalesDay
    store: Store
    item: Item
    sales: Sales


class DriftCheckRequest(RequestModel):
    """Sales of new days, to compare with the forecasts made before them."""

    model_config = example({"rows": [{"date": "2018-01-01", "store": 1, "item": 5, "sales": 48}]})

    rows: Annotated[
        list[SalesRow],
        Field(
            min_length=1,
            max_length=MAX_DRIFT_ROWS,
            fail_fast=True,
            description="One row per series and day after the cutoff, in any order.",
        ),
        limited(MAX_DRIFT_ROWS, SalesRow),
    ]
