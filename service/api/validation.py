"""From the JSON of a body to a model; limits are checked before anything is built from it."""

from typing import Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError, ValidationInfo

from service.core import errors
from service.core.errors import INVALID_REQUEST, RequestError

SPARE_FIELDS = errors.SHOWN_PROBLEMS  # unknown fields that an error still names

Body = TypeVar("Body", bound=BaseModel)


def validate(model: type[Body], content: Any) -> Body:
    """Check JSON content against a model; raises `RequestError` with the first problems found."""
    require_known_fields("The body", content, model)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise errors.invalid(error.errors(include_url=False, include_context=False)) from error


def limited(at_most: int, model: type[BaseModel]) -> BeforeValidator:
    """Check the length of a list and the number of fields of its entries before any entry is validated.

    Raises `RequestError`. With `FailFast` beside it, a body of any size that is not valid costs little more
    than reading it.
    """

    most_fields = len(model.model_fields) + SPARE_FIELDS

    def check(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, list):
            require_length(str(info.field_name), value, at_most)
            for place, entry in enumerate(value):
                if type(entry) is dict and len(entry) > most_fields:
                    require_known_fields(f"{info.field_name}.{place}", entry, model)
        return value

    return BeforeValidator(check)


def require_length(name: str, entries: list[Any], at_most: int) -> None:
    """Raise `RequestError` when a list is too long."""
    if len(entries) > at_most:
        found = f"{name} has {len(entries):,} entries, expected at most {at_most:,}."
        raise RequestError(INVALID_REQUEST, found, "Send it in parts, or use python -m service.batch.")


def require_known_fields(place: str, entry: Any, model: type[BaseModel]) -> None:
    """Raise `RequestError` when an object has many more fields than its model."""
    if type(entry) is not dict or len(entry) <= SPARE_FIELDS:  # counting a model's fields costs 1 µs
        return
    n_known = len(model.model_fields)
    if len(entry) > n_known + SPARE_FIELDS:
        found = f"{place} has {len(entry):,} fields, expected at most {n_known}."
        raise RequestError(INVALID_REQUEST, found, "GET /docs lists the fields.")
