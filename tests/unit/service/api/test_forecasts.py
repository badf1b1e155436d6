"""service.api.forecasts: look-ups, own histories, rows of features, explanations."""

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client import REGISTRY

from data.errors import UnknownSeriesError
from data.panel.sales_panel import SalesPanel
from data.panel.seed_features import SEED_FEATURES
from models.champion import Champion
from service.api.forecasts import Forecasts, is_feature_row
from service.api.request_models import FeatureRow, ForecastRequest, PredictRequest
from service.api.series_response import rounded
from service.api.validation import validate
from service.core.errors import DATE_OUT_OF_RANGE, RequestError


@pytest.fixture(scope="module")
def forecasts(champion: Champion) -> Forecasts:
    return Forecasts(champion)


def query(store: int | str = 1, item: int | str = 5, date: str = "2018-01-15") -> PredictRequest:
    return PredictRequest(store=store, item=item, date=datetime.date.fromisoformat(date))


def body(*series: Mapping[str, Any], **options: Any) -> ForecastRequest:
    return validate(ForecastRequest, {"series": list(series), **options})


def history_of(panel: SalesPanel, row: int, n_days: int) -> list[dict[str, Any]]:
    days = zip(panel.dates[-n_days:], panel.sales[row, -n_days:], strict=True)
    return [{"date": str(day), "sales": float(sales)} for day, sales in days]


def test_a_predict_response_is_the_row_of_the_table_for_that_day(forecasts: Forecasts) -> None:
    answer = forecasts.predict(query())
    row = forecasts.table.series.find(1, 5)
    assert row is not None
    assert answer["predicted_sales"] == round(float(forecasts.table.forecast[row, 14]), 4)
    assert answer["lower_95"] <= answer["lower_80"] <= answer["predicted_sales"] <= answer["upper_80"]
    assert answer["method"] == "model"
    assert answer["model_version"] == forecasts.version


def test_labels_as_text_and_as_numbers_are_the_same_series(forecasts: Forecasts) -> None:
    assert forecasts.predict(query(1, 5)) == forecasts.predict(query("1", "5"))


def test_a_day_on_which_the_store_is_closed_has_the_method_closed(forecasts: Forecasts) -> None:
    answer = forecasts.predict(query(date="2018-01-14"))
    assert (answer["predicted_sales"], answer["method"]) == (0.0, "closed")


@pytest.mark.parametrize("date", ["2017-12-31", "2017-01-01", "2018-04-01"])
def test_a_day_that_is_not_forecast_is_refused_with_the_days_that_are(
    forecasts: Forecasts, date: str
) -> None:
    with pytest.raises(RequestError, match="expected a day from 2018-01-01 to 2018-03-31") as caught:
        forecasts.predict(query(date=date))
    assert caught.value.kind == DATE_OUT_OF_RANGE


def test_the_first_and_the_last_day_are_answered(forecasts: Forecasts) -> None:
    assert forecasts.predict(query(date="2018-01-01"))["method"] == "model"
    assert forecasts.predict(query(date="2018-03-31"))["method"] == "model"


def test_an_unknown_series_is_named(forecasts: Forecasts) -> None:
    with pytest.raises(UnknownSeriesError, match="Store 1, item 'x' is not among this model's 10 series"):
        forecasts.predict(query(item="x"))


def test_a_list_is_answered_in_order_with_errors_in_their_place(forecasts: Forecasts) -> None:
    row = dict.fromkeys(SEED_FEATURES, 1) | {"year": 2018}
    good = {"store": 1, "item": 5, "date": "2018-01-15"}
    answers = forecasts.predict_each([good, {**good, "item": 99}, row, 7, good])
    assert answers[0] == answers[4] == forecasts.predict(query())
    assert answers[1]["error"]["code"] == "unknown_series"
    assert answers[2]["method"] == "seed-features"
    assert answers[3]["error"]["code"] == "invalid_request"


