"""The forecast table of a version: mean and quantiles of every series and step, computed when it is saved."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.atomic_files import atomic_path, atomic_write_json
from data.errors import ArtifactError
from data.panel.sales_panel import SeriesIndex
from models.storage.bounded_json import HINT, read_json, readable
from models.storage.quantile_curve import QUANTILES, from_bounds, interval, quantile

COLUMNS = ("forecast", *(f"quantile_{p:g}" for p in QUANTILES))
METHODS = ("model", "cold start", "closed", "discontinued")
MODEL, COLD_START, CLOSED, DISCONTINUED = range(4)


@dataclass(frozen=True)
class ForecastTable:
    """Forecasts of `n_series` series for `horizon_days` days, step 1 being the day after the cutoff.

    `values` is float32 (n_series, horizon_days, 18) in the order of `COLUMNS`, in units sold a day;
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
        """The forecasts alone, (n_series, horizon_days): means."""
        return self.values[:, :, 0]

    def quantile(self, probability: float) -> NDArray[np.floating]:
        """What sales stay below with a probability of 0.01 to 0.99, (n_series, horizon_days)."""
        return quantile(self.values, probability)

    def bounds(self, level: int) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Lower and upper bound of one level of `COVERAGE_LEVELS`, each (n_series, horizon_days)."""
        return interval(self.values, level)

    def save(self, folder: Path) -> None:
        """Write `forecasts.npy`, `methods.npy` and `series.json` into an existing folder."""
        for name, array in (("forecasts.npy", self.values), ("methods.npy", self.methods)):
            with atomic_path(folder / name) as path:
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
        """Read a saved table; raises `ArtifactError` unless its parts fit and every value is a number.

        The arrays are private copies in memory, 3 MB for 500 series: a file that is changed in place while it
        is served would otherwise change the answers, and a truncated one would end the process.
        """
        index = read_json(folder / "series.json")
        with readable(f"The forecast table in {folder}"):
            values = np.load(folder / "forecasts.npy", allow_pickle=False)
            methods = np.load(folder / "methods.npy", allow_pickle=False)
            series, cutoff = SeriesIndex.from_json(index), np.datetime64(index["cutoff"], "D")
            mean_sales, columns = np.asarray(index["mean_sales"], np.float32), tuple(index["columns"])
            if "lower_80" in columns:  # a table of version 0.2 and before
                values, columns = from_bounds(values, columns), COLUMNS
        table = cls(series, cutoff, values, methods, mean_sales)
        fault = f"its columns are {columns}, expected {COLUMNS}" if columns != COLUMNS else table._fault()
        if fault:
            raise ArtifactError(f"The forecast table in {folder} is damaged: {fault}.", hint=HINT)
        values.flags.writeable = methods.flags.writeable = False
        return table

    def _fault(self) -> str:
        """What makes this no table, empty for one that can be served."""
        shape = (len(self.series), *self.methods.shape[1:], len(COLUMNS))
        if self.methods.ndim != 2 or self.values.shape != shape or self.mean_sales.shape != shape[:1]:
            return f"its arrays are {self.values.shape} and {self.methods.shape}, expected {shape}"
        if self.values.dtype != np.float32 or self.methods.dtype != np.uint8:
            return f"its arrays are of {self.values.dtype} and {self.methods.dtype}"
        if not (np.isfinite(self.values).all() and np.isfinite(self.mean_sales).all()):
            return "a forecast is not a number"
        if self.values.min(initial=0) < 0 or self.methods.max(initial=0) >= len(METHODS):
            return "a forecast is negative or its method unknown"
        return ""
