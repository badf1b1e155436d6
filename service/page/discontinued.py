"""Which series of a forecast table are discontinued: forecast as 0 and left out of totals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.storage.forecast_table import METHODS, ForecastTable

DISCONTINUED = METHODS.index("discontinued") if "discontinued" in METHODS else len(METHODS)


def discontinued_rows(table: ForecastTable) -> NDArray[np.bool_]:
    """Whether a series is discontinued on every day of the forecast, (n_series,)."""
    return np.asarray((table.methods == DISCONTINUED).all(axis=1))
