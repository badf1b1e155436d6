"""Every error of the service: a status, a code, and one JSON shape.

`{"error": {"code", "message", "hint", "request_id"}}`
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from data.errors import ArtifactError, DataContractError, NoChampionError, StorecastError, UnknownSeriesError
from data.text import shortened

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request being answered, for its answer and every log line about it."""

SHOWN_PROBLEMS = 3
SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Kind:
    """One kind of error: its HTTP status, and a code for programs."""

    status: int
    code: str


BAD_REQUEST = Kind(400, "bad_request")
NOT_JSON = Kind(400, "not_json")
UNAUTHORIZED = Kind(401, "unauthorized")
NOT_FOUND = Kind(404, "not_found")
UNKNOWN_SERIES = Kind(404, "unknown_series")
METHOD_NOT_ALLOWED = Kind(405, "method_not_allowed")
SLOW_BODY = Kind(408, "slow_body")
TOO_LARGE = Kind(413, "too_large")
UNSUPPORTED_MEDIA_TYPE = Kind(415, "unsupported_media_type")
INVALID_REQUEST = Kind(422, "invalid_request")
DATE_OUT_OF_RANGE = Kind(422, "date_out_of_range")
INVALID_DATA = Kind(422, "invalid_data")
RATE_LIMITED = Kind(429, "rate_limited")
CLIENT_CLOSED_REQUEST = Kind(499, "client_closed_request")  # nginx's status: only logs and metrics see it
INTERNAL = Kind(500, "internal_error")
NO_MODEL = Kind(503, "no_model")
OVERLOADED = Kind(503, "overloaded")
TIMED_OUT = Kind(504, "timed_out")


class RequestError(StorecastError):
    """A request that cannot be answered, with its kind of error and the headers of the response."""

    def __init__(self, kind: Kind, message: str, hint: str | None = None, **headers: str) -> None:
        super().__init__(message, hint)
        self.kind = kind
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def disconnected() -> RequestError:
    """The error of a request whose client has closed the connection before its response."""
    return RequestError(CLIENT_CLOSED_REQUEST, "The client has closed the connection.", connection="close")


_KIND_OF: dict[type[StorecastError], Kind] = {
    UnknownSeriesError: UNKNOWN_SERIES,
    DataContractError: INVALID_DATA,
    NoChampionError: NO_MODEL,
    ArtifactError: NO_MODEL,
}


def kind_of(error: StorecastError) -> Kind:
    """Status and code of the response to an error of any package."""
    if isinstance(error, RequestError):
        return error.kind
    return next((kind for cls, kind in _KIND_OF.items() if isinstance(error, cls)), INTERNAL)


def body_of(error: StorecastError) -> dict[str, Any]:
    """The one shape of an error."""
    code, message, hint = kind_of(error).code, error.message, error.hint
    return {"error": {"code": code, "message": message, "hint": hint, "request_id": request_id.get()}}


def invalid(problems: Sequence[Any]) -> RequestError:
    """Say where a request is wrong, what was found there and what is expected; as pydantic lists problems."""
    shown = "; ".join(_describe(problem) for problem in problems[:SHOWN_PROBLEMS])
    more = f"; and {len(problems) - SHOWN_PROBLEMS} more" if len(problems) > SHOWN_PROBLEMS else ""
    return RequestError(INVALID_REQUEST, f"{shown}{more}.", hint="GET /docs shows a body that works.")


def _describe(problem: Any) -> str:
    place = ".".join(shortened(str(step), SHOWN_CHARACTERS) for step in problem["loc"]) or "The body"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "missing":
        return f"{place} is missing"
    if problem["type"] == "model_type":
        message = "expected an object"
    return f"{place} is {excerpt(problem['input'])}: {message[:1].lower()}{message[1:]}"


def excerpt(value: Any) -> str:
    """A value as JSON, short enough for a message."""
    text = to_json(value, serialize_unknown=True, inf_nan_mode="strings").decode("utf-8", "replace")
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


# Errors that BentoML, FastAPI and Starlette send in shapes of their own.
_UPSTREAM_ERRORS: dict[int, tuple[Kind, str, str | None]] = {
    400: (NOT_JSON, "The request could not be read.", "Send a JSON body; GET /docs shows one that works."),
    401: (UNAUTHORIZED, "This route needs an API key.", None),
    404: (NOT_FOUND, "There is no such route.", "GET /docs lists every route."),
    405: (METHOD_NOT_ALLOWED, "This route does not answer that method.", "GET /docs lists every route."),
    413: (TOO_LARGE, "The body is too large.", "Send it in parts."),
    415: (UNSUPPORTED_MEDIA_TYPE, "This content type is not read here.", "Send application/json."),
    422: (INVALID_REQUEST, "The request was understood but is not valid.", "GET /docs shows one that works."),
    429: (RATE_LIMITED, "Too many requests at once.", "Try again in a second."),
    503: (NO_MODEL, "The service cannot answer now.", "GET /health gives the reason."),
    504: (TIMED_OUT, "The request took too long.", "Request fewer series at a time."),
}


def upstream_error(status: int) -> bytes:
    """The one shape for an error response of another layer, of which only the status is kept."""
    failed = "The request failed.", "The log has the details under this request_id."
    refused = Kind(status, "refused"), f"The request was refused with status {status}.", None
    other = (Kind(status, INTERNAL.code), *failed) if status >= 500 else refused
    return to_json(body_of(RequestError(*_UPSTREAM_ERRORS.get(status, other))))
