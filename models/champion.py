"""A saved model, opened for use: its table at once, history and estimators when somebody asks for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from data.errors import ArtifactError
from data.panel.sales_panel import SalesPanel
from models.storage import bento_store as store
from models.storage.forecast_table import ForecastTable

if TYPE_CHECKING:
    from models.baselines.seed_regressor import SeedRegressor
    from models.forecaster.forecaster import Forecaster


@dataclass(frozen=True)
class Champion:
    """One version: `card` says what it is and how good; look-ups in `table` need nothing but numpy."""

    folder: Path
    record: store.ChampionRecord
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
        record = store.ChampionRecord.read(folder / store.RECORD)
        if verify:
            store.verify(folder, record)
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ArtifactError(
                f"card.json of version {record.version} cannot be read: {error}.", hint="Train again."
            ) from error
        return cls(folder, record, card)

    @property
    def trained_until(self) -> np.datetime64:
        """The last day its trees have seen; rolling forward does not move it."""
        return np.datetime64(self.card["trained_until"], "D")

    @cached_property
    def table(self) -> ForecastTable:
        """Forecasts and bounds of every known series, memory-mapped."""
        return ForecastTable.open(self.folder)

    @cached_property
    def history(self) -> SalesPanel:
        """The newest sales of every known series, up to the cutoff."""
        return SalesPanel.load(self.folder / "history.npz")

    @cached_property
    def forecaster(self) -> Forecaster:
        """The model itself, for what is not in the table; imports xgboost."""
        from models.forecaster.forecaster import Forecaster

        return Forecaster.load(self.folder)

    @cached_property
    def seed(self) -> SeedRegressor:
        """The better of the seed's two regressors, for callers who send its ten features."""
        from models.baselines.seed_regressor import SeedRegressor

        return SeedRegressor.load(self.folder)
