"""data.loading.raw_rows: rows of several files as one."""

from functools import reduce
from pathlib import Path

import numpy as np

from data.loading.raw_rows import SalesRows, rows_of_files
from data.loading.read_file import ParsedFile
from data.loading.text_values import EncodedColumn
from data.panel.schema import ITEM, STORE


def file_rows(stores: list[str], sales: list[float], is_text: bool = False) -> ParsedFile:
    n_rows = len(stores)
    distinct = sorted(set(stores), reverse=True)
    columns = {
        STORE: EncodedColumn(distinct, np.array([distinct.index(store) for store in stores]), is_text),
        ITEM: EncodedColumn(["1"], np.zeros(n_rows, dtype=np.int64)),
    }
    times, is_empty = np.arange(n_rows).astype("datetime64[s]"), np.zeros(n_rows, dtype=bool)
    return ParsedFile(Path("file.csv"), columns, times, np.array(sales), is_empty, ())


def stores_of(rows: SalesRows) -> list[object]:
    return [rows.stores[code] for code in rows.series // len(rows.items)]


def combine_rows(files: list[ParsedFile]) -> SalesRows:
    return reduce(SalesRows.followed_by, rows_of_files(files))


def test_rows_keep_the_order_of_files_and_labels_mean_the_same_in_all() -> None:
    rows = combine_rows([file_rows(["10", "2"], [1, 2]), file_rows(["2", "3"], [3, 4])])
    assert stores_of(rows) == [10, 2, 2, 3]
    assert rows.stores == (2, 3, 10)
    assert rows.sales.tolist() == [1, 2, 3, 4]


def test_one_label_that_is_text_makes_all_of_them_text() -> None:
    assert stores_of(combine_rows([file_rows(["1"], [1]), file_rows(["A"], [1])])) == ["1", "A"]
    assert stores_of(combine_rows([file_rows(["1"], [1]), file_rows(["1"], [1], is_text=True)])) == ["1", "1"]


def test_one_label_that_is_text_leaves_the_spelling_of_the_others_alone() -> None:
    rows = combine_rows([file_rows(["1", "2"], [1, 2]), file_rows(["1.0", "2.00", "S9"], [3, 4, 5])])
    assert stores_of(rows) == ["1", "2", "1", "2", "S9"]


def test_spellings_of_one_number_are_one_store() -> None:
    rows = combine_rows([file_rows(["1.0"], [1]), file_rows(["1"], [2])])
    assert rows.stores == (1,)
    assert stores_of(rows) == [1, 1]


def test_rows_without_a_number_are_left_out() -> None:
    rows = combine_rows([file_rows(["1", "2", "3"], [1, np.nan, 3])])
    assert stores_of(rows) == [1, 3]


def test_rows_follow_others_of_the_same_names() -> None:
    rows = combine_rows([file_rows(["1", "2"], [1, 2])])
    assert stores_of(rows.take(slice(1, 2)).followed_by(rows)) == [2, 1, 2]
