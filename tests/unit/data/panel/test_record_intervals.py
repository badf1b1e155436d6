"""data.panel.record_intervals: totals of weeks and months are no daily sales."""

import numpy as np
import pytest

from data.dates.calendar_days import as_day
from data.errors import DataContractError
from data.panel.record_intervals import require_daily
from data.panel.sales_panel import SalesPanel, SeriesIndex

START = as_day("2023-01-01")


def panel_of(*days: np.ndarray) -> SalesPanel:
    """One series per array of days on which it has a row, counted from the start."""
    sales = np.full((len(days), int(max(found.max() for found in days)) + 1), np.nan, np.float32)
    for row, found in enumerate(days):
        sales[row, found] = 5
    return SalesPanel(sales, START, SeriesIndex.from_labels(list(range(len(days))), ["x"] * len(days)))


def firsts_of_months(n_months: int, step: int = 1) -> np.ndarray:
    months = np.datetime64("2023-01", "M") + np.arange(0, n_months, step)
    return (months.astype("datetime64[D]") - START).astype(np.int64)


DAILY = np.arange(400)
WEEKLY = 5 + 7 * np.arange(40)


@pytest.mark.parametrize(
    ("days", "period"),
    [(WEEKLY, "week"), (firsts_of_months(13), "month"), (firsts_of_months(24, 3), "quarter")],
)
def test_a_series_of_totals_is_named_beside_daily_ones(days: np.ndarray, period: str) -> None:
    with pytest.raises(
        DataContractError, match=rf"1 of 2 series are not daily: store 1, item x: one row a {period}"
    ):
        require_daily(panel_of(DAILY, days))


def test_a_short_file_of_weekly_totals_is_refused_where_all_series_agree() -> None:
    short = 5 + 7 * np.arange(5)
    with pytest.raises(DataContractError, match="2 of 2 series"):
        require_daily(panel_of(short, short))
    require_daily(panel_of(DAILY, short))


def test_weeks_that_are_missing_or_a_day_late_are_weeks_still() -> None:
    days = np.delete(WEEKLY, [3, 4, 30])
    days[-5] += 1
    with pytest.raises(DataContractError, match="one row a week"):
        require_daily(panel_of(DAILY, days))


def test_a_series_that_turned_from_days_to_weeks_is_refused() -> None:
    days = np.concatenate([np.arange(300), 306 + 7 * np.arange(13)])
    with pytest.raises(DataContractError, match="one row a week"):
        require_daily(panel_of(days, np.arange(int(days.max()) + 1)))


def test_daily_sales_with_closed_days_and_slow_sellers_pass() -> None:
    rng = np.random.default_rng(1)
    weekdays_only = DAILY[DAILY % 7 < 5]
    weekends_only = DAILY[DAILY % 7 >= 5]
    slow = [
        np.flatnonzero(rng.random(730) < share) for share in (0.01, 0.03, 0.05, 0.1, 0.14) for _ in range(100)
    ]
    require_daily(panel_of(weekdays_only, weekends_only, *(days for days in slow if len(days))))
    require_daily(panel_of(np.array([3])))
    require_daily(panel_of(np.array([3, 10])))
