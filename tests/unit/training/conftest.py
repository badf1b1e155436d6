"""A small trained clone, and versions so light that promoting them costs nothing."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data.panel.sales_panel import SalesPanel
from data.params import Paths
from data.synthetic import SyntheticParams, synthetic_panel
from drift.params import DriftParams
from models.baselines.seed_estimators import SeedParams
from models.forecaster.forecaster import ForecasterParams
from models.storage.version_record import RECORD, ChampionRecord, digests_of, new_version
from training.train import Settings, TrainParams, train

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MakeVersion = Callable[[str], ChampionRecord]


@pytest.fixture(scope="session")
def panel() -> SalesPanel:
    return synthetic_panel(SyntheticParams(stores=2, items=4, days=700))


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(
        forecaster=ForecasterParams(horizon_days=28, folds=3, backtest_rows=2000, final_rows=2000, rounds=10),
        train=TrainParams(seed=SeedParams(rows=1000, rounds=10, forest_rows=500, forest_trees=4)),
        drift=DriftParams(replay_weeks=0, evidence_weeks=0),
    )


@pytest.fixture(scope="session")
def trained_clone(panel: SalesPanel, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A root in which one training ended, nothing promoted yet. Read it, do not change it."""
    paths = Paths(tmp_path_factory.mktemp("trained"))
    train(panel, settings, paths)
    return paths


@pytest.fixture
def clone(trained_clone: Paths, tmp_path: Path) -> Paths:
    """The same, to change at will."""
    shutil.copytree(trained_clone.root, tmp_path / "clone")
    return Paths(tmp_path / "clone")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """An empty root."""
    return Paths(tmp_path / "root")


@pytest.fixture
def make_version(paths: Paths) -> MakeVersion:
    """Writes a light challenger whose every file says its name; a minute passes between two."""
    made: list[str] = []

    def make(name: str) -> ChampionRecord:
        made.append(name)
        return light_challenger(paths, name, NOON + timedelta(minutes=len(made)))

    return make


def light_challenger(paths: Paths, name: str, now: datetime) -> ChampionRecord:
    folder = paths.challenger
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    metrics = {"models": {"storecast": {"overall": {"wape": float(len(name))}}}}
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "card.json").write_text(json.dumps({"model": name}))
    (folder / "model.pkl").write_text(name)
    files = digests_of(folder)
    record = ChampionRecord(
        version=new_version(now, files),
        kind="trained",
        cutoff=date(2017, 12, 31),
        created_at=now,
        data_hash="d" * 64,
        params_hash="p" * 64,
        files=files,
    )
    record.write(folder / RECORD)
    return record
