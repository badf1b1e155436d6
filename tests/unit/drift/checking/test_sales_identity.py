"""Which files are this project's sales, continued."""

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel, SeriesIndex
from drift.checking.sales_identity import continues_history

START = np.datetime64("2025-01-06", "D")
SERIES = SeriesIndex.from_labels([1, 1, 2, 2], [1, 2, 1, 2])


def panel(seed: int, n_days: int = 100, mean: float = 20.0) -> SalesPanel:
    sales = np.random.default_rng(seed).poisson(mean, (4, n_days)).astype(np.float32)
    return SalesPanel(sales, START, SERIES)


HISTORY = panel(1)


def continued(history: SalesPanel = HISTORY) -> SalesPanel:
    new = np.full((history.n_series, 28), 99, np.float32)
    return SalesPanel(np.hstack([history.sales, new]), history.start, history.series)


def test_history_with_new_days_continues_it() -> None:
    assert continues_history(continued(), HISTORY)


def test_the_newest_days_or_a_part_of_the_series_continue_it_too() -> None:
    now = continued()
    assert continues_history(now.window(now.end - 90, now.end), HISTORY)
    assert continues_history(now.select([0, 1]), HISTORY)
    assert not continues_history(now.select([0]), HISTORY)


def test_labels_of_another_type_are_the_same_series() -> None:
    text = SeriesIndex.from_labels(["1", "1", "2", "2"], ["1", "2", "1", "2"])
    now = continued()
    assert continues_history(SalesPanel(now.sales, now.start, text), HISTORY)


def test_a_few_corrections_do_not_make_it_other_sales() -> None:
    now = continued()
    now.sales[:, 40:50] += 1
    assert continues_history(now, HISTORY)


@pytest.mark.parametrize("mean", [20.0, 0.1])
def test_other_sales_of_series_with_the_same_names_do_not_continue_it(mean: float) -> None:
    assert not continues_history(continued(panel(2, mean=mean)), panel(1, mean=mean))


def test_sales_without_a_common_day_or_series_do_not_continue_it() -> None:
    now = continued()
    assert not continues_history(now.window(now.end - 27, now.end), HISTORY)
    others = SeriesIndex.from_labels([7, 7, 8, 8], [1, 2, 1, 2])
    assert not continues_history(SalesPanel(now.sales, now.start, others), HISTORY)


def test_sales_of_zero_continue_sales_of_zero() -> None:
    nothing = SalesPanel(np.zeros((4, 100), np.float32), START, SERIES)
    assert continues_history(continued(nothing), nothing)