def test_a_row_of_features_is_answered_by_the_baseline_regressor(
    forecasts: Forecasts, champion: Champion
) -> None:
    row = dict.fromkeys(SEED_FEATURES, 3) | {"year": 2018, "is_weekend": 0}
    answer = forecasts.predict_rows([validate(FeatureRow, row)])[0]
    features = np.array([[2018, 3, 3, 3, 0, 3, 3, 3, 3, 3]], np.float32)
    assert answer["predicted_sales"] == rounded(champion.seed.predict(features))[0]
    assert answer["lower_80"] is None
    assert forecasts.predict_rows([]) == []


def test_forecast_and_predict_agree_day_by_day(forecasts: Forecasts) -> None:
    days = forecasts.forecast(body({"store": 2, "item": 3}, horizon_days=90))["forecasts"][0]["days"]
    assert len(days) == 90
    for day in days:
        returned = forecasts.predict(query(2, 3, day["date"]))
        assert day["forecast"] == returned["predicted_sales"]
        assert [day[name] for name in ("lower_80", "upper_95")] == [
            returned["lower_80"],
            returned["upper_95"],
        ]


def test_a_forecast_has_the_requested_levels_and_names_days_of_another_method(forecasts: Forecasts) -> None:
    answer = forecasts.forecast(body({"store": 1, "item": 1}, horizon_days=7, levels=[50]))
    (series,) = answer["forecasts"]
    assert answer["cutoff"] == series["cutoff"] == "2017-12-31"
    assert series["method"] == "model"
    assert set(series["days"][0]) == {"date", "forecast", "lower_50", "upper_50"}
    assert [day["date"] for day in series["days"] if day.get("method") == "closed"] == ["2018-01-07"]


def test_the_history_of_the_table_gives_the_forecasts_of_the_table(
    forecasts: Forecasts, small_panel: SalesPanel
) -> None:
    custom = {"store": 2, "item": 1, "history": history_of(small_panel, 5, small_panel.n_days)}
    from_model, from_table = (
        forecasts.forecast(body(series, horizon_days=90))["forecasts"][0]["days"]
        for series in (custom, {"store": 2, "item": 1})
    )
    np.testing.assert_allclose(
        [day["forecast"] for day in from_model], [day["forecast"] for day in from_table], rtol=1e-4
    )


def test_each_history_starts_from_its_own_last_day(forecasts: Forecasts) -> None:
    def series(item: object, last: str) -> dict[str, Any]:
        return {"store": "new", "item": item, "history": [{"date": last, "sales": 5}]}

    answer = forecasts.forecast(
        body(series(1, "2018-02-10"), {"store": 1, "item": 1}, series("b", "2018-03-01"), horizon_days=2)
    )
    assert [forecast["cutoff"] for forecast in answer["forecasts"]] == [
        "2018-02-10",
        "2017-12-31",
        "2018-03-01",
    ]
    assert [forecast["days"][0]["date"] for forecast in answer["forecasts"]] == [
        "2018-02-11",
        "2018-01-01",
        "2018-03-02",
    ]
    assert [forecast["method"] for forecast in answer["forecasts"]] == ["cold start", "model", "cold start"]


def test_ids_keep_the_type_of_the_data_whatever_the_caller_sent(
    forecasts: Forecasts, small_panel: SalesPanel
) -> None:
    history = history_of(small_panel, 0, 60)
    asked_for: list[dict[str, Any]] = [
        {"store": "1", "item": "1", "history": history},
        {"store": "A", "item": 1, "history": history},
    ]
    known, unknown = forecasts.forecast(body(*asked_for))["forecasts"]
    assert (known["store"], known["item"]) == (1, 1)
    assert (unknown["store"], unknown["item"]) == ("A", 1)


def test_a_request_that_fails_counts_no_forecast(forecasts: Forecasts) -> None:
    def given() -> float:
        value = REGISTRY.get_sample_value("storecast_forecasts_total", {"endpoint": "forecast"})
        return value or 0.0

    before = given()
    with pytest.raises(UnknownSeriesError):
        forecasts.forecast(body({"store": 1, "item": 1}, {"store": 77, "item": 1}))
    assert given() == before


