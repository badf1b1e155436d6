"""data.loading.duplicates: one row per series and day."""

import numpy as np
import pytest

from data.errors import DataContractError
from data.loading.duplicates import merge_duplicates, merge_layers
from data.loading.quality_report import Finding
from data.loading.raw_rows import SalesRows


def make_rows(*rows: tuple[str, int, float]) -> SalesRows:
    """Rows of one item, each a time, a store and its sales."""
    times, stores, sales = zip(*rows, strict=True)
    return SalesRows(
        np.array(times, dtype="datetime64[s]"),
        np.array(stores, dtype=np.int64),
        np.array(sales, dtype=np.float64),
        stores=tuple(range(max(stores) + 1)),
        items=("x",),
    )


def merged(rows: SalesRows, rule: str) -> tuple[set[tuple[str, int, float]], Finding, Finding]:
    daily, (duplicates, parts) = merge_duplicates([rows], rule)
    days = daily.times.astype("datetime64[D]").astype(str)
    return {*zip(days, daily.series.tolist(), daily.sales.tolist(), strict=True)}, duplicates, parts


DUPLICATES = make_rows(
    ("2017-01-01", 0, 3),
    ("2017-01-02", 0, 4),
    ("2017-01-01", 1, 5),
    ("2017-01-01", 0, 7),
    ("2017-01-02", 0, 4),
)


@pytest.mark.parametrize(("rule", "first", "second"), [("last", 7, 4), ("sum", 10, 8)])
def test_duplicates_are_merged_by_the_rule_and_counted(rule: str, first: float, second: float) -> None:
    rows, duplicates, parts = merged(DUPLICATES, rule)
    assert rows == {("2017-01-01", 0, first), ("2017-01-02", 0, second), ("2017-01-01", 1, 5)}
    assert (duplicates.count, duplicates.out_of, duplicates.rule) == (2, 5, rule)
    assert duplicates.examples[0] == "store 0, item x, 2017-01-01: 3, then 7"
    assert parts.count == 0


def test_duplicates_are_refused_under_the_rule_error() -> None:
    with pytest.raises(DataContractError, match=r"2 rows too many; store 0, item x, 2017-01-01: 3, then 7"):
        merge_duplicates([DUPLICATES], "error")


def test_rows_at_different_times_of_a_day_are_parts_of_it_and_so_are_those_of_one_minute() -> None:
    receipts = make_rows(("2017-01-01T08:00", 0, 1), ("2017-01-01T09:00", 0, 1), ("2017-01-01T09:00", 0, 2))
    for rule in ("last", "sum", "error"):
        rows, duplicates, parts = merged(receipts, rule)
        assert rows == {("2017-01-01", 0, 4)}
        assert (duplicates.count, parts.count) == (0, 2)


def test_the_hour_that_clocks_repeat_in_autumn_counts_twice() -> None:
    slips = make_rows(
        ("2023-10-29T01:30", 0, 1),
        ("2023-10-29T02:30", 0, 5),
        ("2023-10-29T02:30", 0, 5),
        ("2023-10-29T03:30", 0, 1),
    )
    assert merged(slips, "last")[0] == {("2023-10-29", 0, 12)}


def test_one_time_a_day_is_a_date_and_a_second_row_of_it_a_duplicate() -> None:
    shifted = make_rows(("2017-01-01T02:00", 0, 3), ("2017-01-02T02:00", 0, 4), ("2017-01-02T02:00", 0, 5))
    assert merged(shifted, "last")[0] == {("2017-01-01", 0, 3), ("2017-01-02", 0, 5)}


def test_slips_of_a_slow_seller_add_up_though_no_day_has_two_times() -> None:
    slips = make_rows(
        ("2017-01-01T09:15", 0, 1),
        ("2017-01-01T09:15", 0, 1),
        ("2017-01-05T11:30", 0, 1),
        ("2017-01-09T17:45", 0, 1),
    )
    assert ("2017-01-01", 0, 2) in merged(slips, "last")[0]


def test_slips_that_two_exports_share_count_once() -> None:
    first = make_rows(("2017-01-01T08:00", 0, 1), ("2017-01-01T09:00", 0, 2), ("2017-01-01T09:00", 0, 2))
    second = make_rows(("2017-01-01T09:00", 0, 2), ("2017-01-01T09:00", 0, 2), ("2017-01-01T10:00", 0, 8))
    rows, (duplicates, parts) = merge_duplicates([first, second], "last")
    assert rows.sales.tolist() == [1 + 4 + 8]
    assert (duplicates.count, parts.count) == (1, 4)


@pytest.mark.parametrize("second_value", [3, 4])
def test_a_file_in_which_a_fifth_of_all_rows_would_be_dropped_is_refused_unless_they_are_copies(
    second_value: float,
) -> None:
    days = [str(day) for day in np.datetime64("2017-01-01") + np.arange(40)]
    once = [(day, 0, 3.0) for day in days]
    again = [(day, 0, float(second_value)) for day in days[:12]]
    rows = make_rows(*once, *again)
    if second_value == 3:
        assert merge_duplicates([rows], "last")[1][0].count == 12
        return
    with pytest.raises(DataContractError, match=r"12 rows of 52 \(23.1 %\).*: 3, then 4.*duplicates to sum"):
        merge_duplicates([rows], "last")
    assert merge_duplicates([rows], "sum")[0].sales.sum() == 40 * 3 + 12 * 4


def test_corrections_in_a_later_file_are_no_loss_however_many() -> None:
    rows = make_rows(*((str(day), 0, 3.0) for day in np.datetime64("2017-01-01") + np.arange(40)))
    later = make_rows(*((str(day), 0, 4.0) for day in np.datetime64("2017-01-01") + np.arange(40)))
    assert merge_duplicates([rows, later], "last")[0].sales.tolist() == [4.0] * 40


def test_a_later_layer_replaces_days_of_an_earlier_one_whatever_their_time_of_day() -> None:
    base = make_rows(("2018-01-02T10:00", 0, 6), ("2018-01-03T10:00", 0, 7))
    later = make_rows(("2018-01-02", 0, 60))
    rows, _ = merge_layers([[base], [later]], "sum")
    assert sorted(rows.sales.tolist()) == [7, 60]
    assert (rows.times == rows.times.astype("datetime64[D]")).all()


def test_more_series_and_days_than_memory_holds_are_refused_before_they_are_laid_out() -> None:
    rows = make_rows(("1900-01-01", 0, 1), ("2199-01-01", 0, 1))
    many = SalesRows(
        np.tile(rows.times, 20_000),
        np.arange(40_000),
        np.ones(40_000),
        stores=tuple(map(str, range(40_000))),
        items=("x",),
    )
    with pytest.raises(DataContractError, match="40,000 series on 109,209 days"):
        merge_duplicates([many], "last")


def test_rows_without_flaws_stay_as_they_are() -> None:
    rows = make_rows(("2017-01-02", 1, 3), ("2017-01-01", 0, 4))
    assert merge_duplicates([rows], "error")[0].sales.tolist() == [3, 4]
