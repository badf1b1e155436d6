"""service.api.request_models: what is accepted, what is refused, and the message."""

import json

import pytest
from pydantic import ValidationError

from data.panel.seed_features import SEED_FEATURES
from service.api.request_models import FeatureRow, ForecastRequest, PredictRequest, SeriesRequest
from service.api.validation import validate
from service.core.errors import INVALID_REQUEST, NOT_JSON, RequestError
from service.core.json_body import parse_json

LEVELS = (10_000,) * 5


def query(**changes: object) -> bytes:
    return json.dumps({"store": 1, "item": 5, "date": "2018-01-15"} | changes).encode()


def problem_of(model: type, body: bytes) -> RequestError:
    with pytest.raises(RequestError) as caught:
        validate(model, parse_json(body, LEVELS))
    return caught.value


@pytest.mark.parametrize(
    ("store", "read"), [(1, 1), ("1", "1"), (1.0, 1), ("Nord", "Nord"), (-(2**63), -(2**63))]
)
def test_a_label_keeps_the_type_it_was_sent_in(store: object, read: object) -> None:
    found = validate(PredictRequest, parse_json(query(store=store), LEVELS)).store
    assert (type(found), found) == (type(read), read)


@pytest.mark.parametrize("store", [True, None, 1.5, [1], {}, 2**63, "x" * 257, "a\0", "\0a"])
def test_a_value_that_is_not_a_label_is_refused_and_shown(store: object) -> None:
    problem = problem_of(PredictRequest, query(store=store))
    assert problem.kind == INVALID_REQUEST
    assert problem.message.startswith("store is ")
    assert "an integer or a text" in problem.message


@pytest.mark.parametrize(
    "date", ["2018-01-15", "2018-01-15T00:00:00", "2018-01-15T00:00:00.000Z", "2018-01-15 00:00:00"]
)
def test_a_day_may_be_written_as_javascript_and_pandas_do(date: str) -> None:
    assert str(validate(PredictRequest, parse_json(query(date=date), LEVELS)).date) == "2018-01-15"


@pytest.mark.parametrize(
    "date", ["2018-13-01", "15.01.2018", "20180115", "2018-W03-1", "2018-01-15T12:00", 1515974400, ""]
)
def test_a_value_that_is_not_a_day_is_refused(date: object) -> None:
    assert 'expected a date such as "2018-01-15"' in problem_of(PredictRequest, query(date=date)).message


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b'{"store": NaN}', b"\xff", b'{"a": "\\ud800"}'])
def test_invalid_json_is_distinguished_from_invalid_values(body: bytes) -> None:
    assert problem_of(PredictRequest, body).kind == NOT_JSON


def test_a_misspelt_field_is_an_error_and_not_a_silent_default() -> None:
    problem = problem_of(ForecastRequest, b'{"series": [{"store": 1, "item": 1}], "horizon": 90}')
    assert "horizon is 90: extra inputs are not permitted" in problem.message


def test_many_problems_are_counted_and_the_first_are_shown() -> None:
    problem = problem_of(PredictRequest, b'{"stor": 1, "itm": 2}')
    assert problem.message == "store is missing; item is missing; date is missing; and 2 more."


def test_the_ten_baseline_features_may_come_with_a_series_and_a_date() -> None:
    assert tuple(FeatureRow.model_fields)[: len(SEED_FEATURES)] == SEED_FEATURES
    row = dict.fromkeys(SEED_FEATURES, 1) | {"year": 2018, "store": 1, "item": "a", "date": "2018-01-01"}
    assert validate(FeatureRow, row).is_weekend is True


@pytest.mark.parametrize(("name", "value"), [("month", 13), ("day", 0), ("dayofweek", 7), ("is_weekend", 2)])
def test_a_feature_out_of_its_range_is_refused(name: str, value: int) -> None:
    row = dict.fromkeys(SEED_FEATURES, 1) | {"year": 2018, name: value}
    with pytest.raises(RequestError, match=f"{name} is {value}"):
        validate(FeatureRow, row)


@pytest.mark.parametrize("sales", ["12", True, 1e13, [1]])
def test_sales_are_numbers_within_limits(sales: object) -> None:
    history = [{"date": "2018-01-01", "sales": sales}]
    with pytest.raises(RequestError, match="sales is"):
        validate(SeriesRequest, {"store": 1, "item": 1, "history": history})


def test_a_history_may_have_gaps_and_missing_values() -> None:
    history = [{"date": "2018-01-03", "sales": 2}, {"date": "2018-01-01", "sales": None}]
    assert validate(SeriesRequest, {"store": 1, "item": 1, "history": history}).history


@pytest.mark.parametrize(
    "history", [[], [{"date": "1899-12-31", "sales": 1}], [{"date": "2200-01-01", "sales": 1}]]
)
def test_a_history_has_at_least_one_day_and_none_out_of_range(history: list[object]) -> None:
    with pytest.raises(RequestError, match="history"):
        validate(SeriesRequest, {"store": 1, "item": 1, "history": history})


@pytest.mark.parametrize(
    "changes",
    [
        {"horizon_days": 0},
        {"horizon_days": 91},
        {"horizon_days": "28"},
        {"levels": [81]},
        {"levels": [80] * 5},
        {"series": []},
    ],
)
def test_limits_of_a_forecast_are_checked(changes: dict[str, object]) -> None:
    body = json.dumps({"series": [{"store": 1, "item": 1}]} | changes).encode()
    assert problem_of(ForecastRequest, body).kind == INVALID_REQUEST


def test_more_series_than_allowed_are_refused() -> None:
    series = [{"store": 1, "item": 1}] * 1001
    assert "at most 1,000" in problem_of(ForecastRequest, json.dumps({"series": series}).encode()).message


def test_requests_cannot_be_changed() -> None:
    asked = validate(PredictRequest, parse_json(query(), LEVELS))
    with pytest.raises(ValidationError):
        asked.store = 2