def test_answers_are_independent_of_each_other(forecasts: Forecasts, small_panel: SalesPanel) -> None:
    custom = [
        {"store": 2, "item": row - 4, "history": history_of(small_panel, row, 400)} for row in (5, 6, 7)
    ]
    together = forecasts.forecast(body(*custom, horizon_days=5))["forecasts"]
    alone = [forecasts.forecast(body(series, horizon_days=5))["forecasts"][0] for series in custom]
    assert together == alone


def test_a_series_may_have_several_histories(forecasts: Forecasts, small_panel: SalesPanel) -> None:
    as_it_was = history_of(small_panel, 5, 400)
    doubled = [day | {"sales": 2 * day["sales"]} for day in as_it_was]
    custom = [{"store": name, "item": 1, "history": days} for name, days in ((2, as_it_was), ("2", doubled))]
    together = forecasts.forecast(body(*custom, horizon_days=5))["forecasts"]
    assert together == [forecasts.forecast(body(s, horizon_days=5))["forecasts"][0] for s in custom]
    first, second = (series["days"][0]["forecast"] for series in together)
    assert second > 1.5 * first


def test_an_explanation_multiplies_and_adds_up_to_the_forecast(forecasts: Forecasts) -> None:
    returned = forecasts.explain(query(2, 4, "2018-02-03"))
    parts = returned["parts"]
    assert [part["name"] for part in parts] == ["level", "weekday", "season", "learned"]
    assert np.prod([part["factor"] for part in parts]) == pytest.approx(returned["forecast"])
    assert sum(part["sales"] for part in parts) == pytest.approx(returned["forecast"])
    assert returned["forecast"] == pytest.approx(
        forecasts.predict(query(2, 4, "2018-02-03"))["predicted_sales"], abs=1e-3
    )


def test_warming_up_loads_every_model(champion_folder: Path) -> None:
    forecasts = Forecasts(Champion.load(champion_folder))
    forecasts.warm_up()
    assert {"seed", "forecaster", "history"} <= set(vars(forecasts.champion))


@pytest.mark.parametrize(
    ("entry", "is_row"),
    [
        ({"lag_1": 1}, True),
        ({"lag_1": 1, "date": "2018-01-01"}, True),
        ({"store": 1, "item": 1, "date": "2018-01-01"}, False),
        ({"store": 1, "item": 1, "date": "2018-01-01", "month": 1}, False),
        ({}, False),
        ([], False),
    ],
)
def test_rows_of_features_are_distinguished_from_queries(entry: object, is_row: bool) -> None:
    assert is_feature_row(entry) is is_row


def test_a_series_without_any_sales_gets_the_level_of_similar_series(forecasts: Forecasts) -> None:
    history = [{"date": "2018-01-02", "sales": None}]
    answer = forecasts.forecast(body({"store": 2, "item": "new", "history": history}, horizon_days=7))
    (series,) = answer["forecasts"]
    assert series["method"] == "cold start"
    assert all(day["forecast"] > 0 for day in series["days"])


def test_without_a_horizon_a_forecast_is_as_long_as_the_model_allows(champion: Champion) -> None:
    known = {"store": 1, "item": 1}
    own = {**known, "history": [{"date": "2018-01-01", "sales": 3}]}
    short = Champion.load(champion.folder)
    vars(short)["table"] = replace(
        champion.table, values=champion.table.values[:, :7], methods=champion.table.methods[:, :7]
    )
    for model, days in ((champion, 28), (short, 7)):
        found = Forecasts(model).forecast(body(known, own))["forecasts"]
        assert [len(series["days"]) for series in found] == [days, days]
    with pytest.raises(RequestError, match="horizon_days is 28, expected at most 7"):
        Forecasts(short).forecast(body(known, horizon_days=28))
