"""Storecast's Forecaster with the shipped defaults. `python -m … PANEL OUT`."""

import sys
import tempfile
from pathlib import Path

import numpy as np

from data.panel.sales_panel import SalesPanel
from data.params import load_params
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.storage.forecast_table import ForecastTable
from tests.benchmarks.contenders.contender import HORIZON_DAYS, Output, cpu_seconds

LEVELS = (80, 95)
LOOK_UPS = 10_000


def fit(panel: SalesPanel, folder: Path) -> float:
    """Fit and save; returns the CPU seconds of the fit, backtest folds included."""
    fitted: list[Forecaster] = []
    params = load_params("forecaster", ForecasterParams)
    used = cpu_seconds(lambda: fitted.append(Forecaster.fit(panel, params)))
    fitted[0].save(folder)
    return used


def look_up(table: ForecastTable, panel: SalesPanel) -> float:
    """CPU seconds to find one series by its labels and copy its 90 days of forecasts and bounds."""
    store, item = panel.series.stores[-1], panel.series.items[-1]

    def many() -> None:
        for _ in range(LOOK_UPS):
            row = table.series.find(store, item)
            assert row is not None
            np.array(table.values[row])

    return cpu_seconds(many, repeats=3) / LOOK_UPS


def main(panel_file: Path, out: Path) -> None:
    """Fit, load, forecast all series and one series, and write forecasts, bounds and seconds."""
    panel = SalesPanel.load(panel_file)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds = {"fit": fit(panel, folder)}
        forecaster = Forecaster.load(folder)
        table = forecaster.forecast(panel, HORIZON_DAYS)
        table.save(folder)
        one = panel.select([0])
        seconds["all_series"] = cpu_seconds(lambda: forecaster.forecast(panel, HORIZON_DAYS), repeats=3)
        seconds["one_series"] = cpu_seconds(lambda: forecaster.forecast(one, HORIZON_DAYS), repeats=50)
        seconds["look_up"] = look_up(ForecastTable.open(folder), panel)
    bounds = {
        f"{side}_{level}": values
        for level in LEVELS
        for side, values in zip(("lower", "upper"), table.bounds(level), strict=True)
    }
    Output({"forecast": table.forecast, **bounds}, seconds).save(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
