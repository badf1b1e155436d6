"""Examples of the documentation: those of the models, with a series and days the champion can forecast."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import numpy as np
from pydantic import BaseModel

from data.panel.sales_panel import SeriesId
from models.champion import Champion
from service.api.drift_check import calibration_of
from service.api.request_models import DriftCheckRequest
from service.api.response_models import VERSION
from service.docs.field_table import Json

EXAMPLE_CUTOFF = datetime.date(2017, 12, 31)  # of the examples as the models have them
WEEK_DAYS, CHECKED_SERIES = 7, 43  # a little more than the 300 rows a drift check needs
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class ExampleValues:
    """Values for the examples: a series the model knows, and days within its horizon."""

    store: SeriesId = 1
    item: SeriesId = 5
    cutoff: datetime.date = EXAMPLE_CUTOFF
    horizon_days: int = 90
    version: str = VERSION
    new_sales: tuple[Json, ...] = ()

    @classmethod
    def of(cls, champion: Champion | None) -> ExampleValues:
        """The first series of a champion; one of the Kaggle set while no champion serves."""
        if champion is None:
            return cls()
        table = champion.table
        return cls(
            store=table.series.stores[0],
            item=table.series.items[0],
            cutoff=table.cutoff.astype(datetime.date),
            horizon_days=table.horizon_days,
            version=champion.record.version,
            new_sales=tuple(_expected_sales(champion)),
        )

    def fit(self, body: Any, name: str = "") -> Any:
        """An example of a model, or of its field of that name, with these values."""
        own = {"store": self.store, "item": self.item, "model_version": self.version}
        if name in own and body is not None:
            return own[name]
        if name == "horizon_days":
            return min(body, self.horizon_days)
        if isinstance(body, list):
            return [self.fit(entry) for entry in body]
        if isinstance(body, dict):
            return {key: self.fit(value, key) for key, value in body.items()}
        if isinstance(body, str) and _DAY.fullmatch(body):
            step = (datetime.date.fromisoformat(body) - EXAMPLE_CUTOFF).days
            return str(self.cutoff + datetime.timedelta(days=min(step, self.horizon_days)))
        return body


def model_examples(described: Any, values: ExampleValues) -> dict[str, Any]:
    """Examples by name: one for each model of a type, and a list of the first where a list is allowed."""
    examples = {}
    for model in _models(described):
        extra = model.model_config.get("json_schema_extra")
        if isinstance(extra, dict) and "example" in extra:
            examples[model.__name__] = values.fit(extra["example"])
    if examples and any(get_origin(part) is list for part in _parts(described)):
        first = next(iter(examples.values()))
        examples["list"] = [first, first | {"date": values.fit("2018-01-01")}]
    if DriftCheckRequest in _models(described) and values.new_sales:
        examples["week"] = {"rows": list(values.new_sales)}
    return examples


def _models(described: Any) -> list[type[BaseModel]]:
    return [part for part in _parts(described) if isinstance(part, type) and issubclass(part, BaseModel)]


def _parts(described: Any) -> list[Any]:
    """The members of a union, without their annotations."""
    if get_origin(described) is Annotated:
        return _parts(get_args(described)[0])
    if get_origin(described) in (Union, UnionType):
        return [part for member in get_args(described) for part in _parts(member)]
    return [described]


def _expected_sales(champion: Champion) -> Iterator[Json]:
    """A week of sales equal to the forecast, of as many watched series as a drift check needs."""
    table, calibration = champion.table, calibration_of(champion)
    watched = calibration.series if calibration else table.series
    days = [str(day) for day in table.cutoff + 1 + np.arange(WEEK_DAYS)]
    for store, item in islice(zip(watched.stores, watched.items, strict=True), CHECKED_SERIES):
        row = table.series.find(store, item)
        for day, sales in zip(days, table.forecast[row, :WEEK_DAYS].tolist(), strict=False):
            yield {"date": day, "store": store, "item": item, "sales": round(sales)}
