"""What was forecast for the newest days of the backtest, and what then came: the page's answer to doubt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from data.errors import ArtifactError
from data.panel.series_index import SeriesIndex
from models.forecaster.backtest_folds import FoldForecast
from models.storage.array_packing import unpack

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Past:
    """Forecasts made at `cutoff` without knowing later days, and the sales that came: (n_series, n_days).

    A day of a series is NaN in both where no record came, so that sums of the two are like for like.
    """

    series: SeriesIndex
    cutoff: np.datetime64
    forecast: Floats
    actual: Floats

    @classmethod
    def open(cls, folder: Path) -> Self | None:
        """The newest fold of a version; None when it had too little history for one."""
        try:
            described = json.loads((folder / "forecaster.json").read_text(encoding="utf-8"))
            if not described["folds"]:
                return None
            with np.load(folder / "backtest.npz", allow_pickle=False) as stored:
                newest = {name: stored[name] for name in stored.files if name.startswith("0.")}
            fold = unpack(FoldForecast, newest, "0.")
            forecast, actual = fold.forecast(described["chosen"]).astype(np.float32), fold.actual
            known = np.isfinite(forecast) & np.isfinite(actual)
            forecast, actual = (np.where(known, values, np.nan) for values in (forecast, actual))
            return cls(SeriesIndex.from_json(described), fold.cutoff, forecast, actual)
        except (OSError, ValueError, KeyError) as error:
            raise ArtifactError(
                f"The backtest in {folder} cannot be read: {error!r}.",
                hint="Restore the version from DVC or train again.",
            ) from error

    def total(self, series: SeriesIndex) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Forecast and sales of each day summed over the given series, NaN on days none of them has."""
        rows = self.series.rows_of(series)
        rows = rows[rows >= 0]
        forecast, actual = self.forecast[rows], self.actual[rows]
        known = np.isfinite(actual).any(axis=0)
        said, came = (np.nansum(values, axis=0, dtype=np.float64) for values in (forecast, actual))
        return np.where(known, said, np.nan), np.where(known, came, np.nan)
