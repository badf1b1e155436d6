"""What a field of a request may hold: labels, days and numbers as callers write them, and their schemas."""

import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

MAX_SALES = 1e12
MAX_LABEL_CHARACTERS = 256
LEAST_LABEL, MOST_LABEL = -(2**63), 2**63 - 1  # what an array of them holds
FIRST_YEAR, LAST_YEAR = 1900, 2199


def _label(value: object) -> int | str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # R and JavaScript know no integers
    if isinstance(value, str) and len(value) <= MAX_LABEL_CHARACTERS and "\0" not in value:
        return value  # an array of texts would lose a NUL at their end
    if isinstance(value, int) and not isinstance(value, bool) and LEAST_LABEL <= value <= MOST_LABEL:
        return value
    raise ValueError(
        f"expected an integer or a text of at most {MAX_LABEL_CHARACTERS} characters, none of them NUL"
    )


def _day(value: Any) -> datetime.date:
    if isinstance(value, datetime.date):
        return value
    try:
        if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
            return datetime.date.fromisoformat(value)
        moment = datetime.datetime.fromisoformat(value)  # JavaScript and pandas write a day as its midnight
        if len(value) > 10 and moment.time() == datetime.time():
            return moment.date()
    except (TypeError, ValueError):
        pass
    raise ValueError('expected a date such as "2018-01-15"')


def _recorded_day(value: object) -> datetime.date:
    day = _day(value)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"expected a day of the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def _no_text(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("expected a number")
    return value


def _flag(value: object) -> bool:
    if value in (False, True):
        return bool(value)
    raise ValueError("expected true or false, 1 or 0")


_INTEGER_SCHEMA = {"type": "integer", "minimum": LEAST_LABEL, "maximum": MOST_LABEL}
_TEXT_SCHEMA = {"type": "string", "maxLength": MAX_LABEL_CHARACTERS, "pattern": r"^[^\x00]*$"}
_LABEL_SCHEMA = {"anyOf": [_INTEGER_SCHEMA, _TEXT_SCHEMA]}
_FLAG_SCHEMA = {"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}]}
_DAY_SCHEMA = {"type": "string", "format": "date"}
_RECORDED_SCHEMA = {**_DAY_SCHEMA, "pattern": r"^(19|20|21)\d\d-"}
NO_TEXT = BeforeValidator(_no_text)
Label = Annotated[int | str, PlainValidator(_label), WithJsonSchema(_LABEL_SCHEMA)]
Day = Annotated[datetime.date, PlainValidator(_day), WithJsonSchema(_DAY_SCHEMA)]
RecordedDay = Annotated[datetime.date, PlainValidator(_recorded_day), WithJsonSchema(_RECORDED_SCHEMA)]
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema(_FLAG_SCHEMA)]
Number = Annotated[float, Field(ge=-MAX_SALES, le=MAX_SALES), NO_TEXT]
