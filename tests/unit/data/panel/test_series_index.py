"""data.panel.series_index: which store and item each row is."""

import numpy as np
import pytest

from data.errors import DataContractError
from data.panel.series_index import SeriesId, SeriesIndex, canonical_label

INDEX = SeriesIndex.from_labels([1, 1, 2, 10], [7, 30, 7, 4])


def test_a_series_is_found_by_number_and_by_text() -> None:
    assert INDEX.find(10, 4) == INDEX.find("10", "4") == 3
    assert INDEX.find(10, 7) is None


def test_codes_are_positions_among_the_distinct_labels_in_order() -> None:
    assert INDEX.store_names == (1, 2, 10)
    assert INDEX.store_codes.tolist() == [0, 0, 1, 2]
    assert INDEX.item_names == (4, 7, 30)
    assert INDEX.item_codes.tolist() == [1, 2, 1, 0]


@pytest.mark.parametrize("rows", [[1, 3], np.array([False, True, False, True])])
def test_select_takes_positions_or_a_mask_and_renumbers_codes(rows: object) -> None:
    chosen = INDEX.select(rows)  # type: ignore[arg-type]
    assert chosen.to_json() == {"stores": [1, 10], "items": [30, 4]}
    assert chosen.store_codes.tolist() == [0, 1]


def test_json_goes_there_and_back_and_other_keys_do_not_matter() -> None:
    assert SeriesIndex.from_json({"cutoff": "2017-12-31", **INDEX.to_json()}) == INDEX


@pytest.mark.parametrize(
    ("stores", "items"), [([2, 1], [1, 1]), ([1, 1], [3, 3]), (["a", 1], ["x", "x"]), ([1, 1], ["x", 2])]
)
def test_rows_that_are_not_sorted_distinct_and_of_one_type_are_refused(
    stores: list[SeriesId], items: list[SeriesId]
) -> None:
    with pytest.raises(DataContractError):
        SeriesIndex.from_labels(stores, items)


def test_series_of_another_index_are_found_by_name_whatever_their_type_is() -> None:
    other = SeriesIndex.from_labels(["10", "10", "9"], ["4", "nowhere", "4"])
    assert INDEX.rows_of(other).tolist() == [3, -1, -1]
    assert INDEX.rows_of(INDEX).tolist() == list(range(len(INDEX)))


@pytest.mark.parametrize(
    "text", ["7", "7.", "7.0", "7.0000000000", "7e0", "70e-1", "0.7e1", "7E+00", "7.0E0"]
)
def test_any_spelling_of_a_whole_number_is_that_number(text: str) -> None:
    assert canonical_label(text) == "7"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("1e+05", "100000"),
        ("1.0E7", "10000000"),
        ("4006381333931.0", "4006381333931"),
        ("-0", "0"),
        ("-5.0", "-5"),
    ]
    + [(code, code) for code in ("007", "00", "12E4", "1.5", "A", "NA", "", "1,000", "1e999", "٣", "9" * 50)],
)
def test_large_and_negative_numbers_are_read_and_codes_are_left_alone(text: str, label: str) -> None:
    assert canonical_label(text) == label


def test_a_series_is_found_by_any_spelling_of_its_numbers() -> None:
    assert INDEX.find("10.0", "4.00") == 3
    assert SeriesIndex.from_labels(["007"], ["a"]).find("7", "a") is None
