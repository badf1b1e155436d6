"""A version folder: everything needed to serve, score and explain a model, complete or not there."""

import hashlib
import pickle
import platform
import shutil
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from data.atomic_files import atomic_write_json
from data.panel.sales_panel import SalesPanel
from data.params import Paths
from drift.calibration.thresholds import Calibration
from models.baselines.seed_regressor import SeedRegressor
from models.champion import Champion
from models.forecaster.forecaster import Forecaster
from models.storage.version_record import (
    KEPT_DAYS,
    PICKLE,
    RECORD,
    ChampionRecord,
    Kind,
    digests_of,
    new_version,
)

LIBRARIES = ("numpy", "pandas", "scikit-learn", "xgboost-cpu", "bentoml")


@dataclass(frozen=True)
class TrainingResult:
    """What a training run produces."""

    panel: SalesPanel
    forecaster: Forecaster
    seed: SeedRegressor
    metrics: dict[str, Any]
    settings: BaseModel
    calibration: Calibration | None = None


def save_challenger(fitted: TrainingResult, paths: Paths) -> ChampionRecord:
    """Write a complete version to `models/challenger` in place of the one before."""
    folder = paths.models / ".challenger-unfinished"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write_forecasts(fitted.forecaster, fitted.panel, folder)
    fitted.seed.save(folder)
    if fitted.calibration is not None:
        fitted.calibration.save(folder)
    (folder / PICKLE).write_bytes(pickle.dumps(fitted.seed.fitted))
    atomic_write_json(folder / "metrics.json", fitted.metrics)
    atomic_write_json(folder / "card.json", _card(fitted, paths.root))
    record = _write_record(folder, "trained", fitted.panel, params_hash(fitted.settings))
    shutil.rmtree(paths.challenger, ignore_errors=True)
    folder.rename(paths.challenger)
    return record


def save_rolled_forward(champion: Champion, forecaster: Forecaster, panel: SalesPanel, paths: Paths) -> Path:
    """Write the champion with a newer history. Return the folder, for `promote`.

    Trees, baseline regressor, scores and drift thresholds are copied: only a training changes them.
    """
    folder = paths.models / ".rolled-forward"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(champion.folder, folder, ignore=shutil.ignore_patterns(RECORD))
    _write_forecasts(forecaster, panel, folder)
    card = {
        **champion.card,
        "cutoff": str(panel.end),
        "trained_until": str(champion.trained_until),
        "recent_correction": asdict(forecaster.recent_correction),
        "adaptive_range": asdict(forecaster.adaptive_range),
        "data": _data_facts(panel),
    }
    atomic_write_json(folder / "card.json", card)
    _write_record(folder, "rolled forward", panel, champion.record.params_hash)
    return folder


def params_hash(settings: BaseModel) -> str:
    """sha256 of all settings a training depends on."""
    return hashlib.sha256(settings.model_dump_json().encode()).hexdigest()


def _write_record(folder: Path, kind: Kind, panel: SalesPanel, params_hash: str) -> ChampionRecord:
    files, now = digests_of(folder), datetime.now(UTC)
    record = ChampionRecord(
        version=new_version(now, files),
        kind=kind,
        cutoff=panel.end.astype(object),
        created_at=now,
        data_hash=panel.content_hash(),
        params_hash=params_hash,
        files=files,
    )
    record.write(folder / RECORD)
    return record


def _write_forecasts(forecaster: Forecaster, panel: SalesPanel, folder: Path) -> None:
    """The forecaster, its table, and the sales both start from."""
    forecaster.save(folder)
    forecaster.forecast(panel).save(folder)
    first = max(panel.start, panel.end - np.timedelta64(KEPT_DAYS - 1, "D"))
    panel.window(first, panel.end).save(folder / "history.npz")


def _card(fitted: TrainingResult, root: Path) -> dict[str, Any]:
    """The model card: the model, its data, its scores, and the code and settings that produced it."""
    panel, models = fitted.panel, fitted.metrics["models"]
    return {
        "model": "storecast",
        "members": fitted.forecaster.chosen,
        "recent_correction": asdict(fitted.forecaster.recent_correction),
        "adaptive_range": asdict(fitted.forecaster.adaptive_range),
        "seed_regressor": fitted.seed.kind,
        "horizon_days": fitted.forecaster.params.horizon_days,
        "cutoff": str(panel.end),
        "trained_until": str(panel.end),
        "data": _data_facts(panel),
        "scores": {model: entry["overall"] for model, entry in models.items()},
        "not_measured": fitted.metrics["not_measured"],
        "params": fitted.settings.model_dump(mode="json"),
        "git_commit": _git_commit(root),
        "libraries": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
    }


def _data_facts(panel: SalesPanel) -> dict[str, Any]:
    return {
        "hash": panel.content_hash(),
        "first_day": str(panel.start),
        "last_day": str(panel.end),
        "series": panel.n_series,
        "known_days": int(np.isfinite(panel.sales).sum()),
    }


def _git_commit(root: Path) -> str | None:
    """The commit that was checked out; None outside a repository."""
    try:
        return subprocess.check_output(
            ["git", "rev-parse", "HEAD"], cwd=root, stderr=subprocess.DEVNULL, text=True
        ).strip()
    except (OSError, subprocess.CalledProcessError):
        return None
