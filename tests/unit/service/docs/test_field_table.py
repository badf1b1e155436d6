"""service.docs.field_table: the fields of a schema as rows."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from service.api.request_models import FeatureRow, ForecastRequest
from service.api.response_models import ForecastResponse, PredictResponse
from service.docs.field_table import FieldRow, field_rows

LEVELS = "at most 4 entries; 50, 80, 90, 95; default [80, 95]"


def rows(kind: Any) -> dict[str, FieldRow]:
    schema = TypeAdapter(kind).json_schema()
    return {row.name: row for row in field_rows(schema, schema.get("$defs", {}))}


def test_fields_within_lists_follow_their_list_under_its_path() -> None:
    assert list(rows(ForecastRequest)) == [
        *("series", "series[].store", "series[].item", "series[].history"),
        *("series[].history[].date", "series[].history[].sales", "horizon_days"),
        *("levels", "quantiles", "point"),
    ]


@pytest.mark.parametrize(
    ("kind", "name", "type_name", "is_required", "limits"),
    [
        (ForecastRequest, "series", "list of objects", True, "1 to 1,000 entries"),
        (ForecastRequest, "series[].store", "integer or string", True, "at most 256 characters"),
        (ForecastRequest, "series[].history", "list of objects", False, "1 to 10,000 entries"),
        (ForecastRequest, "series[].history[].date", "date", True, ""),
        (ForecastRequest, "series[].history[].sales", "number or null", True, "−1e12 to 1e12"),
        (ForecastRequest, "horizon_days", "integer", False, "1 to 90; default 28"),
        (
            ForecastRequest,
            "levels",
            "list of numbers",
            False,
            "at most 4 entries; 50, 80, 90, 95; default [80, 95]",
        ),
        (FeatureRow, "year", "integer", True, "1900 to 2199"),
        (PredictResponse, "lower_80", "number or null", True, ""),
        (ForecastResponse, "forecasts[].days[].lower_50", "number", False, ""),
    ],
)
def test_type_and_limits_are_those_of_the_schema(
    kind: Any, name: str, type_name: str, is_required: bool, limits: str
) -> None:
    row = rows(kind)[name]
    assert (row.type, row.is_required, row.limits) == (type_name, is_required, limits)


def test_the_meaning_is_the_description_of_the_field() -> None:
    assert rows(FeatureRow)["lag_7"].meaning == "Units sold 7 days before."
