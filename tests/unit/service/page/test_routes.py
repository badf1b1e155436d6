"""The page's routes: the list of series, and one series or total by day."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from data.errors import ArtifactError, NoChampionError, UnknownSeriesError
from data.panel.series_index import SeriesIndex
from models.champion import Champion
from models.storage.forecast_table import CLOSED, COLD_START, DISCONTINUED
from service.page.routes import add_page_routes
from tests.unit.service.page_champion import N_DAYS, champion_in, sales, save


class Holder:
    """Holds the champion the routes see, so that a test can replace it."""

    champion: Champion | None = None


@pytest.fixture
def holder(tmp_path: Path) -> Holder:
    save(tmp_path)
    made = Holder()
    made.champion = champion_in(tmp_path)
    return made


@pytest.fixture
def client(holder: Holder) -> TestClient:
    app = FastAPI()
    add_page_routes(app, lambda: holder.champion)
    return TestClient(app)


def fetch(client: TestClient, path: str, **query: Any) -> Any:
    response = client.get(f"/page/{path}", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def test_the_overview_lists_every_series_with_last_year(client: TestClient) -> None:
    answer = fetch(client, "overview", days=28)
    assert (answer["stores"], answer["items"]) == (["Berlin", "Ulm"], ["1", "2"])
    assert (answer["series"]["store"], answer["series"]["item"]) == ([0, 0, 1], [0, 1, 1])
    assert answer["series"]["forecast"] == [11 * 28, 22 * 28, 33 * 28]
    assert answer["series"]["comparable_forecast"] == answer["series"]["forecast"]
    assert answer["series"]["last_year"] == [10 * 28, 20 * 28, 30 * 28]
    assert (answer["attention"], answer["attention_count"]) == ([], 0)
    assert (answer["cutoff"], answer["days"]) == ("2026-11-22", 28)


@pytest.mark.parametrize("days", [7, 28, 90])
def test_the_overview_sums_the_requested_days(client: TestClient, days: int) -> None:
    assert fetch(client, "overview", days=days)["series"]["forecast"][0] == 11 * days


def test_other_numbers_of_days_are_refused(client: TestClient) -> None:
    assert client.get("/page/overview", params={"days": 8}).status_code == 422


def test_the_overview_has_the_scores_of_the_newest_backtest(client: TestClient) -> None:
    assert fetch(client, "overview")["accuracy"] == {
        "first_day": "2026-10-26",
        "last_day": "2026-11-22",
        "error": 10.6,
        "baseline_error": 21.0,
        "bias": 1.2,
        "coverage_80": 80.4,
        "coverage_95": None,
    }


def test_accuracy_is_left_out_where_nothing_was_held_out(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text('{"hold_out": null, "models": {}}')
    assert fetch(client, "overview")["accuracy"] is None


def test_a_damaged_scorecard_is_an_error(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text('{"hold_out": "2026-10-25", "models": {"storecast": {}}}')
    with pytest.raises(ArtifactError, match=r"metrics\.json"):
        client.get("/page/overview")


def test_a_series_has_history_forecast_ranges_and_last_year(client: TestClient) -> None:
    answer = fetch(client, "sales", store="Berlin", item="1", history_days=14)
    assert (answer["store"], answer["item"], answer["n_series"]) == ("Berlin", "1", 1)
    assert answer["first_day"] == "2026-11-09"
    assert answer["sales"] == [10.0] * 13 + [11.0]
    assert answer["forecast"] == [11.0] * 90
    assert set(answer["ranges"]) == {f"{side}_{k}" for side in ("lower", "upper") for k in (50, 80, 90, 95)}
    assert answer["methods"] == ["model"] * 90
    assert answer["last_year"] == [10.0] * (14 + 90)


def test_last_year_is_the_same_weekday(client: TestClient, tmp_path: Path) -> None:
    values = sales()
    values[0, -1 - 364] = 99  # 52 weeks before the last day of the history
    save(tmp_path, values)
    answer = fetch(client, "sales", store="Berlin", item="1", history_days=14)
    assert [place for place, value in enumerate(answer["last_year"]) if value == 99] == [13]


@pytest.mark.parametrize(
    ("query", "daily", "n_series"),
    [({}, 66, 3), ({"store": "Berlin"}, 33, 2), ({"item": "2"}, 55, 2), ({"store": "Ulm"}, 33, 1)],
)
def test_a_total_is_the_sum_of_its_series_and_has_no_range(
    client: TestClient, query: dict[str, str], daily: float, n_series: int
) -> None:
    answer = fetch(client, "sales", **query)
    assert answer["n_series"] == n_series
    assert answer["forecast"] == [daily] * 90
    assert answer["ranges"] is None
    assert answer["methods"] is None


def test_a_label_that_is_a_number_is_found_by_its_text(client: TestClient, tmp_path: Path) -> None:
    save(tmp_path, series=SeriesIndex.from_labels([1, 1, 2], [1, 2, 2]))
    answer = fetch(client, "sales", store="2", item="2")
    assert (answer["store"], answer["item"]) == (2, 2)


@pytest.mark.parametrize("query", [{"store": "Bonn"}, {"item": "9"}, {"store": "Ulm", "item": "1"}])
def test_an_unknown_series_is_named_in_the_error(client: TestClient, query: dict[str, str]) -> None:
    with pytest.raises(UnknownSeriesError, match=next(iter(query.values()))):
        client.get("/page/sales", params=query)


def test_a_day_without_a_record_is_unknown_and_not_zero(client: TestClient, tmp_path: Path) -> None:
    values = sales()
    values[0, -3] = np.nan
    save(tmp_path, values)
    assert fetch(client, "sales", store="Berlin", item="1")["sales"][-3] is None


def test_a_total_counts_the_series_without_a_record_on_a_day(client: TestClient, tmp_path: Path) -> None:
    values = sales()
    values[0, -3] = np.nan
    save(tmp_path, values)
    answer = fetch(client, "sales")
    assert answer["sales"][-3] == 50.0
    assert answer["missing"][-5:] == [0, 0, 1, 0, 0]


def test_days_before_a_series_was_on_sale_are_not_missing(client: TestClient, tmp_path: Path) -> None:
    values = sales()
    values[0, :-20] = np.nan
    save(tmp_path, values)
    assert sum(fetch(client, "sales")["missing"]) == 0


def test_a_weekday_without_records_is_not_missing(client: TestClient, tmp_path: Path) -> None:
    values = sales()
    values[0, np.arange(N_DAYS) % 7 == 3] = np.nan
    save(tmp_path, values)
    assert sum(fetch(client, "sales")["missing"]) == 0


def test_series_are_counted_by_method(client: TestClient, tmp_path: Path) -> None:
    methods = np.zeros((3, 90), np.uint8)
    methods[0], methods[1], methods[2, ::7] = COLD_START, CLOSED, CLOSED
    save(tmp_path, methods=methods)
    assert fetch(client, "sales")["method_counts"] == {"model": 1, "cold start": 1, "closed": 1}


def test_a_total_leaves_out_discontinued_series(client: TestClient, tmp_path: Path) -> None:
    values, methods = sales(), np.zeros((3, 90), np.uint8)
    values[0, -100:], methods[0] = np.nan, DISCONTINUED
    save(tmp_path, values, methods)
    total = fetch(client, "sales", store="Berlin")
    assert (total["n_series"], total["discontinued"]) == (1, 1)
    assert total["forecast"] == [22.0] * 90
    assert total["last_year"] == [20.0] * (112 + 90)
    overview = fetch(client, "overview")
    assert (overview["discontinued"], overview["attention"]) == ([0], [])
    assert overview["series"]["last_year"][0] == 0  # a forecast of 0 is no departure from last year


def test_a_discontinued_series_has_the_day_of_its_last_sale(client: TestClient, tmp_path: Path) -> None:
    values, methods = sales(), np.full((3, 90), DISCONTINUED, np.uint8)
    values[0, -100:] = np.nan
    values[1] = 0
    save(tmp_path, values, methods)
    answer = fetch(client, "sales", store="Berlin", item="1")
    assert (answer["last_sale"], answer["method_counts"]) == ("2026-08-14", {"discontinued": 1})
    assert fetch(client, "sales", store="Berlin", item="2")["last_sale"] is None
    assert fetch(client, "sales", store="Berlin")["n_series"] == 2  # nothing else is left to add up


def test_the_backtest_sums_days_that_have_both_forecast_and_sales(client: TestClient, tmp_path: Path) -> None:
    values = sales()
    values[0, -28] = np.nan
    save(tmp_path, values)
    backtest = fetch(client, "sales", store="Berlin")["backtest"]
    assert backtest["first_day"] == "2026-10-26"
    assert backtest["sales"][:2] == [20.0, 30.0]
    assert backtest["forecast"][:2] == [22.0, 33.0]


def test_without_a_fold_there_is_no_backtest(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "forecaster.json").write_text(json.dumps({"folds": 0}))
    assert fetch(client, "sales")["backtest"] is None


def test_a_damaged_backtest_is_an_error(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "backtest.npz").write_bytes(b"no archive")
    with pytest.raises(ArtifactError, match="backtest"):
        client.get("/page/sales")


@pytest.mark.parametrize("path", ["overview", "sales"])
def test_without_a_champion_there_is_nothing_to_show(client: TestClient, holder: Holder, path: str) -> None:
    holder.champion = None
    with pytest.raises(NoChampionError):
        client.get(f"/page/{path}")


def test_a_new_champion_is_shown_at_once(client: TestClient, holder: Holder, tmp_path: Path) -> None:
    before = fetch(client, "overview")
    later = tmp_path / "later"
    later.mkdir()
    save(later, sales() * 2)
    holder.champion = champion_in(later, "20261124T120000-cd34ef")
    after = fetch(client, "overview")
    assert (before["model_version"], after["model_version"]) == (
        "20261123T120000-ab12cd",
        "20261124T120000-cd34ef",
    )
    assert after["series"]["last_year"][0] == 2 * before["series"]["last_year"][0]
