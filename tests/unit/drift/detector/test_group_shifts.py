"""Robust shifts of groups."""

import numpy as np
import pytest

from data.panel.sales_panel import SeriesIndex
from drift.detector.group_shifts import Groups, robust_shift
from drift.detector.windows import Windows

SERIES = SeriesIndex.from_labels([s for s in (1, 2, 3) for _ in range(4)], [1, 2, 3, 4] * 3)
GROUPS = Groups.of(SERIES)
EXPECTED = np.full((1, 12), 100.0)


def windows(sold: np.ndarray) -> Windows:
    return Windows(28, np.array([0]), sold, EXPECTED, np.ones((1, 7)), np.ones((1, 7)))


def test_an_exact_shift_is_found_exactly() -> None:
    found = robust_shift(windows(EXPECTED * 1.3), EXPECTED, EXPECTED, np.zeros(12, int), 1)
    assert found.shift[0, 0] == pytest.approx(0.3)


def test_an_extreme_series_does_not_decide_the_total() -> None:
    sold = EXPECTED.copy()
    sold[0, 0] = 5000
    found = robust_shift(windows(sold), EXPECTED, EXPECTED, np.zeros(12, int), 1)
    assert abs(found.shift[0, 0]) < 0.03


def test_each_store_has_its_own_shift() -> None:
    factor = np.array([1.0, 0.5, 2.0])[GROUPS.store]
    found = robust_shift(windows(EXPECTED * factor), EXPECTED, EXPECTED, GROUPS.store, 3)
    assert found.shift[0] == pytest.approx([0, -0.5, 1])
    assert found.information[0] == pytest.approx([400, 400, 400])


def test_redundant_groups_are_left_out() -> None:
    one_store = Groups.of(SeriesIndex.from_labels([1] * 6, [1, 2, 3, 4, 5, 6]))
    assert not list(one_store.groupings)
    assert one_store.series_say_more
    one_item_each = Groups.of(SeriesIndex.from_labels([1, 2, 3, 4, 5, 6], [1] * 6))
    assert [name for name, *_ in one_item_each.groupings] == ["store"]
    assert not one_item_each.series_say_more
    assert [name for name, *_ in GROUPS.groupings] == ["store", "item"]
