"""service.api.endpoints: bodies in, bodies out."""

import json

import pytest

from data.errors import UnknownSeriesError
from models.champion import Champion
from service.api import endpoints
from service.api.forecasts import Forecasts
from service.core.errors import INVALID_REQUEST, NOT_JSON, RequestError

ONE = b'{"store":1,"item":5,"date":"2018-01-15"}'
UNKNOWN = b'{"store":1,"item":99,"date":"2018-01-15"}'
ROW = json.dumps(
    {"year": 2018, "month": 1, "day": 15, "dayofweek": 0, "is_weekend": False}
    | {"lag_1": 5, "lag_7": 5, "lag_30": 5, "rolling_mean_7": 5, "rolling_mean_30": 5}
).encode()


@pytest.fixture(scope="module")
def forecasts(champion: Champion) -> Forecasts:
    return Forecasts(champion)


def test_an_object_is_answered_by_an_object_and_a_list_by_a_list(forecasts: Forecasts) -> None:
    one = json.loads(endpoints.PREDICT.answer(forecasts, ONE))
    assert json.loads(endpoints.PREDICT.answer(forecasts, b"[" + ONE + b"]")) == [one]
    assert json.loads(endpoints.PREDICT.answer(forecasts, b"[]")) == []


def test_a_row_of_features_is_answered_alone(forecasts: Forecasts) -> None:
    assert json.loads(endpoints.PREDICT.answer(forecasts, ROW))["method"] == "seed-features"


@pytest.mark.parametrize("body", [b"3", b'"a"', b"null", b"{}", b'{"store":1,"item":5}'])
def test_anything_else_is_not_valid(forecasts: Forecasts, body: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        endpoints.PREDICT.answer(forecasts, body)
    assert caught.value.kind == INVALID_REQUEST


def test_invalid_json_is_reported(forecasts: Forecasts) -> None:
    with pytest.raises(RequestError, match="not JSON") as caught:
        endpoints.PREDICT.answer(forecasts, b'{"store":1,')
    assert caught.value.kind == NOT_JSON


def test_a_list_is_limited_in_length(forecasts: Forecasts) -> None:
    with pytest.raises(RequestError, match="1,001 entries, expected at most 1,000"):
        endpoints.PREDICT.answer(forecasts, b"[" + b",".join([ONE] * 1001) + b"]")


def test_only_short_look_ups_are_answered_inline(forecasts: Forecasts) -> None:
    assert endpoints.PREDICT.respond_inline(forecasts, ONE) == endpoints.PREDICT.answer(forecasts, ONE)
    for body in (ROW, b"{", UNKNOWN, b" " * endpoints.PREDICT.inline_bytes + ONE):
        assert endpoints.PREDICT.respond_inline(forecasts, body) is None
    assert endpoints.PREDICT.respond_inline(None, ONE) is None


def test_explain_requests_are_validated_as_predict_requests_are(forecasts: Forecasts) -> None:
    assert json.loads(endpoints.EXPLAIN.answer(forecasts, ONE))["words"]
    with pytest.raises(UnknownSeriesError):
        endpoints.EXPLAIN.answer(forecasts, UNKNOWN)


@pytest.mark.parametrize(
    "body",
    [
        rb'{"series":[{"store":1,"item":1,"h\u0069story":[{"date":"2018-01-01","sales":1}]}]}',
        b'{"series":[{"store":1,"item":1,"history":[{"date":"2018-01-01","sales":1}]}]}',
    ],
)
def test_whether_a_body_needs_the_model_is_decided_once_parsed(forecasts: Forecasts, body: bytes) -> None:
    assert endpoints.FORECAST.respond_inline(forecasts, body) is None
    assert json.loads(endpoints.FORECAST.answer(forecasts, body))["forecasts"]
