"""Histories that callers send, as panels the model can forecast from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.storage.version_record import KEPT_DAYS
from service.api.request_models import SeriesRequest

MAX_CELLS = 30_000  # series × days of one model call; larger panels cost more than more calls


@dataclass(frozen=True)
class HistoryBlock:
    """Some of a request's histories, for one model call.

    `places` are their positions in the request, one a row of `panel`; `last_days` (n_series,) the day each
    ends on, after which its forecast starts. A series may be there more than once.
    """

    places: list[int]
    panel: SalesPanel
    last_days: NDArray[np.datetime64]


@dataclass(frozen=True)
class _History:
    place: int
    dates: NDArray[np.datetime64]
    sales: NDArray[np.float32]
    first: np.datetime64
    last: np.datetime64


def newest_days(history: SalesPanel) -> SalesPanel:
    """As much of a history as the model looks back at."""
    first = history.end - np.timedelta64(KEPT_DAYS - 1, "D")
    return history if first <= history.start else history.window(first, history.end)


def history_blocks(series: Sequence[SeriesRequest]) -> Iterator[HistoryBlock]:
    """The entries with a history, in as few panels as their size allows, the earliest to end first."""
    histories = [_read(place, one) for place, one in enumerate(series) if one.history]
    histories.sort(key=lambda one: one.last)
    while histories:
        size, start = 0, histories[0].first
        for history in histories:
            start = min(start, history.first)
            n_days = int((history.last - start).astype(np.int64)) + 1
            if size and (size + 1) * n_days > MAX_CELLS:
                break
            size += 1
        yield _block(histories[:size], series)
        histories = histories[size:]


def _read(place: int, series: SeriesRequest) -> _History:
    """The newest days of one history; of two rows a day the later counts."""
    days = {day.date: np.nan if day.sales is None else day.sales for day in series.history or ()}
    dates, sales = np.array(list(days), "datetime64[D]"), np.array(list(days.values()), np.float32)
    last = dates.max()
    is_kept = dates > last - KEPT_DAYS
    return _History(place, dates[is_kept], sales[is_kept], dates[is_kept].min(), last)


def _block(histories: Sequence[_History], series: Sequence[SeriesRequest]) -> HistoryBlock:
    places = [history.place for history in histories]
    start, last_days = min(history.first for history in histories), [history.last for history in histories]
    n_days = int((last_days[-1] - start).astype(np.int64)) + 1
    sales = np.full((len(histories), n_days), np.nan, np.float32)
    for row, history in enumerate(histories):
        sales[row, (history.dates - start).astype(np.int64)] = history.sales
    index = SeriesIndex(
        tuple(series[place].store for place in places), tuple(series[place].item for place in places)
    )
    return HistoryBlock(places, SalesPanel(sales, start, index), np.array(last_days, "datetime64[D]"))
