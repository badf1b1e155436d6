"""service.docs.examples: the examples of the models, with what the champion can forecast."""

import datetime

from models.champion import Champion
from service.api.forecasts import Forecasts
from service.api.request_models import ForecastRequest, PredictBody, PredictRequest
from service.api.response_models import ForecastResponse
from service.api.validation import validate
from service.docs.examples import ExampleValues, model_examples

VALUES = ExampleValues(store="Nord", item="tea", cutoff=datetime.date(2021, 5, 31), horizon_days=7)


def test_series_days_and_versions_become_those_of_the_champion() -> None:
    body = {"store": 1, "item": None, "date": "2018-01-02", "model_version": "x", "sales": 3, "note": "2018"}
    assert VALUES.fit([body]) == [
        {"store": "Nord", "item": None, "date": "2021-06-02", "model_version": VALUES.version}
        | {"sales": 3, "note": "2018"}
    ]


def test_days_stay_within_the_horizon() -> None:
    assert VALUES.fit("2018-01-15") == "2021-06-07"
    assert VALUES.fit("2017-12-31") == "2021-05-31"


def test_a_union_has_an_example_for_each_model_and_one_of_a_list() -> None:
    examples = model_examples(PredictBody, VALUES)
    assert list(examples) == ["PredictRequest", "FeatureRow", "list"]
    assert [entry["date"] for entry in examples["list"]] == ["2021-06-07", "2021-06-01"]


def test_a_request_without_a_champion_has_the_example_of_its_model() -> None:
    (example,) = model_examples(PredictRequest, ExampleValues()).values()
    assert example == {"store": 1, "item": 5, "date": "2018-01-15"}


def test_the_champion_answers_its_own_examples_in_the_documented_shape(champion: Champion) -> None:
    forecasts, values = Forecasts(champion), ExampleValues.of(champion)
    (request,) = model_examples(ForecastRequest, values).values()
    answer = forecasts.forecast(validate(ForecastRequest, request))
    (documented,) = model_examples(ForecastResponse, values).values()
    assert answer.keys() == documented.keys()
    found, shown = answer["forecasts"][0], documented["forecasts"][0]
    assert [day.keys() for day in found["days"]] == [day.keys() for day in shown["days"]]
    assert [day["date"] for day in found["days"]] == [day["date"] for day in shown["days"]]
