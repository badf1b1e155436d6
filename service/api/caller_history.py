"""Histories that callers bring along, as a panel the model can forecast from."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

import numpy as np

from data.panel.sales_panel import SalesPanel, panel_from_columns
from data.panel.series_index import SeriesId
from service.api.schemas import SeriesRequest

KEPT_DAYS = 1_120  # as many as a champion keeps: no level looks further back


def newest_days(history: SalesPanel) -> SalesPanel:
    """As much of a history as the model looks back at."""
    first = history.end - np.timedelta64(KEPT_DAYS - 1, "D")
    return history if first <= history.start else history.window(first, history.end)


def history_panel(brought: Iterable[SeriesRequest]) -> SalesPanel:
    """The histories of a request as one panel: what the model looks back at, of two rows a day the later.

    Raises `DataContractError` when a series came twice.
    """
    known: list[tuple[datetime.date, SeriesId, SeriesId, float]] = []
    for series in brought:
        days = {day.date: np.nan if day.sales is None else day.sales for day in series.history or ()}
        first = max(days) - datetime.timedelta(days=KEPT_DAYS - 1)
        known += [(day, series.store, series.item, sales) for day, sales in days.items() if day >= first]
    dates, stores, items, sales = zip(*known, strict=True)
    return panel_from_columns(
        np.array(dates, "datetime64[D]"), _one_type(stores), _one_type(items), np.array(sales, np.float32)
    )


def _one_type(labels: Sequence[SeriesId]) -> Sequence[SeriesId]:
    """Labels as they are when all are integers, else all as text: a panel sorts them."""
    return labels if all(isinstance(label, int) for label in labels) else [str(label) for label in labels]
