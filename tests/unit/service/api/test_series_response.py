"""service.api.series_response: the method of a series as a whole, quantiles and the point of a forecast."""

from typing import Any

import numpy as np
import pytest

from models.champion import Champion
from models.storage.forecast_table import CLOSED, COLD_START, DISCONTINUED, MODEL
from service.api.forecasts import Forecasts
from service.api.request_models import ForecastRequest
from service.api.series_response import rounded, series_methods
from service.api.validation import validate
from service.core.errors import RequestError


@pytest.mark.parametrize(
    ("methods", "method"),
    [
        ([MODEL, CLOSED], MODEL),
        ([CLOSED, COLD_START, CLOSED], COLD_START),
        ([CLOSED, CLOSED], CLOSED),
        ([MODEL, MODEL], MODEL),
        ([CLOSED, DISCONTINUED, DISCONTINUED], DISCONTINUED),
    ],
)
def test_a_series_is_closed_only_when_it_never_opens(methods: list[int], method: int) -> None:
    assert series_methods(np.array([methods], np.uint8)).tolist() == [method]


@pytest.fixture(scope="module")
def forecasts(champion: Champion) -> Forecasts:
    return Forecasts(champion)


def body(series: dict[str, int], **options: Any) -> ForecastRequest:
    return validate(ForecastRequest, {"series": [series], **options})


def test_quantiles_are_given_by_day_and_never_fall(forecasts: Forecasts) -> None:
    asked = body({"store": 2, "item": 3}, horizon_days=28, quantiles=[0.01, 0.1, 0.37, 0.5, 0.9, 0.99])
    days = forecasts.forecast(asked)["forecasts"][0]["days"]
    row = forecasts.table.series.find(2, 3)
    for step, day in enumerate(days):
        assert list(day["quantiles"]) == ["0.01", "0.1", "0.37", "0.5", "0.9", "0.99"]
        assert list(day["quantiles"].values()) == sorted(day["quantiles"].values())
        assert day["quantiles"]["0.9"] == rounded(forecasts.table.quantile(0.9)[row, step])


def test_a_median_is_the_forecast_where_it_is_requested_and_ranges_contain_it(forecasts: Forecasts) -> None:
    series = {"store": 2, "item": 3}
    mean, median = (
        forecasts.forecast(body(series, point=point, quantiles=[0.5]))["forecasts"][0]["days"]
        for point in ("mean", "median")
    )
    for by_mean, by_median in zip(mean, median, strict=True):
        assert by_median["forecast"] == by_median["quantiles"]["0.5"] == by_mean["quantiles"]["0.5"]
        assert by_median["lower_80"] <= by_median["forecast"] <= by_median["upper_80"]
    assert sum(day["forecast"] for day in mean) != sum(day["forecast"] for day in median)


@pytest.mark.parametrize(
    "wrong", [{"quantiles": [0.999]}, {"quantiles": [0]}, {"quantiles": [0.5] * 10}, {"point": "mode"}]
)
def test_quantiles_and_points_that_there_are_not_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        body({"store": 2, "item": 3}, **wrong)
