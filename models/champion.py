"""A saved model, opened for use: its table at once, history and estimators at their first use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from pydantic import BaseModel, Field

from data.errors import ArtifactError
from data.panel.sales_panel import SalesPanel
from models.evaluation.model_names import SEASONAL_NAIVE, STORECAST
from models.storage import version_record
from models.storage.bounded_json import read_json, readable
from models.storage.forecast_table import ForecastTable
from models.storage.version_record import RECORD, ChampionRecord

if TYPE_CHECKING:
    from models.baselines.seed_regressor import SeedRegressor
    from models.forecaster.backtest_folds import NewestFold
    from models.forecaster.forecaster import Forecaster


class Accuracy(BaseModel):
    """Scores on days the model did not know; in percent, null where one could not be measured."""

    first_day: date
    last_day: date
    error: float | None = Field(description="WAPE: absolute errors as a share of the units sold.")
    baseline_error: float | None = Field(description="WAPE of seasonal naive, which repeats the last week.")
    bias: float | None = Field(description="Above 0: more was forecast than was sold.")
    coverage_80: float | None
    coverage_95: float | None


@dataclass(frozen=True)
class Champion:
    """One version: `card` describes it and its scores; look-ups in `table` need only numpy."""

    folder: Path
    record: ChampionRecord
    card: dict[str, Any]

    @classmethod
    def load(cls, folder: Path, verify: bool = True) -> Self:
        """Open a version folder; `ArtifactError` names a file that is missing or not what was saved.

        `verify=False` skips the hashing, for a folder whose files were checked a moment ago.
        """
        if not folder.exists():
            raise ArtifactError(
                f"The files of version {folder.name} are not in {folder.parent}.",
                hint="`make restore` brings the champion's from the DVC remote; `make train` makes another.",
            )
        record = ChampionRecord.read(folder / RECORD)
        if verify:
            version_record.verify(folder, record)
        return cls(folder, record, read_json(folder / "card.json"))

    @property
    def trained_until(self) -> np.datetime64:
        """The last day its trees have seen; rolling forward does not move it."""
        return np.datetime64(self.card["trained_until"], "D")

    @cached_property
    def table(self) -> ForecastTable:
        """Forecasts and bounds of every known series."""
        return ForecastTable.open(self.folder)

    @cached_property
    def history(self) -> SalesPanel:
        """The newest sales of every known series, up to the cutoff."""
        return SalesPanel.load(self._unchanged("history") / "history.npz")

    @cached_property
    def forecaster(self) -> Forecaster:
        """The model itself, for what is not in the table; imports xgboost."""
        from models.forecaster.forecaster import Forecaster

        return Forecaster.load(self._unchanged("forecaster", "backtest", "tree"))

    @cached_property
    def seed(self) -> SeedRegressor:
        """The better of the two baseline regressors, for callers who send its ten features."""
        from models.baselines.seed_regressor import SeedRegressor

        return SeedRegressor.load(self._unchanged("seed"))

    @cached_property
    def backtest(self) -> NewestFold | None:
        """Forecasts and sales of the newest fold; None when the history was too short for one."""
        from models.forecaster.backtest_folds import NewestFold

        return NewestFold.open(self._unchanged("forecaster.json", "backtest"))

    def _unchanged(self, *prefixes: str) -> Path:
        """The folder, once these files are checked again: they may be first used days after loading."""
        version_record.verify(self.folder, self.record, prefixes)
        return self.folder

    @cached_property
    def accuracy(self) -> Accuracy | None:
        """Scores on the hold-out; None when the history was too short to hold days out."""
        metrics = read_json(self.folder / "metrics.json")
        with readable(f"metrics.json in {self.folder}"):
            hold_out, models = metrics.get("hold_out"), metrics["models"]
            if hold_out is None or STORECAST not in models:
                return None
            cutoff = date.fromisoformat(hold_out)
            scores = models[STORECAST]["by_fold"][hold_out]
            baseline = models[SEASONAL_NAIVE]["by_fold"][hold_out] if SEASONAL_NAIVE in models else {}
            return Accuracy(
                first_day=cutoff + timedelta(days=1),
                last_day=cutoff + timedelta(days=metrics["horizon_days"]),
                error=scores["wape"],
                baseline_error=baseline.get("wape"),
                **{name: scores[name] for name in ("bias", "coverage_80", "coverage_95")},
            )
