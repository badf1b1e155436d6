"""A series without a record for long: one forecast of 0 and one method in every response and in a batch."""

import csv
from pathlib import Path

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from models.storage.version_record import RECORD, ChampionRecord
from service.batch import __main__ as batch
from tests.conftest import sales_panel, save_champion
from tests.integration.serving import Service

SILENT_DAYS = 200
SERIES = {"store": 2, "item": 3}


@pytest.fixture(scope="module")
def clone_with_a_silent_series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose champion has not seen a record of one series for the last `SILENT_DAYS`."""
    panel = sales_panel()
    row = panel.series.find(**SERIES)
    sales = panel.sales.copy()
    sales[row, -SILENT_DAYS:] = np.nan
    root = tmp_path_factory.mktemp("silent")
    folder = save_champion(SalesPanel(sales, panel.start, panel.series), root / "training")
    record = ChampionRecord.read(folder / RECORD)
    (root / "models" / "versions").mkdir(parents=True)
    (root / "models" / "versions" / record.version).symlink_to(folder)
    record.write(root / "models" / RECORD)
    return root


def test_every_endpoint_and_the_batch_give_one_number_and_one_method(
    clone_with_a_silent_series: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = clone_with_a_silent_series
    with Service(folder) as service:
        query = {**SERIES, "date": "2018-01-15"}
        predicted = service.client.post("/predict", json=query).json()
        forecast = service.client.post("/forecast", json={"series": [SERIES], "horizon_days": 28}).json()
        explained = service.client.post("/explain", json=query).json()
        monkeypatch.chdir(folder)
        assert batch.main(["--out", "all.csv", "--horizon-days", "28", "--url", service.url]) == 0
    (series,) = forecast["forecasts"]
    assert (predicted["predicted_sales"], predicted["method"]) == (0, "discontinued")
    assert series["method"] == "discontinued"
    assert {day["forecast"] for day in series["days"]} == {0}
    assert {day["upper_95"] for day in series["days"]} == {0}
    assert explained["forecast"] == 0
    assert "No sales are recorded since 2017-06-14: the series is discontinued." in explained["words"]
    with Path("all.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["store"], row["item"]) == ("2", "3")]
    assert {(float(row["forecast"]), row["method"]) for row in rows} == {(0.0, "discontinued")}


def test_the_series_is_back_with_the_first_record_of_a_history_of_its_own(
    clone_with_a_silent_series: Path,
) -> None:
    history = [{"date": f"2018-01-{day:02d}", "sales": 20} for day in range(1, 6)]
    with Service(clone_with_a_silent_series) as service:
        body = {"series": [{**SERIES, "history": history}], "horizon_days": 7}
        (series,) = service.client.post("/forecast", json=body).json()["forecasts"]
    assert series["method"] != "discontinued"
    assert all(day["forecast"] > 0 for day in series["days"])
