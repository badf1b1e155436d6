"""data.loading.text_values: text as labels and numbers."""

import numpy as np
import pytest

from data.loading.text_values import parse_labels, parse_number


def test_labels_are_integers_only_if_all_are_and_nothing_is_lost() -> None:
    assert parse_labels(["1", "20", "-3"]) == [1, 20, -3]
    assert parse_labels(["1.0", "2"]) == [1, 2]
    assert parse_labels(["1.0", "2", "TOTAL"]) == ["1", "2", "TOTAL"]
    assert parse_labels(["007", "8"]) == ["007", "8"]
    assert parse_labels(["12345678901234567890"]) == ["12345678901234567890"]
    assert parse_labels(["1", "2"], is_text=True) == ["1", "2"]


def test_numbers_are_read_with_a_point_a_sign_or_an_exponent() -> None:
    assert [parse_number(text) for text in ("13", "-2.5", ".5", "1e3", "+7")] == [13, -2.5, 0.5, 1000, 7]


@pytest.mark.parametrize("text", ["", "abc", "1,5", "1_000", "nan", "inf", "1e39", "0x10", "12 pieces"])
def test_what_is_no_number_is_nan(text: str) -> None:
    assert np.isnan(parse_number(text))
