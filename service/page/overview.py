"""The list of the page: every series with its forecast, and those that need attention."""

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from data.panel.series_index import SeriesId
from drift.monitors.last_year import compare_with_last_year
from drift.monitors.series_attention import HORIZON_DAYS, Reason, series_needing_attention
from models.champion import Accuracy, Champion
from models.storage.forecast_table import DISCONTINUED


class SeriesColumns(BaseModel):
    """One entry per series in each list; `store` and `item` are positions in the lists of labels."""

    store: list[int]
    item: list[int]
    forecast: list[float] = Field(description="Units over the requested days.")
    comparable_forecast: list[float] = Field(
        description="The part of the forecast on days that have a record 52 weeks before."
    )
    last_year: list[float] = Field(description="The sum of these records.")


class Overview(BaseModel):
    """Every series of a champion with its forecast in total."""

    model_version: str
    cutoff: str
    days: int
    stores: list[SeriesId]
    items: list[SeriesId]
    series: SeriesColumns
    discontinued: list[int] = Field(description="Positions of series that are left out of totals.")
    attention: list[Reason] = Field(description="Series that need attention; row is their position.")
    attention_count: int = Field(description="Includes those that are not listed.")
    accuracy: Accuracy | None = Field(description="Of the newest backtest; null without one.")


def overview_of(champion: Champion, days: int) -> Overview:
    """All series of a champion over the first `days` days of its forecast."""
    table, panel = champion.table, champion.history
    shown = compare_with_last_year(panel, table, days)
    judged = shown if days == HORIZON_DAYS else compare_with_last_year(panel, table, HORIZON_DAYS)
    reasons, count = series_needing_attention(panel, table, judged)

    def rounded(values: NDArray[np.float64]) -> list[float]:
        return [round(value, 1) for value in values.tolist()]

    return Overview(
        model_version=champion.record.version,
        cutoff=str(table.cutoff),
        days=days,
        stores=list(table.series.store_names),
        items=list(table.series.item_names),
        series=SeriesColumns(
            store=table.series.store_codes.tolist(),
            item=table.series.item_codes.tolist(),
            forecast=rounded(shown.forecast),
            comparable_forecast=rounded(shown.compared),
            last_year=rounded(shown.last_year),
        ),
        discontinued=np.flatnonzero(table.methods[:, 0] == DISCONTINUED).tolist(),
        attention=reasons,
        attention_count=count,
        accuracy=champion.accuracy,
    )
