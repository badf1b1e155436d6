"""Injected shocks do what their names say."""

import numpy as np
import pytest

from data.panel.sales_panel import SeriesIndex
from drift.calibration.shocks import SHOCKS
from drift.detector.group_shifts import Groups

GROUPS = Groups.of(SeriesIndex.from_labels([s for s in (1, 2) for _ in range(10)], [*range(10)] * 2))
SALES = np.random.default_rng(1).uniform(5, 10, (20, 28))


def apply(name: str) -> np.ndarray:
    return SHOCKS[name](SALES, GROUPS, np.random.default_rng(2))


def test_a_factor_for_all_changes_all_series() -> None:
    np.testing.assert_allclose(apply("all ×1.3"), SALES * 1.3)


def test_a_closed_store_is_one_store_and_sells_nothing() -> None:
    sold = apply("closed store").reshape(2, 10, 28).sum(axis=(1, 2))
    assert sorted(sold > 0) == [False, True]


def test_rotated_weekdays_keep_each_week_s_total() -> None:
    rotated = apply("rotated weekdays").reshape(20, 4, 7)
    weeks = SALES.reshape(20, 4, 7)
    np.testing.assert_allclose(rotated.sum(2), weeks.sum(2))
    np.testing.assert_array_equal(rotated[:, :, 0], weeks[:, :, 2])


def test_an_item_mix_changes_half_of_the_items_each_way_in_all_stores() -> None:
    ratio = (apply("item mix ±20 %") / SALES).mean(1).reshape(2, 10)
    np.testing.assert_allclose(np.sort(ratio, axis=1), [[0.8] * 5 + [1.2] * 5] * 2)
    np.testing.assert_allclose(ratio[0], ratio[1])


@pytest.mark.parametrize("name", SHOCKS)
def test_no_shock_changes_its_input(name: str) -> None:
    before = SALES.copy()
    assert not np.array_equal(apply(name), before)
    np.testing.assert_array_equal(SALES, before)
