"""Seasonal naive: the last known week, again and again."""

import numpy as np

from data.panel.sales_panel import SalesPanel, SeriesIndex
from models.baselines.seasonal_naive import SeasonalNaive

NAN = np.nan


def forecast(*rows: list[float], horizon_days: int) -> list[list[float]]:
    series = SeriesIndex.from_labels([1] * len(rows), list(range(len(rows))))
    panel = SalesPanel(np.array(rows, np.float32), np.datetime64("2024-01-01"), series)
    made = SeasonalNaive().forecast(panel, horizon_days)
    return [[float(day) for day in row] for row in made]


def test_the_last_week_is_repeated_over_the_horizon() -> None:
    weeks = [9.0, 9, 9, 1, 2, 3, 4, 5, 6, 7]
    assert forecast(weeks, horizon_days=9) == [[1, 2, 3, 4, 5, 6, 7, 1, 2]]


def test_an_unknown_day_falls_back_on_the_same_weekday_before() -> None:
    weeks = [10.0, 11, 12, 13, 14, 15, 16, 1, NAN, 3, 4, 5, 6, 7]
    assert forecast(weeks, horizon_days=3) == [[1, 11, 3]]


def test_an_unknown_weekday_takes_the_mean() -> None:
    assert forecast([2.0, 4.0], horizon_days=7) == [[3, 3, 3, 3, 3, 2, 4]]


def test_a_series_without_any_known_day_sells_nothing() -> None:
    assert forecast([NAN] * 8, [1.0] * 8, horizon_days=2) == [[0, 0], [1, 1]]
