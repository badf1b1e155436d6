"""Panels as pandas frames and back, for tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.panel.sales_panel import SalesPanel, panel_from_columns
from data.panel.schema import COLUMNS, DATE, ITEM, SALES, STORE


def panel_from_frame(frame: pd.DataFrame) -> SalesPanel:
    """Arrange a long frame, rows in any order, as a panel."""
    return panel_from_columns(*(frame[name].to_numpy() for name in COLUMNS))


def frame_from_panel(panel: SalesPanel) -> pd.DataFrame:
    """One row per recorded series and day, sorted by store, item, date; dates are datetime64[s]."""
    rows, columns = np.nonzero(~np.isnan(panel.sales))
    return pd.DataFrame(
        {
            DATE: panel.dates[columns],
            STORE: pd.Index(panel.series.stores).take(rows),
            ITEM: pd.Index(panel.series.items).take(rows),
            SALES: panel.sales[rows, columns],
        }
    )
