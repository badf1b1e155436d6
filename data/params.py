"""Settings from params.yaml, and the paths of the files that packages share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from data.errors import DataContractError
from data.text import quoted

Settings = TypeVar("Settings", bound=BaseModel)


class Params(BaseModel):
    """Base of every section of params.yaml: frozen, and a misspelt setting is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def load_params(section: str, model: type[Settings], path: Path | str = "params.yaml") -> Settings:
    """Read one section of params.yaml; raises `DataContractError` naming the setting that does not fit."""
    try:
        sections = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataContractError(f"{path} is missing.", hint="Run from the root of the project.") from error
    except yaml.YAMLError as error:
        raise DataContractError(f"{path} is not valid YAML: {error}.") from error
    if not isinstance(sections, dict) or section not in sections:
        raise DataContractError(f"{path} has no section {section!r}.", hint=f"Add a line `{section}:`.")
    return validate_section(f"{path}: {section}", model, sections[section] or {})


def validate_section(name: str, model: type[Settings], content: Any) -> Settings:
    """Settings of a section, wherever they come from; raises `DataContractError` with `name` in it."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(step) for step in (name, *problem["loc"]))
        raise DataContractError(f"{place} is {quoted(problem['input'])}; {problem['msg']}.") from error


class _Below:
    """A path below the root of the project."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __get__(self, paths: Paths, owner: type[Paths]) -> Path:
        return paths.root / self._path


@dataclass(frozen=True)
class Paths:
    """Where everything is, below the root of the project, by default the current directory."""

    root: Path = field(default_factory=Path)

    params = _Below("params.yaml")  # settings of all jobs
    raw = _Below("data/raw")  # raw sales: CSV, CSV.gz and Parquet
    sales = _Below("data/processed/sales.parquet")  # clean sales, one row per recorded series and day
    models = _Below("models")  # trained artifacts
    challenger = _Below("models/challenger")  # the version that was trained last
    versions = _Below("models/versions")  # one folder per promoted version, tracked by DVC
    champion_json = _Below("models/champion.json")  # which version is the champion
    history_jsonl = _Below("models/history.jsonl")  # every decision of the gate, one JSON object a line
    model_pkl = _Below("models/model.pkl")  # the champion's seed regressor, as a pickle
    metrics_json = _Below("models/metrics.json")  # the champion's scorecard
    dvc_lock = _Below("dvc.lock")  # what DVC holds: sales, challenger, reports
    dvc_config = _Below(".dvc/config")  # DVC's remotes; no secrets
    dvc_cache = _Below(".dvc/cache/files/md5")  # files DVC holds, by md5
    bentoml_home = _Below(".bentoml")  # BentoML's stores of this clone, unless BENTOML_HOME says otherwise
    reports = _Below("reports")  # reports of each job; not in git
    data_quality = _Below("reports/data_quality.json")  # result of the data checks
    leaderboard = _Below("reports/leaderboard.csv")  # all models side by side, from the last training
    scores = _Below("reports/scores.json")  # the challenger's overall scores, for `dvc metrics`
    drift_summary = _Below("reports/drift_summary.json")  # result of the last drift check
    flag = _Below("reports/retrain.flag")  # retraining is due while it exists
    gate = _Below("reports/gate.json")  # last decision of the gate, with both scorecards
    logs = _Below("logs")  # one text line an event; not in git
    drift_log = _Below("logs/drift_logs.log")  # every drift check
    retrain_log = _Below("logs/retrain_logs.log")  # every retraining
