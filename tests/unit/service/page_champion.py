"""A champion of three series with simple numbers, for tests of the page's routes."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.champion import Champion
from models.forecaster.backtest_folds import FoldForecast
from models.storage.array_packing import pack
from models.storage.forecast_table import COLUMNS, ForecastTable
from models.storage.version_record import ChampionRecord

CUTOFF = np.datetime64("2026-11-22", "D")
SERIES = SeriesIndex.from_labels(["Berlin", "Berlin", "Ulm"], ["1", "2", "2"])
N_DAYS = 1120
Sales = NDArray[np.float32]
SCORES = {"wape": 10.6, "bias": 1.2, "coverage_80": 80.4, "coverage_95": None}


def sales() -> Sales:
    """Series 0, 1, 2 sell 10, 20, 30 a day, and one unit more on the last day of the history."""
    values = np.repeat(np.array([[10.0], [20.0], [30.0]], np.float32), N_DAYS, axis=1)
    values[:, -1] += 1
    return values


def save(
    folder: Path,
    values: Sales | None = None,
    methods: NDArray[np.uint8] | None = None,
    series: SeriesIndex = SERIES,
) -> None:
    """A version folder that forecasts 11, 22, 33 a day, tested on 28 days with 10 % too much."""
    history = sales() if values is None else values
    table = np.array([11.0, 22.0, 33.0], np.float32)[:, None, None] * np.ones((3, 90, len(COLUMNS)))
    answered = np.zeros((3, 90), np.uint8) if methods is None else methods
    ForecastTable(series, CUTOFF, table.astype(np.float32), answered, np.nanmean(history, axis=1)).save(
        folder
    )
    SalesPanel(history, CUTOFF - (N_DAYS - 1), series).save(folder / "history.npz")
    forecast = np.float32(1.1) * history[:, -28:]
    fold = FoldForecast(
        cutoff_day=int((CUTOFF - 28).astype(np.int64)),
        overall=forecast,
        trend=forecast,
        season=forecast,
        actual=history[:, -28:],
    )
    np.savez(folder / "backtest.npz", **pack(fold, "0."))  # type: ignore[arg-type]
    described = {"folds": 1, "chosen": "OTN", **series.to_json()}
    (folder / "forecaster.json").write_text(json.dumps(described))
    models = {
        "storecast": {"by_fold": {"2026-10-25": SCORES}},
        "seasonal naive": {"by_fold": {"2026-10-25": {"wape": 21.0}}},
    }
    metrics = {"hold_out": "2026-10-25", "horizon_days": 28, "models": models}
    (folder / "metrics.json").write_text(json.dumps(metrics))


def champion_in(folder: Path, version: str = "20261123T120000-ab12cd") -> Champion:
    record = ChampionRecord.model_validate(
        {
            "version": version,
            "kind": "trained",
            "cutoff": str(CUTOFF),
            "created_at": "2026-11-23T12:00:00Z",
            "data_hash": "0",
            "params_hash": "0",
            "files": {},
        }
    )
    return Champion(folder, record, {})
