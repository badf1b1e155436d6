"""Which series count as discontinued."""

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from models.components.discontinued_series import MIN_SILENT_DAYS, NO_DAY, Records

START = np.datetime64("2020-01-01", "D")


def panel_of(*rows: np.ndarray) -> SalesPanel:
    series = SeriesIndex.from_labels([1] * len(rows), range(len(rows)))
    return SalesPanel(np.array(rows, np.float32), START, series)


def sold(n_days: int, silent_days: int = 0, every: int = 1) -> np.ndarray:
    """One unit on every so many days, then nothing recorded."""
    sales = np.full(n_days, np.nan, np.float32)
    sales[: n_days - silent_days : every] = 1
    return sales


def discontinued(panel: SalesPanel) -> list[bool]:
    records, end = Records.of(panel), int(panel.end.astype(int))
    found = records.discontinued(np.full(panel.n_series, records.newest_day(end)))
    return [bool(one) for one in found]


@pytest.mark.parametrize("silent_days", [MIN_SILENT_DAYS, MIN_SILENT_DAYS + 1])
def test_a_series_silent_for_over_a_quarter_is_discontinued(silent_days: int) -> None:
    panel = panel_of(sold(400), sold(400, silent_days))
    assert discontinued(panel) == [False, silent_days > MIN_SILENT_DAYS]


def test_a_series_with_long_gaps_of_its_own_is_not() -> None:
    panel = panel_of(sold(900), sold(900, 120, every=70), sold(900, 120, every=30))
    assert discontinued(panel) == [False, False, True]


def test_recorded_zeros_are_records() -> None:
    zeros = np.where(np.arange(400) < 100, 1, 0)
    assert discontinued(panel_of(sold(400), zeros)) == [False, False]


def test_a_chain_that_stops_as_a_whole_has_no_discontinued_series() -> None:
    assert discontinued(panel_of(*(sold(400, 200 + row) for row in range(5)))) == [False] * 5


def test_one_late_record_among_many_series_does_not_end_the_others() -> None:
    rows = [sold(900, 400) for _ in range(60)]
    rows[7][-1] = 1  # a wrong date, say
    assert not any(discontinued(panel_of(*rows)))


def test_a_series_without_a_record_is_not_discontinued_but_new() -> None:
    panel = panel_of(sold(400), np.full(400, np.nan, np.float32))
    assert Records.of(panel).last_day[1] == NO_DAY
    assert discontinued(panel) == [False, False]


def test_records_of_before_count_up_to_the_day_that_is_forecast_from() -> None:
    earlier = Records.of(panel_of(sold(900, 300, every=70)))
    kept = Records.of(panel_of(sold(900, 900)))
    row, end = np.zeros(1, np.int64), START.astype(np.int64) + 899
    merged = kept.merged(earlier, row, np.array([end]))
    assert [*merged.last_day, *merged.longest_gap] == [*earlier.last_day, 70]
    before = kept.merged(earlier, row, np.array([end - 400]))
    assert [*before.last_day, *before.longest_gap] == [NO_DAY, 0]
