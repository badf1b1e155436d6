"""models.components.levels: what is known of a series at an origin."""

import numpy as np

from data.dates.calendar_days import calendar
from models.components.levels import SALES_LEVELS, Growth, History, Rows, level_table

START = np.datetime64("2014-01-06", "D")


def history_of(sales: np.ndarray, index: np.ndarray | None = None) -> History:
    n_series, n_days = sales.shape
    return History(
        sales=sales,
        index=np.ones((n_series, n_days)) if index is None else index,
        weekday=np.ones((n_series, 7)),
        month=np.ones((n_series, 12)),
        calendar=calendar(START, n_days),
        store=np.zeros(n_series, np.int64),
        first_sale=np.zeros(n_series, np.int64),
        origin=np.full(n_series, n_days),
    )


def at(series: int, origin: int) -> tuple[np.ndarray, np.ndarray]:
    return np.array([series]), np.array([origin])


def test_every_window_of_constant_sales_has_their_level() -> None:
    levels = history_of(np.full((1, 900), 5.0)).sales_levels(*at(0, 900))
    assert all(abs(level[0] - 5) < 1e-6 for level in levels.values())


def test_a_level_is_free_of_the_rhythm_in_the_index() -> None:
    index = np.where(np.arange(900) % 7 < 2, 2.0, 0.5)[None]
    levels = history_of(10 * index, index).sales_levels(*at(0, 900))
    np.testing.assert_allclose([level[0] for level in levels.values()], 10, rtol=1e-6)


def test_short_windows_are_shrunk_to_longer_ones_by_three_days() -> None:
    sales = np.concatenate([np.full(900, 10.0), np.full(7, 20.0)])[None]
    levels = history_of(sales).sales_levels(*at(0, 907))
    np.testing.assert_allclose(levels[7], (140 + 3 * levels[14]) / 10)


def test_a_level_uses_days_before_its_origin_only() -> None:
    sales = np.concatenate([np.full(400, 10.0), np.full(100, 1e6)])[None]
    assert all(level[0] < 11 for level in history_of(sales).sales_levels(*at(0, 400)).values())


def test_missing_days_do_not_pull_a_level_down() -> None:
    sales = np.full((1, 500), 8.0)
    sales[0, 480:497] = np.nan
    np.testing.assert_allclose(history_of(sales).sales_levels(*at(0, 500))[28], 8, rtol=1e-6)


def test_growth_is_recent_sales_over_what_the_year_expects() -> None:
    sales = np.concatenate([np.full(800, 10.0), np.full(91, 15.0)])[None].repeat(3, 0)
    growth = history_of(sales).growth(1, np.array([891]))
    level = history_of(sales).sales_levels(*at(0, 891))[364][0]
    np.testing.assert_allclose(growth.overall[:, 0], 15 / level)
    np.testing.assert_allclose(growth.by_store[:, 0, 0], 15 / level)


def test_a_store_that_was_not_seen_grows_like_the_chain() -> None:
    growth = Growth(np.array([[1.5], [1.2]]), np.array([[[2.0]], [[3.0]]]))
    np.testing.assert_array_equal(growth.of_store(np.array([-1, 0]), np.array([7, 7])), [[1.5, 2], [1.2, 3]])


def test_the_level_table_holds_zero_where_nothing_is_known() -> None:
    history = history_of(np.full((1, 50), np.nan))
    rows = Rows(*(np.array([value]) for value in (0, 50, 50)))
    table = level_table(history, Growth(np.ones((2, 1)), np.ones((2, 1, 1))), rows)
    assert table.shape == (1, len(SALES_LEVELS))
    assert (table == 0).all()
