"""Shared by all tests: a BentoML home of their own, small sales, and a small champion trained on them."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from data.panel.sales_panel import SalesPanel, SeriesIndex
from data.params import Params, Paths
from models.champion import Champion
from models.storage.bento_store import NAME
from models.storage.version_record import RECORD, ChampionRecord


def pytest_configure(config: pytest.Config) -> None:
    home = tempfile.TemporaryDirectory(prefix="storecast-bentoml-")
    config.add_cleanup(home.cleanup)
    os.environ["BENTOML_HOME"] = str(Path(home.name))  # read by BentoML when it is imported
    os.environ["BENTOML_DO_NOT_TRACK"] = "True"
    # No deadline: the time of an example depends on the load of the machine.
    settings.register_profile("storecast", settings(), deadline=None)
    settings.load_profile("storecast")


def sales_panel(n_stores: int = 2, n_items: int = 5, n_days: int = 800, seed: int = 1) -> SalesPanel:
    """Poisson sales around series × weekday × season, ending on 2017-12-31; store 1 is closed on Sundays."""
    rng = np.random.default_rng(seed)
    end = np.datetime64("2017-12-31", "D")
    dates = end - np.arange(n_days)[::-1]
    number = dates.astype(np.int64)
    weekday = np.array([0.9, 0.9, 1.0, 1.0, 1.1, 1.3, 1.4])[(number + 3) % 7]
    season = 1 + 0.3 * np.sin(2 * np.pi * number / 365.25)
    level = np.geomspace(4, 60, n_stores * n_items)
    sales = rng.poisson(level[:, None] * weekday * season).astype(np.float32)
    sales[:n_items, (number + 3) % 7 == 6] = 0
    stores = [store + 1 for store in range(n_stores) for _ in range(n_items)]
    items = [item + 1 for _ in range(n_stores) for item in range(n_items)]
    return SalesPanel(sales, dates[0], SeriesIndex.from_labels(stores, items))


def save_champion(panel: SalesPanel, root: Path) -> Path:
    """Fit a small forecaster and seed regressor, save them as training does; returns the version folder."""
    from models.baselines.seed_estimators import SeedParams
    from models.baselines.seed_regressor import SeedRegressor
    from models.forecaster.forecaster import Forecaster, ForecasterParams
    from training.registry.version_folder import TrainingResult, save_challenger

    small = ForecasterParams(folds=2, backtest_rows=2_000, final_rows=2_000, rounds=10)
    seed = SeedRegressor.fit("xgboost", panel, SeedParams(rows=1_000, rounds=10))
    no_metrics: dict[str, Any] = {"models": {}, "not_measured": {}}
    fitted = TrainingResult(panel, Forecaster.fit(panel, small), seed, no_metrics, Params())
    paths = Paths(root)
    save_challenger(fitted, paths)
    return paths.challenger


@pytest.fixture(autouse=True)
def empty_model_store() -> None:
    """Start with no imported version, so that no import of an earlier test is served."""
    shutil.rmtree(Path(os.environ["BENTOML_HOME"], "models", NAME), ignore_errors=True)


@pytest.fixture(scope="session")
def small_panel() -> SalesPanel:
    return sales_panel()


@pytest.fixture(scope="session")
def champion_folder(small_panel: SalesPanel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete version folder, shared by all tests: do not write to it."""
    return save_champion(small_panel, tmp_path_factory.mktemp("champion"))


@pytest.fixture(scope="session")
def champion(champion_folder: Path) -> Champion:
    return Champion.load(champion_folder)


@pytest.fixture
def clone(champion_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the small champion, as the current directory."""
    record = ChampionRecord.read(champion_folder / RECORD)
    (tmp_path / "models" / "versions").mkdir(parents=True)
    (tmp_path / "models" / "versions" / record.version).symlink_to(champion_folder)
    record.write(tmp_path / "models" / RECORD)
    monkeypatch.chdir(tmp_path)
    return tmp_path
