"""service.api.drift_check: new days judged by the champion's own thresholds."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client import REGISTRY

from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from drift.calibrate import calibrate
from drift.params import DriftParams
from models.champion import Champion
from service.api import endpoints
from service.api.forecasts import Forecasts
from service.api.request_models import DriftCheckRequest
from service.api.validation import validate
from service.docs.examples import ExampleValues


@pytest.fixture(scope="module")
def forecasts(
    champion_folder: Path, small_panel: SalesPanel, tmp_path_factory: pytest.TempPathFactory
) -> Forecasts:
    """The small champion with thresholds from its own history."""
    folder = tmp_path_factory.mktemp("watched") / "version"
    shutil.copytree(champion_folder, folder)
    calibrate(small_panel, DriftParams(replay_weeks=30, evidence_weeks=4)).save(folder)
    return Forecasts(Champion.load(folder))


def new_days(forecasts: Forecasts, factor: float = 1.0, n_days: int = 14) -> dict[str, Any]:
    table, rng = forecasts.table, np.random.default_rng(3)
    sales = rng.poisson(table.forecast[:, :n_days] * factor)
    return {
        "rows": [
            {"date": day, "store": store, "item": item, "sales": float(sales[row, step])}
            for row, (store, item) in enumerate(zip(table.series.stores, table.series.items, strict=True))
            for step, day in enumerate(forecasts.dates[:n_days])
        ]
    }


def verdicts(verdict: str) -> float:
    return REGISTRY.get_sample_value("storecast_drift_checks_total", {"verdict": verdict}) or 0.0


@pytest.mark.parametrize(("factor", "verdict"), [(1.0, "steady"), (2.5, "drift")])
def test_new_days_are_checked_and_verdicts_counted(forecasts: Forecasts, factor: float, verdict: str) -> None:
    before = verdicts(verdict)
    response = json.loads(
        endpoints.DRIFT_CHECK.answer(forecasts, json.dumps(new_days(forecasts, factor)).encode())
    )
    assert response["verdict"] == verdict, response["words"]
    assert response["drift_found"] is (verdict == "drift")
    assert response["window"] == {"from": "2018-01-01", "to": "2018-01-14", "days": 14}
    assert response["model_version"] == forecasts.version
    assert verdicts(verdict) == before + 1


def test_a_finding_names_its_store_and_item_in_fields(forecasts: Forecasts) -> None:
    body = new_days(forecasts, n_days=28)
    for row in body["rows"]:
        row["sales"] *= row["store"] != 1
    answer = json.loads(endpoints.DRIFT_CHECK.answer(forecasts, json.dumps(body).encode()))
    assert [(found["store"], found["item"]) for found in answer["moved"]][:1] == [(1, None)]


def test_too_few_rows_are_refused_with_the_number_needed(forecasts: Forecasts) -> None:
    rows = new_days(forecasts)["rows"][:5]
    with pytest.raises(DataContractError, match=r"5 rows of 5 can be checked, expected at least \d+"):
        forecasts.check_drift(validate(DriftCheckRequest, {"rows": rows}))


def test_the_example_of_the_documentation_is_steady(forecasts: Forecasts) -> None:
    rows = list(ExampleValues.of(forecasts.champion).new_sales)
    assert forecasts.check_drift(validate(DriftCheckRequest, {"rows": rows})).verdict == "steady"


def test_a_champion_without_thresholds_is_undecided_and_says_why(champion: Champion) -> None:
    forecasts = Forecasts(champion)
    summary = forecasts.check_drift(validate(DriftCheckRequest, new_days(forecasts)))
    assert (summary.verdict, summary.drift_found) == ("undecided", False)
    assert "train again" in summary.words
