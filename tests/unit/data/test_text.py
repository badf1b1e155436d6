"""data.text: numbers as a person reads them."""

import pytest

from data.text import counted, share


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [(1, "row", "1 row"), (0, "row", "0 rows"), (1234, "store", "1,234 stores"), (2, "series", "2 series")],
)
def test_a_count_agrees_with_its_noun(number: int, noun: str, said: str) -> None:
    assert counted(number, noun) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 10, "0.0 %"), (1, 3, "33.3 %"), (1, 913_000, "under 0.1 %"), (0, 0, "0.0 %")],
)
def test_a_share_never_rounds_something_to_nothing(part: int, whole: int, said: str) -> None:
    assert share(part, whole) == said
