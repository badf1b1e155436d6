"""Text from files as labels and numbers; each distinct text of a column is read once."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.panel.series_index import SeriesId, canonical_label

INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+")
CUT_NUMBER = re.compile(r"-?[0-9]\.[0-9]*[1-9][0-9]*[eE]\+(1[1-9]|[2-9][0-9])")
MISSING_LABELS = {"", "NaN", "nan", "-nan", "NULL", "null", "None", "<NA>"}  # not NA: a country, a name
MISSING_NUMBERS = MISSING_LABELS | {"NA", "N/A", "n/a", "#N/A", "#NA", "none", "-"}
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class EncodedColumn:
    """A column with few distinct texts: `texts` and, for each row, its position among them (n_rows,)."""

    texts: Sequence[str]
    codes: NDArray[np.integer[Any]]
    is_text: bool = False  # by the type of the column in the file: "1" stays "1"
    is_typed: bool = False  # numbers or days by that type, so that nothing has to be guessed from the text


def parse_labels(texts: Sequence[str], is_text: bool = False) -> list[SeriesId]:
    """Read identifiers, each by itself: integers if all of them are whole numbers, else text.

    A whole number may be spelt 7, 7.0 or 7e0 and is the text "7" beside others; 007 is text. With `is_text`
    all texts stay as they are.
    """
    if is_text:
        return [*texts]
    labels = [canonical_label(text) for text in texts]
    return [int(label) for label in labels] if all(map(INTEGER.fullmatch, labels)) else [*labels]


def parse_number(text: str) -> float:
    """Read a number with a decimal point; NaN where it is none, or beyond what a float32 holds."""
    number = float(text) if NUMBER.fullmatch(text) else math.nan
    return number if abs(number) <= LARGEST else math.nan


def has_grouped_thousands(texts: Sequence[str]) -> bool:
    """Whether every number with a dot may be grouped by thousands (1.077) and all others are whole."""
    numbers = [text for text in texts if NUMBER.fullmatch(text) or GROUPED.fullmatch(text)]
    with_dot = [text for text in numbers if "." in text]
    is_whole = all("e" not in text.lower() for text in numbers)
    return bool(with_dot) and is_whole and all(GROUPED.fullmatch(text) for text in with_dot)


def is_cut_number(text: str) -> bool:
    """Whether a long number was written with too few digits, as spreadsheets do: 4.00638E+12."""
    if not CUT_NUMBER.fullmatch(text):
        return False
    digits, _, exponent = text.lower().partition("e")
    return len(digits.partition(".")[2]) < int(exponent)
