"""Champions for benchmarks: `python -m tests.benchmarks.champions N_SERIES [COPIES [PAUSE_SECONDS]]`.

Trains on generated sales of 500 series and imports the result into the BentoML store of BENTOML_HOME. For any
other number of series it repeats these forecasts under more labels, which is enough to measure look-ups. Each
copy is a version of its own, to measure swaps.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from data.panel.sales_panel import SeriesIndex
from data.params import Paths
from data.synthetic import SyntheticParams, synthetic_panel
from models.baselines.seed_estimators import SeedParams
from models.baselines.seed_regressor import SeedRegressor
from models.forecaster.forecaster import Forecaster, ForecasterParams
from models.storage.bento_store import import_to_bento
from models.storage.forecast_table import ForecastTable
from models.storage.version_record import RECORD, ChampionRecord, digests_of, new_version
from training.registry.version_folder import TrainingResult, save_challenger

STORES, ITEMS, DAYS = 10, 50, 800
FIRST_FORECAST = date(2013, 1, 1) + timedelta(days=DAYS)


def trained(paths: Paths) -> Path:
    """Run a small, complete training; returns the version folder."""
    panel = synthetic_panel(SyntheticParams(stores=STORES, items=ITEMS, days=DAYS))
    params = ForecasterParams(folds=1, rounds=50, backtest_rows=20_000, final_rows=20_000)
    seed = SeedRegressor.fit("xgboost", panel, SeedParams())
    metrics = {"models": {}, "not_measured": ["A benchmark measures speed only."]}
    save_challenger(TrainingResult(panel, Forecaster.fit(panel, params), seed, metrics, params), paths)
    return paths.challenger


def widen(folder: Path, n_series: int) -> None:
    """Repeat the forecasts in a version folder under the labels of more stores."""
    table = ForecastTable.open(folder)
    times = -(-n_series // len(table.series))
    stores = np.repeat(np.arange(1, times * STORES + 1), ITEMS)[:n_series].tolist()
    items = np.tile(np.arange(1, ITEMS + 1), times * STORES)[:n_series].tolist()
    wide = replace(
        table,
        series=SeriesIndex.from_labels(stores, items),
        values=np.tile(table.values, (times, 1, 1))[:n_series],
        methods=np.tile(table.methods, (times, 1))[:n_series],
        mean_sales=np.tile(table.mean_sales, times)[:n_series],
    )
    del table
    wide.save(folder)


def publish(folder: Path) -> str:
    """Import the folder into the BentoML store as a new version; returns its name."""
    files, now = digests_of(folder), datetime.now(UTC)
    update = {"files": files, "created_at": now, "version": new_version(now, files)}
    record = ChampionRecord.read(folder / RECORD).model_copy(update=update)
    record.write(folder / RECORD)
    return import_to_bento(folder, record)


def main(n_series: int, copies: int, pause_seconds: float) -> int:
    """Train once, then publish `copies` versions, `pause_seconds` apart."""
    with tempfile.TemporaryDirectory() as root:
        folder = trained(Paths(Path(root)))
        if n_series != STORES * ITEMS:
            widen(folder, n_series)
        for _ in range(copies):
            print(publish(folder), flush=True)
            time.sleep(pause_seconds)
    return 0


def _parsed(argv: Sequence[str]) -> tuple[int, int, float]:
    n_series, copies, pause_seconds = (*argv, *("1", "0")[len(argv) - 1 :])
    return int(n_series), int(copies), float(pause_seconds)


if __name__ == "__main__":
    sys.exit(main(*_parsed(sys.argv[1:])))
