"""service.api.caller_history: histories that callers send, in as few panels as possible."""

import contextvars
import threading
import time
from typing import Any

import numpy as np
import pytest

from models.champion import Champion
from service.api.caller_history import MAX_CELLS, history_blocks
from service.api.forecasts import Forecasts
from service.api.request_models import ForecastRequest, SeriesRequest
from service.api.validation import validate
from service.core.work_queue import WorkCancelled, cancel_with

DAY = {"date": "2018-01-01", "sales": 1}


def series(*days: tuple[str, Any], item: int = 1) -> SeriesRequest:
    history = [{"date": date, "sales": sales} for date, sales in days]
    return validate(SeriesRequest, {"store": 1, "item": item, "history": history})


def test_of_two_rows_a_day_the_later_counts_and_old_days_are_left_out() -> None:
    (block,) = history_blocks([series(("2018-01-02", 1), ("2018-01-02", 2), ("2000-01-01", 9))])
    assert block.panel.sales.tolist() == [[2.0]]


def test_entries_without_a_history_are_left_out_and_others_keep_their_place() -> None:
    none = validate(SeriesRequest, {"store": 1, "item": 1})
    (block,) = history_blocks([none, series(("2018-01-05", 1)), none, series(("2018-01-02", 2))])
    assert block.places == [3, 1]
    assert block.last_days.astype(str).tolist() == ["2018-01-02", "2018-01-05"]
    np.testing.assert_array_equal(block.panel.sales[:, [0, 3]], [[2, np.nan], [np.nan, 1]])


def test_one_series_may_come_with_several_histories() -> None:
    (block,) = history_blocks([series(("2018-01-02", sales)) for sales in (1, 2, 3)])
    assert block.panel.sales[:, 0].tolist() == [1, 2, 3]


def test_a_thousand_days_are_a_few_calls_and_three_centuries_some_of_limited_size() -> None:
    days = np.datetime64("2016-01-01") + np.arange(1_000)
    assert len(list(history_blocks([series((str(day), 1)) for day in days]))) < 10
    days = np.datetime64("1900-01-01") + 109 * np.arange(1_000)
    blocks = list(history_blocks([series((str(day), 1)) for day in days]))
    assert len(blocks) < 100
    assert all(block.panel.sales.size <= MAX_CELLS for block in blocks)
    assert [place for block in blocks for place in block.places] == list(range(1_000))


def body_of(series_: list[dict[str, Any]]) -> ForecastRequest:
    return validate(ForecastRequest, {"series": series_, "horizon_days": 3})


def test_a_thousand_histories_on_a_thousand_days_are_forecast_in_seconds(champion: Champion) -> None:
    forecasts = Forecasts(champion)
    days = np.datetime64("2016-01-01") + np.arange(1_000)
    requested = [
        {"store": 1 + k % 2, "item": k % 7, "history": [{"date": str(day), "sales": k % 5}]}
        for k, day in enumerate(days)
    ]
    started = time.monotonic()
    together = forecasts.forecast(body_of(requested))["forecasts"]
    assert time.monotonic() - started < 10  # one model call for each took 29 s
    assert [forecast["cutoff"] for forecast in together] == [str(day) for day in days]
    for place in (0, 499, 999):
        assert forecasts.forecast(body_of([requested[place]]))["forecasts"] == [together[place]]


def test_a_cancelled_request_stops_before_its_next_model_call(champion: Champion) -> None:
    cancelled = threading.Event()
    cancelled.set()

    def forecast() -> None:
        cancel_with(cancelled)
        Forecasts(champion).forecast(body_of([{"store": 1, "item": 1, "history": [DAY]}]))

    with pytest.raises(WorkCancelled):
        contextvars.copy_context().run(forecast)
