"""Nothing in data uses the future: features, windows and closed days of any sales."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from data.dates.calendar_days import as_day
from data.dates.closed_days import find_closed
from data.dates.folds import rolling_folds
from data.panel.sales_panel import SalesPanel, SeriesIndex
from data.panel.seed_features import seed_features

START = as_day("2016-06-15")
few = settings(max_examples=60)


@st.composite
def histories(draw: st.DrawFn, max_days: int = 90) -> NDArray[np.float32]:
    """Sales of up to four series with gaps, (n_series, n_days)."""
    shape = draw(st.tuples(st.integers(1, 4), st.integers(2, max_days)))
    sales = draw(arrays.arrays(np.float32, shape, elements=st.integers(0, 500)))
    return np.where(draw(arrays.arrays(bool, shape)), sales, np.float32(np.nan))


@few
@given(histories(), st.data())
def test_features_of_a_day_do_not_change_when_later_days_do(
    sales: NDArray[np.float32], data: st.DataObject
) -> None:
    n_days = sales.shape[1]
    day = data.draw(st.integers(0, n_days))
    changed = sales.copy()
    later = arrays.arrays(np.float32, changed[:, day:].shape, elements=st.integers(0, 9))
    changed[:, day:] = data.draw(later)
    described = np.arange(day + 1)
    np.testing.assert_array_equal(
        seed_features(changed, START, described), seed_features(sales, START, described)
    )


@few
@given(histories())
def test_features_are_the_same_in_training_and_one_day_at_a_time(sales: NDArray[np.float32]) -> None:
    n_days = sales.shape[1]
    in_training = seed_features(sales, START, np.arange(n_days + 1))
    one_at_a_time = [seed_features(sales[:, :day], START, [day])[:, 0] for day in range(n_days + 1)]
    np.testing.assert_array_equal(in_training, np.stack(one_at_a_time, axis=1))


@few
@given(histories(), st.data())
def test_windows_of_a_panel_hold_its_days_and_nan_elsewhere(
    sales: NDArray[np.float32], data: st.DataObject
) -> None:
    n_series, n_days = sales.shape
    panel = SalesPanel(sales, START, SeriesIndex.from_labels(list(range(n_series)), [1] * n_series))
    first, length = data.draw(st.integers(-30, n_days + 30)), data.draw(st.integers(1, 60))
    window = panel.window(START + first, START + first + length - 1)
    for column in range(length):
        day = first + column
        expected = sales[:, day] if 0 <= day < n_days else np.full(n_series, np.nan)
        np.testing.assert_array_equal(window.sales[:, column], expected)


@few
@given(st.integers(1, 2000), st.integers(1, 120), st.integers(0, 6), st.integers(0, 400))
def test_folds_never_test_on_their_own_history(
    n_days: int, horizon_days: int, n_folds: int, spacing_days: int
) -> None:
    folds = rolling_folds(n_days, horizon_days, n_folds, spacing_days)
    assert all(0 < fold.history.stop == fold.future.start for fold in folds)
    assert all(fold.future.stop <= n_days for fold in folds)
    assert not folds or folds[0].future.stop == n_days


@few
@given(histories(max_days=400), st.data())
def test_closed_days_only_take_zeros_away_and_never_a_sale(
    sales: NDArray[np.float32], data: st.DataObject
) -> None:
    n_series, n_days = sales.shape
    closed = data.draw(st.lists(st.integers(0, n_days - 1), max_size=10))
    sales[:, closed] = 0
    sales[:, data.draw(st.integers(0, 6)) :: 7] = data.draw(st.sampled_from([0, np.nan]))
    codes = np.arange(n_series) % 2
    assume(np.isfinite(sales).any())
    cleaned, rules, first_sale = find_closed(sales, codes, START)
    is_gone = np.isnan(cleaned) & np.isfinite(sales)
    assert (sales[is_gone] == 0).all()
    np.testing.assert_array_equal(cleaned[np.isfinite(cleaned)], sales[np.isfinite(cleaned)])
    assert not rules.weekdays.all(axis=1).any()
    assert (np.isnan(cleaned[:, 0]) | (first_sale == 0)).all()


@few
@given(histories(max_days=400))
def test_closed_days_do_not_depend_on_the_order_of_series(sales: NDArray[np.float32]) -> None:
    codes = np.arange(len(sales)) % 2
    order = np.arange(len(sales))[::-1]
    cleaned, rules, _ = find_closed(sales, codes, START)
    mirrored, mirrored_rules, _ = find_closed(sales[order], codes[order], START)
    np.testing.assert_array_equal(mirrored, cleaned[order])
    forward = rules.closed(codes, START, 800)
    np.testing.assert_array_equal(mirrored_rules.closed(codes[order], START, 800), forward[order])
