"""Text from files as days, labels and numbers; each distinct text of a column is read once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.errors import DataContractError
from data.panel.series_index import SeriesId, canonical_label

YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(.*)", re.DOTALL)
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(.*)", re.DOTALL)
INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
SPELT_MISSING = frozenset(
    ("", "NA", "N/A", "n/a", "#N/A", "#NA", "NaN", "nan", "-nan", "NULL", "null", "None", "none", "<NA>", "-")
)
LARGEST = float(np.finfo(np.float32).max)


def parse_times(texts: Sequence[str], date_format: str | None = None) -> NDArray[np.datetime64]:
    """Read dates with or without a time of day as datetime64[s], NaT where a text is no date.

    ISO in its variants, dates with the name of the month, and 31/12/2017 or 12/31/2017 if one of the texts
    shows which number is the day. Raises `DataContractError` where none does: a guess would spoil a year.
    """
    if date_format is not None:
        times = [_or_none(lambda text: datetime.strptime(text, date_format), text) for text in texts]
    else:
        is_day_first = _is_day_first(texts)
        times = [_parse_time(text, is_day_first) for text in texts]
    naive = [None if time is None or time.tzinfo is not None else time for time in times]
    return np.array(naive, dtype="datetime64[s]")


def hint_for_dates(date_format: str | None) -> str:
    """How to write dates so that they can be read.

    A format holds for the sales brought first as for new days: set for one file, it may spoil another.
    """
    if date_format is not None:
        asked = f'data.date_format in params.yaml asks all files for dates as "{date_format}"'
        return f"{asked}: write them so, or take it out if the others are not."
    return (
        "Write dates as 2018-05-01, without a time zone. Only if all files you put into data/raw or ingest "
        'write them in one other way, set data.date_format in params.yaml, for example "%d/%m/%Y".'
    )


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


def _parse_time(text: str, is_day_first: bool) -> datetime | None:
    if match := YEAR_FIRST.fullmatch(text):
        year, _, month, day, rest = match.groups()
    elif match := YEAR_LAST.fullmatch(text):
        first, _, second, year, rest = match.groups()
        day, month = (first, second) if is_day_first else (second, first)
    elif re.fullmatch(r"\d{8}", text):
        year, month, day, rest = text[:4], text[4:6], text[6:], ""
    else:
        return _parse_month_name(text)
    return _or_none(datetime.fromisoformat, f"{year}-{month:0>2}-{day:0>2}{rest}")


def _parse_month_name(text: str) -> datetime | None:
    if not re.search(r"\d.*[A-Za-z]{3}|[A-Za-z]{3}.*\d", text):
        return None  # nor would we let pandas guess at bare numbers
    import pandas as pd

    times = pd.to_datetime([text], errors="coerce", format="mixed")
    return None if times.hasnans else times[0].to_pydatetime()


def _is_day_first(texts: Sequence[str]) -> bool:
    matches = [match for text in texts if (match := YEAR_LAST.fullmatch(text))]
    first_is_day = [match[0] for match in matches if int(match[1]) > 12]
    second_is_day = [match[0] for match in matches if int(match[3]) > 12]
    if bool(first_is_day) == bool(second_is_day) and matches:
        found = (
            f"{first_is_day[0]} has the day first, {second_is_day[0]} has the month first"
            if first_is_day
            else f"{matches[0][0]} could have the day or the month first, and no date tells which"
        )
        raise DataContractError(
            f"Dates are ambiguous: {found}; expected year-month-day or one order throughout.",
            hint=hint_for_dates(None),
        )
    return bool(first_is_day)


def _or_none(parse: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        return parse(text)
    except ValueError:
        return None
