"""Forecasts of a champion for the batch job, and its files."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.errors import StorecastError
from models.champion import Champion
from service.api.forecasts import Forecasts
from service.batch.forecast_sources import BatchForecasts

ROOT = Path(__file__).parents[3]
MAIN = "from service.batch.__main__ import main; sys.exit(main("
COLUMNS = ["date", "store", "item", "forecast", "lower_80", "upper_80", "lower_95", "upper_95", "method"]


class ChampionForecasts:
    """Forecasts of a champion without a service; fails after `last` parts."""

    chunk = 3

    def __init__(self, champion: Champion, last: int = 99) -> None:
        self._forecasts, self._left = Forecasts(champion), last
        self.version, self.series = self._forecasts.version, self._forecasts.table.series
        self.cutoff = self._forecasts.table.cutoff
        self.horizon_days = self._forecasts.table.horizon_days
        self.requested: list[int] = []

    def forecast(self, rows: NDArray[np.int64], horizon_days: int) -> BatchForecasts:
        if not self._left:
            raise StorecastError("The disk is gone.")
        self._left -= 1
        self.requested += rows.tolist()
        return BatchForecasts.of(self._forecasts.from_table(rows, horizon_days))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, lines: Sequence[str]) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)
