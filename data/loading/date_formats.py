"""Dates as files write them, read as days and times; each distinct text of a column is read once."""

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.dates.calendar_days import MONTH_NAMES, WEEKDAY_NAMES
from data.errors import DataContractError
from data.text import quoted

FIRST_YEAR, LAST_YEAR = 1900, 2199
CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
TIME = rf"(?:(?:T|,?\s+){CLOCK}(?:\s*(?P<half>[AP])M)?)?"
MONTH = r"(?P<name>[A-Z]{3,9})\.?"
WEEKDAY = rf"(?:(?:{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in WEEKDAY_NAMES)})[,.]?\s+)?"
DAY = r"(?P<day>\d{1,2})(?:ST|ND|RD|TH)?"
# From the first three letters of a name on.
MONTHS = {name[:n].lower(): i for i, name in enumerate(MONTH_NAMES, 1) for n in range(3, len(name) + 1)}
YEAR = r"(?P<year>\d{4})"


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"{pattern}{TIME}", re.ASCII | re.IGNORECASE)


YEAR_LAST = _shape(rf"(?P<first>\d{{1,2}})(?P<sign>[-/.])(?P<second_part>\d{{1,2}})(?P=sign){YEAR}")
SHAPES = (
    _shape(rf"{YEAR}(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}})"),
    _shape(rf"{YEAR}(?P<month>\d\d)(?P<day>\d\d)"),
    _shape(rf"{WEEKDAY}{DAY}[-\s./]*{MONTH}[-\s/,]*{YEAR}"),
    _shape(rf"{WEEKDAY}{MONTH}[-\s]*{DAY}(?:,\s*|[-\s]+){YEAR}"),
    _shape(rf"{YEAR}[-\s/]*{MONTH}[-\s/]*{DAY}"),
)


def parse_times(texts: Sequence[str], date_format: str | None = None) -> NDArray[np.datetime64]:
    """Read dates with or without a time of day as datetime64[s], NaT where a text is no date.

    Read are ISO in its variants, dates with the English name of the month, and 31/12/2017 or 12/31/2017 if
    one of the texts shows which number is the day. Raises `DataContractError` where none does.
    """
    if date_format is not None:
        times = [_by_format(text, date_format) for text in texts]
    else:
        is_day_first = _is_day_first(texts)
        times = [_parse_time(text, is_day_first) for text in texts]
    in_range = [time if time and FIRST_YEAR <= time.year <= LAST_YEAR else None for time in times]
    return np.array(in_range, dtype="datetime64[s]")


def hint_for_dates(date_format: str | None) -> str:
    """How to write dates so that they can be read.

    A format holds for all raw files: set for the sake of one file, it may misread another.
    """
    if date_format is not None:
        return (
            f'data.date_format in params.yaml is "{date_format}" for all files: '
            "write dates so, or remove the setting if the others are not."
        )
    return (
        f"Write dates as 2018-05-01, years {FIRST_YEAR} to {LAST_YEAR}, without a time zone. Only if all "
        "files you put into data/raw or ingest write them in one other way, set data.date_format in "
        'params.yaml, for example "%d/%m/%Y".'
    )


def _parse_time(text: str, is_day_first: bool) -> datetime | None:
    if match := YEAR_LAST.fullmatch(text):
        first, second = int(match["first"]), int(match["second_part"])
        day, month = (first, second) if is_day_first else (second, first)
        return _time(match, month, day)
    for shape in SHAPES:
        if match := shape.fullmatch(text):
            parts = match.groupdict()
            month = int(parts["month"]) if "month" in parts else MONTHS.get(parts["name"].lower(), 0)
            return _time(match, month, int(parts["day"]))
    return None


def _time(match: re.Match[str], month: int, day: int) -> datetime | None:
    hour = int(match["hour"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].upper() == "P" else 0)
    try:
        return datetime(
            int(match["year"]), month, day, hour, int(match["minute"] or 0), int(match["second"] or 0)
        )
    except ValueError:
        return None


def _by_format(text: str, date_format: str) -> datetime | None:
    try:
        time = datetime.strptime(text, date_format)
    except ValueError:
        return None
    return None if time.tzinfo else time


def _is_day_first(texts: Sequence[str]) -> bool:
    matches = [match for text in texts if (match := YEAR_LAST.fullmatch(text))]
    first_is_day = next((match[0] for match in matches if int(match["first"]) > 12), None)
    second_is_day = next((match[0] for match in matches if int(match["second_part"]) > 12), None)
    either = next((match[0] for match in matches if match["first"] != match["second_part"]), None)
    if first_is_day and second_is_day:
        found = f"{quoted(first_is_day)} has the day first, {quoted(second_is_day)} has the month first"
    elif either and not first_is_day and not second_is_day:
        found = f"{quoted(either)} could have the day or the month first, and no date shows which"
    else:
        return first_is_day is not None
    raise DataContractError(
        f"Dates are ambiguous: {found}; expected year-month-day or one order throughout.",
        hint=hint_for_dates(None),
    )
