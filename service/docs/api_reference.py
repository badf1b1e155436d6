"""The bento's apis as the documentation tells them: what goes in, what comes out, and examples that run."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from pydantic import BaseModel

from data.dates.calendar_days import WEEK_DAYS
from data.panel.sales_panel import SeriesId
from data.panel.seed_features import SEED_FEATURES
from drift.result.drift_summary import DriftSummary
from models.champion import Champion
from service.api.drift_check import watched_series
from service.api.schemas import (
    MAX_SERIES,
    DriftCheckRequest,
    ErrorResponse,
    ExplainResponse,
    FeatureRow,
    ForecastRequest,
    ForecastResponse,
    PredictRequest,
    PredictResponse,
)

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
REQUESTS = (PredictRequest, FeatureRow, ForecastRequest, DriftCheckRequest)
MODELS = (*REQUESTS, PredictResponse, ForecastResponse, ExplainResponse, DriftSummary, ErrorResponse)
KAGGLE_CUTOFF = datetime.date(2017, 12, 31)
EXAMPLE_DAYS = 15
CHECKED_SERIES = 43  # a little more than the 300 rows a check needs


@dataclass(frozen=True)
class ExampleValues:
    """What examples ask for: a series the model knows, and days it can answer for."""

    store: SeriesId = 1
    item: SeriesId = 5
    cutoff: datetime.date = KAGGLE_CUTOFF
    n_days: int = EXAMPLE_DAYS
    new_sales: tuple[Json, ...] = ()

    @classmethod
    def of(cls, champion: Champion | None) -> ExampleValues:
        """The first series of a champion; one of the Kaggle set when nothing serves."""
        if champion is None:
            return cls()
        table = champion.table
        cutoff: datetime.date = table.cutoff.astype(datetime.date)
        return cls(
            store=table.series.stores[0],
            item=table.series.items[0],
            cutoff=cutoff,
            n_days=min(EXAMPLE_DAYS, table.horizon_days),
            new_sales=tuple(_as_expected(champion)),
        )

    def day(self, step: int) -> str:
        """The day so many steps after the cutoff."""
        return str(self.cutoff + datetime.timedelta(days=step))

    def query(self, step: int) -> Json:
        """That series on that day."""
        return {"store": self.store, "item": self.item, "date": self.day(step)}


@dataclass(frozen=True)
class Api:
    """One api of the bento; `examples` are bodies by name."""

    name: str
    summary: str
    description: str
    request: Json
    answer: Json
    examples: Json


def described_endpoints(asked: ExampleValues) -> list[Api]:
    """All apis, in the order a reader meets them."""
    return [_predict(asked), _forecast(asked), _explain(asked), _drift_check(asked)]


def _predict(asked: ExampleValues) -> Api:
    either = [reference(PredictRequest), reference(FeatureRow)]
    features = [asked.cutoff.year, 7, 14, 5, True, 52, 48, 50, 49.5, 47.25]
    return Api(
        name="predict",
        summary="One series on one day, or a list of them",
        description="A list is answered in its order; what cannot be answered is an error in its place. "
        "A body of the seed's ten features is answered by the seed regressor, without bounds.",
        request=_any_of(*either, _list_of({"anyOf": [*either, {}]}, MAX_SERIES)),
        answer=_any_of(
            reference(PredictResponse),
            _list_of(_any_of(reference(PredictResponse), reference(ErrorResponse)), MAX_SERIES),
        ),
        examples={
            "one": asked.query(asked.n_days),
            "a_list": [asked.query(1), asked.query(asked.n_days)],
            "seed_features": dict(zip(SEED_FEATURES, features, strict=True)),
        },
    )


def _forecast(asked: ExampleValues) -> Api:
    history = [{"date": asked.day(step), "sales": 12 + step % 3} for step in range(-6, 1)]
    return Api(
        name="forecast",
        summary="All days of up to 1,000 series",
        description="A `history` replaces what the model knows of a series, which then starts from its own "
        "last day. A series the model does not know is answered if its history is sent along.",
        request=reference(ForecastRequest),
        answer=reference(ForecastResponse),
        examples={
            "one": {
                "series": [{"store": asked.store, "item": asked.item}],
                "horizon_days": 7,
                "levels": [80],
            },
            "own_history": {
                "series": [{"store": "new", "item": "new", "history": history}],
                "horizon_days": 3,
            },
        },
    )


def _explain(asked: ExampleValues) -> Api:
    return Api(
        name="explain",
        summary="Why a forecast is what it is",
        description="Level × weekday × season × what the trees learned from recent weeks and similar series.",
        request=reference(PredictRequest),
        answer=reference(ExplainResponse),
        examples={"one": asked.query(asked.n_days)},
    )


def _drift_check(asked: ExampleValues) -> Api:
    return Api(
        name="drift-check",
        summary="Whether new days are what was expected of them",
        description="Rows of the 28 days after the cutoff, any part of them; the answer is a drift summary. "
        "Too few rows to judge are refused with how many it takes.",
        request=reference(DriftCheckRequest),
        answer=reference(DriftSummary),
        examples={"a_week": {"rows": list(asked.new_sales)}},
    )


def reference(model: type[BaseModel]) -> Json:
    """Where the document keeps the schema of a model."""
    return {"$ref": REFERENCE.format(model=model.__name__)}


def _as_expected(champion: Champion) -> Iterator[Json]:
    """A week of sales that are just what was forecast, of as many watched series as a check needs."""
    table, watched = champion.table, watched_series(champion)
    days = [str(day) for day in table.cutoff + 1 + np.arange(WEEK_DAYS)]
    for store, item in islice(zip(watched.stores, watched.items, strict=True), CHECKED_SERIES):
        row = table.series.find(store, item)
        for day, sales in zip(days, table.forecast[row, :WEEK_DAYS].tolist(), strict=False):
            yield {"date": day, "store": store, "item": item, "sales": round(sales)}


def _any_of(*schemas: Json) -> Json:
    return {"anyOf": list(schemas)}


def _list_of(items: Json, longest: int) -> Json:
    return {"type": "array", "items": items, "maxItems": longest}
