"""Sums over windows: what counts, on which weekday, and in which order."""

import numpy as np

from drift.detector.windows import Windows

SUNDAY = int(np.datetime64("2017-12-31").astype(int))


def test_unknown_days_count_neither_as_sold_nor_as_expected() -> None:
    sales = np.array([[1.0, np.nan, 3, 4, 5, 6, 7]])
    window = Windows.of(sales, np.full((1, 7), 10.0), SUNDAY)
    assert window.sold.tolist() == [[26]]
    assert window.expected.tolist() == [[60]]
    assert window.ratio.tolist() == [26 / 60]


def test_weekdays_are_those_of_the_calendar() -> None:
    sales = np.arange(7.0)[None]
    monday_first = Windows.of(sales, np.ones((1, 7)), SUNDAY)
    assert monday_first.sold_by_weekday.tolist() == [[0, 1, 2, 3, 4, 5, 6]]
    assert Windows.of(sales, np.ones((1, 7)), SUNDAY + 1).sold_by_weekday.tolist() == [[6, 0, 1, 2, 3, 4, 5]]


def test_joined_windows_can_be_taken_apart_again() -> None:
    rng = np.random.default_rng(1)
    parts = [Windows.of(rng.random((3, 7)), rng.random((3, 7)), SUNDAY + 7 * k) for k in range(4)]
    again = Windows.joined(parts).take([2])
    assert again.ends.tolist() == [SUNDAY + 14]
    np.testing.assert_array_equal(again.sold, parts[2].sold)
    np.testing.assert_array_equal(again.expected_by_weekday, parts[2].expected_by_weekday)
