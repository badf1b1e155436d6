"""data.panel.sales_panel: history as one matrix."""

from pathlib import Path

import numpy as np
import pytest

from data.dates.calendar_days import as_day
from data.errors import ArtifactError, DataContractError
from data.panel.sales_panel import SalesPanel, SeriesIndex
from tests.sales_frames import panel_from_columns

NAN = np.nan


@pytest.fixture
def panel() -> SalesPanel:
    sales = np.array([[1, 2, NAN, 4], [NAN, 6, 7, 8]], dtype=np.float32)
    return SalesPanel(sales, as_day("2017-12-28"), SeriesIndex.from_labels(["a", "b"], ["x", "x"]))


def test_columns_in_any_order_become_a_matrix_sorted_by_number_with_gaps_as_nan() -> None:
    panel = panel_from_columns(
        dates=["2017-01-03", "2017-01-01", "2017-01-01", "2017-01-02"],
        stores=[10, 2, 10, 2],
        items=[1, 1, 1, 1],
        sales=[5, 1, 3, 2],
    )
    assert panel.series.stores == (2, 10)
    assert panel.start == as_day("2017-01-01")
    np.testing.assert_array_equal(panel.sales, np.array([[1, 2, NAN], [3, NAN, 5]], dtype=np.float32))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["10", "2"], ("10", "2")),
        (np.array([10, 2], dtype=object), (2, 10)),
        (np.array(["10", 2], dtype=object), ("10", "2")),
    ],
)
def test_labels_sort_as_numbers_only_when_all_of_them_are(
    labels: object, expected: tuple[object, ...]
) -> None:
    panel = panel_from_columns(["2017-01-01"] * 2, labels, [1, 1], [1, 1])  # type: ignore[arg-type]
    assert panel.series.stores == expected


def test_two_rows_of_one_series_and_day_are_refused_by_name() -> None:
    with pytest.raises(DataContractError, match=r"Store 3, item 8 .* 2017-01-02; 1 rows too many"):
        panel_from_columns(["2017-01-01", "2017-01-02", "2017-01-02"], [3] * 3, [8] * 3, [1, 2, 2])


def test_no_rows_are_refused() -> None:
    with pytest.raises(DataContractError, match="no sales at all"):
        panel_from_columns([], np.array([], dtype=int), np.array([], dtype=int), [])


def test_a_matrix_that_does_not_fit_its_labels_is_refused(panel: SalesPanel) -> None:
    with pytest.raises(DataContractError, match="2 series"):
        SalesPanel(panel.sales[:1], panel.start, panel.series)


def test_the_panel_knows_its_days(panel: SalesPanel) -> None:
    assert (panel.n_series, panel.n_days) == (2, 4)
    assert panel.end == as_day("2017-12-31")
    assert [str(day) for day in panel.dates] == ["2017-12-28", "2017-12-29", "2017-12-30", "2017-12-31"]


def test_until_keeps_the_day_itself_and_nothing_after_it(panel: SalesPanel) -> None:
    past = panel.until(as_day("2017-12-29"))
    assert past.end == as_day("2017-12-29")
    np.testing.assert_array_equal(past.sales, panel.sales[:, :2])
    assert panel.until(as_day("2018-06-01")).n_days == panel.n_days
    with pytest.raises(DataContractError, match="starts on 2017-12-28"):
        panel.until(as_day("2017-12-27"))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2017-12-29", "2017-12-30", [2, NAN]),
        ("2017-12-27", "2017-12-28", [NAN, 1]),
        ("2017-12-31", "2018-01-01", [4, NAN]),
        ("2017-12-20", "2017-12-21", [NAN, NAN]),
        ("2018-02-01", "2018-02-02", [NAN, NAN]),
    ],
)
def test_a_window_has_its_days_whatever_the_panel_has(
    panel: SalesPanel, first: str, last: str, expected: list[float]
) -> None:
    window = panel.window(as_day(first), as_day(last))
    assert (window.start, window.end) == (as_day(first), as_day(last))
    np.testing.assert_array_equal(window.sales[0], np.array(expected, dtype=np.float32))


def test_select_takes_series_with_their_sales(panel: SalesPanel) -> None:
    chosen = panel.select([1])
    assert chosen.series.stores == ("b",)
    np.testing.assert_array_equal(chosen.sales, panel.sales[1:])


def test_a_saved_panel_comes_back_the_same(panel: SalesPanel, tmp_path: Path) -> None:
    panel.save(tmp_path / "history.npz")
    loaded = SalesPanel.load(tmp_path / "history.npz")
    np.testing.assert_array_equal(loaded.sales, panel.sales)
    assert (loaded.start, loaded.series) == (panel.start, panel.series)
    assert loaded.content_hash() == panel.content_hash()


def test_a_damaged_file_is_an_artifact_error(tmp_path: Path) -> None:
    (tmp_path / "history.npz").write_bytes(b"PK\x03\x04 not really")
    for name in ("history.npz", "missing.npz"):
        with pytest.raises(ArtifactError, match=name):
            SalesPanel.load(tmp_path / name)


def test_the_hash_follows_sales_days_and_labels_and_nothing_else(panel: SalesPanel) -> None:
    sales = panel.sales.copy()
    sales[0, 0] += 1
    numbered = SeriesIndex.from_labels([1, 2], ["x", "x"])
    others = [
        SalesPanel(sales, panel.start, panel.series),
        SalesPanel(panel.sales, panel.start + np.timedelta64(1, "D"), panel.series),
        SalesPanel(panel.sales, panel.start, numbered),
    ]
    copy = SalesPanel(np.asfortranarray(panel.sales), panel.start, panel.series)
    assert copy.content_hash() == panel.content_hash()
    assert len({panel.content_hash(), *(other.content_hash() for other in others)}) == 4
