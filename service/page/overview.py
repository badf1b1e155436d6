"""Every series at a glance: what the page lists, and which of them need a look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from data.panel.series_index import SeriesId
from drift.monitors.last_year import Comparison, compare_with_last_year
from drift.monitors.series_attention import HORIZON_DAYS, Kind, series_needing_attention
from models.champion import Accuracy, Champion


class SeriesColumns(BaseModel):
    """One entry per series in each list; `store` and `item` are positions in the lists of labels."""

    store: list[int]
    item: list[int]
    forecast: list[float] = Field(description="Units over the days asked for.")
    compared: list[float] = Field(description="The part of it on days that have a record one year before.")
    last_year: list[float] = Field(description="Those records: compared / last_year is like for like.")


class Attention(BaseModel):
    """A series worth a look, as a position in the columns, and the figures its reason is worded from."""

    series: int
    kind: Kind
    units: float = Field(description="Units at stake, which the list is sorted by.")
    days: int
    change: float | None = Field(description="As a share, against what kind names.")
    common: float | None = Field(description="The same change over all series.")


class Overview(BaseModel):
    """What the page's list and its totals are made from."""

    model_version: str
    cutoff: str
    days: int
    horizon_days: int
    stores: list[SeriesId]
    items: list[SeriesId]
    series: SeriesColumns
    attention: list[Attention]
    attention_count: int = Field(description="Also counts those beyond the ones listed.")
    accuracy: Accuracy | None = Field(description="On days held out of training; null without any.")


def overview_of(champion: Champion, days: int) -> Overview:
    """Describe all series of a champion over the first `days` days of its forecast."""
    table, panel = champion.table, champion.history
    shown = compare_with_last_year(panel, table, days)
    judged = shown if days == HORIZON_DAYS else compare_with_last_year(panel, table, HORIZON_DAYS)
    reasons, count = series_needing_attention(panel, table, judged)
    return Overview(
        model_version=champion.record.version,
        cutoff=str(table.cutoff),
        days=days,
        horizon_days=table.horizon_days,
        stores=list(table.series.store_names),
        items=list(table.series.item_names),
        series=_columns(table.series.store_codes, table.series.item_codes, shown),
        attention=[
            Attention(
                series=reason.row,
                kind=reason.kind,
                units=round(reason.units, 1),
                days=reason.days,
                change=reason.change,
                common=reason.common,
            )
            for reason in reasons
        ],
        attention_count=count,
        accuracy=champion.accuracy,
    )


def _columns(stores: NDArray[np.int64], items: NDArray[np.int64], sums: Comparison) -> SeriesColumns:
    def rounded(values: NDArray[np.float64]) -> list[float]:
        return [round(value, 1) for value in values.tolist()]

    return SeriesColumns(
        store=stores.tolist(),
        item=items.tolist(),
        forecast=rounded(sums.forecast),
        compared=rounded(sums.compared),
        last_year=rounded(sums.last_year),
    )
