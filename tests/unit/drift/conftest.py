"""A small clone with a calibrated champion, and the weeks after it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from data.params import Paths
from data.synthetic import SyntheticParams, synthetic_panel
from drift.calibrate import calibrate
from drift.calibration.thresholds import Calibration
from drift.params import DriftParams
from models.champion import Champion
from models.storage.version_record import ChampionRecord
from tests.conftest import save_champion

SALES = SyntheticParams(stores=3, items=6, days=900)
PARAMS = DriftParams(replay_weeks=70, evidence_weeks=9)
NEW_DAYS = 28


def promote(known: SalesPanel, calibration: Calibration, paths: Paths) -> None:
    """Make a small model of these sales the champion of a root that has none."""
    folder = save_champion(known, paths.root)
    calibration.save(folder)
    record = ChampionRecord.read(folder / "champion.json")
    paths.versions.mkdir()
    folder.rename(paths.versions / record.version)
    record.write(paths.champion_json)


@pytest.fixture(scope="session")
def known() -> SalesPanel:
    """What the champion has seen."""
    panel = synthetic_panel(SALES)
    return panel.until(panel.end - np.timedelta64(NEW_DAYS, "D"))


@pytest.fixture(scope="session")
def calibration(known: SalesPanel) -> Calibration:
    return calibrate(known, PARAMS)


@pytest.fixture(scope="session")
def calibrated_clone(
    known: SalesPanel, calibration: Calibration, tmp_path_factory: pytest.TempPathFactory
) -> Paths:
    """A root with a champion; read it, do not change it."""
    paths = Paths(tmp_path_factory.mktemp("calibrated"))
    promote(known, calibration, paths)
    return paths


@pytest.fixture
def clone(calibrated_clone: Paths, tmp_path: Path) -> Paths:
    """The same, to change at will."""
    shutil.copytree(calibrated_clone.root, tmp_path / "clone")
    return Paths(tmp_path / "clone")


@pytest.fixture(scope="session")
def calibrated_champion(calibrated_clone: Paths) -> Champion:
    return Champion.load(next(calibrated_clone.versions.iterdir()))
