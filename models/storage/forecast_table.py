"""A champion's own answers: every series, step and bound, computed once and memory-mapped by its servers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.atomic_files import atomic_path, atomic_write_json
from data.errors import ArtifactError
from data.panel.sales_panel import SeriesIndex

COVERAGE_LEVELS = (50, 80, 90, 95)
COLUMNS = ("forecast", *(f"{side}_{level}" for level in COVERAGE_LEVELS for side in ("lower", "upper")))
METHODS = ("model", "cold start", "closed", "discontinued")
MODEL, COLD_START, CLOSED, DISCONTINUED = range(4)


@dataclass(frozen=True)
class ForecastTable:
    """Forecasts of `n_series` series for `horizon_days` days, step 1 being the day after the cutoff.

    `values` is float32 (n_series, horizon_days, 9) in the order of `COLUMNS`, in units sold a day;
    `methods` is uint8 (n_series, horizon_days), positions in `METHODS`.
    """

    series: SeriesIndex
    cutoff: np.datetime64
    values: NDArray[np.float32]
    methods: NDArray[np.uint8]
    mean_sales: NDArray[np.float32]

    @property
    def horizon_days(self) -> int:
        return int(self.values.shape[1])

    @property
    def forecast(self) -> NDArray[np.float32]:
        """The forecasts alone, (n_series, horizon_days)."""
        return self.values[:, :, 0]

    def bounds(self, level: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Lower and upper bound of one level of `COVERAGE_LEVELS`, each (n_series, horizon_days)."""
        column = 1 + 2 * COVERAGE_LEVELS.index(level)
        return self.values[:, :, column], self.values[:, :, column + 1]

    def save(self, folder: Path) -> None:
        """Write `forecasts.npy`, `methods.npy` and `series.json` into an existing folder."""
        for name, array in (("forecasts.npy", self.values), ("methods.npy", self.methods)):
            with atomic_path(folder / name) as path:  # whoever has the old file mapped keeps it
                np.save(path, array)
        index = {
            "cutoff": str(self.cutoff),
            "columns": COLUMNS,
            "methods": METHODS,
            "mean_sales": [round(float(mean), 4) for mean in self.mean_sales],
            **self.series.to_json(),
        }
        atomic_write_json(folder / "series.json", index)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Map a saved table into memory; raises `ArtifactError` when its parts do not fit together."""
        try:
            index = json.loads((folder / "series.json").read_text(encoding="utf-8"))
            values = np.load(folder / "forecasts.npy", mmap_mode="r", allow_pickle=False)
            methods = np.load(folder / "methods.npy", mmap_mode="r", allow_pickle=False)
            series = SeriesIndex.from_json(index)
        except (OSError, ValueError, KeyError) as error:
            raise ArtifactError(
                f"The forecast table in {folder} cannot be read: {error}.",
                hint="Restore the version from DVC or train again.",
            ) from error
        shape = (len(series), methods.shape[1], len(COLUMNS))
        if values.shape != shape or index["columns"] != list(COLUMNS):
            raise ArtifactError(
                f"The forecast table in {folder} has shape {values.shape}; its index calls for {shape}.",
                hint="Restore the version from DVC or train again.",
            )
        mean_sales = np.asarray(index["mean_sales"], np.float32)
        return cls(series, np.datetime64(index["cutoff"], "D"), values, methods, mean_sales)
