"""Panels as pandas frames and back, for tests."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from data.panel.sales_panel import SalesPanel, panel_from_codes
from data.panel.schema import COLUMNS, DATE, ITEM, SALES, STORE


def panel_from_columns(dates: ArrayLike, stores: ArrayLike, items: ArrayLike, sales: ArrayLike) -> SalesPanel:
    """Arrange one row per series and day, in any order, as a panel."""
    store_names, store_codes = np.unique(_plain_labels(stores), return_inverse=True)
    item_names, item_codes = np.unique(_plain_labels(items), return_inverse=True)
    return panel_from_codes(
        np.asarray(dates, dtype="datetime64[D]"),
        store_codes * len(item_names) + item_codes,
        store_names.tolist(),
        item_names.tolist(),
        np.asarray(sales, dtype=np.float32),
    )


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


def _plain_labels(labels: ArrayLike) -> NDArray[Any]:
    array = np.asarray(labels)
    if np.issubdtype(array.dtype, np.integer):
        return array.astype(np.int64)
    if array.dtype == object and all(isinstance(label, int | np.integer) for label in array):
        return array.astype(np.int64)
    return array.astype(np.str_)
