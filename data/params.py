"""Settings from params.yaml, and the path of every file the rooms share."""

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
    try:
        return validate_section(section, model, sections[section] or {})
    except DataContractError as error:
        raise DataContractError(f"{path}: {error}") from error


def validate_section(section: str, model: type[Settings], content: Any) -> Settings:
    """Settings of a section, wherever they come from; raises `DataContractError` as `load_params`."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(step) for step in (section, *problem["loc"]))
        raise DataContractError(f"{place} is {quoted(problem['input'])}; {problem['msg']}.") from error


@dataclass(frozen=True)
class Paths:
    """Where everything is, below the root of the project (the current folder unless told)."""

    root: Path = field(default_factory=Path)

    @property
    def params(self) -> Path:
        """Settings of all jobs."""
        return self.root / "params.yaml"

    @property
    def raw(self) -> Path:
        """Sales as they came: CSV, CSV.gz and Parquet."""
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        """Everything derived from raw sales."""
        return self.root / "data" / "processed"

    @property
    def sales(self) -> Path:
        """Clean sales, one row per recorded series and day."""
        return self.processed / "sales.parquet"

    @property
    def models(self) -> Path:
        """Trained artifacts."""
        return self.root / "models"

    @property
    def challenger(self) -> Path:
        """The version that asks to be promoted."""
        return self.models / "challenger"

    @property
    def versions(self) -> Path:
        """One folder per promoted version, tracked by DVC."""
        return self.models / "versions"

    @property
    def champion_json(self) -> Path:
        """The one truth about what is served."""
        return self.models / "champion.json"

    @property
    def history_jsonl(self) -> Path:
        """Every decision of the gate, one JSON object a line."""
        return self.models / "history.jsonl"

    @property
    def model_pkl(self) -> Path:
        """The champion's seed regressor, for people who expect a pickle."""
        return self.models / "model.pkl"

    @property
    def metrics_json(self) -> Path:
        """The champion's scorecard."""
        return self.models / "metrics.json"

    @property
    def dvc_lock(self) -> Path:
        """What DVC holds: sales, challenger, reports."""
        return self.root / "dvc.lock"

    @property
    def dvc_config(self) -> Path:
        """DVC's remotes; no secrets."""
        return self.root / ".dvc" / "config"

    @property
    def dvc_cache(self) -> Path:
        """Files DVC holds, by md5."""
        return self.root / ".dvc" / "cache" / "files" / "md5"

    @property
    def bentoml_home(self) -> Path:
        """BentoML's stores of this clone, unless BENTOML_HOME says otherwise."""
        return self.root / ".bentoml"

    @property
    def reports(self) -> Path:
        """What a person reads after a run; not in git."""
        return self.root / "reports"

    @property
    def data_quality(self) -> Path:
        """What was found in the raw sales and what was done about it."""
        return self.reports / "data_quality.json"

    @property
    def leaderboard(self) -> Path:
        """All models side by side, from the last training."""
        return self.reports / "leaderboard.csv"

    @property
    def scores(self) -> Path:
        """The challenger's overall scores, for `dvc metrics`."""
        return self.reports / "scores.json"

    @property
    def drift_summary(self) -> Path:
        """Result of the last drift check."""
        return self.reports / "drift_summary.json"

    @property
    def flag(self) -> Path:
        """Asks for a retraining while it exists."""
        return self.reports / "retrain.flag"

    @property
    def gate(self) -> Path:
        """What the gate last decided, with both scorecards."""
        return self.reports / "gate.json"

    @property
    def logs(self) -> Path:
        """One text line an event; not in git."""
        return self.root / "logs"

    @property
    def drift_log(self) -> Path:
        """Every drift check."""
        return self.logs / "drift_logs.log"

    @property
    def retrain_log(self) -> Path:
        """Every retraining."""
        return self.logs / "retrain_logs.log"
