"""service.core.errors: one shape for every error."""

import json

import pytest

from data.errors import ArtifactError, DataContractError, NoChampionError, StorecastError, UnknownSeriesError
from service.core import errors
from service.core.errors import body_of, excerpt, kind_of, request_id, upstream_error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UnknownSeriesError("?"), 404, "unknown_series"),
        (DataContractError("?"), 422, "invalid_data"),
        (NoChampionError("?"), 503, "no_model"),
        (ArtifactError("?"), 503, "no_model"),
        (StorecastError("?"), 500, "internal_error"),
        (errors.RequestError(errors.RATE_LIMITED, "?"), 429, "rate_limited"),
    ],
)
def test_errors_of_every_package_have_a_status_and_a_code(
    error: StorecastError, status: int, code: str
) -> None:
    assert (kind_of(error).status, kind_of(error).code) == (status, code)


def test_the_one_shape_holds_message_hint_and_the_request_it_is_about() -> None:
    token = request_id.set("abc")
    try:
        body = body_of(UnknownSeriesError("No such series.", hint="List them."))
    finally:
        request_id.reset(token)
    assert body == {
        "error": {
            "code": "unknown_series",
            "message": "No such series.",
            "hint": "List them.",
            "request_id": "abc",
        }
    }


@pytest.mark.parametrize("status", [400, 401, 404, 405, 413, 415, 418, 422, 429, 500, 502, 503, 504])
def test_upstream_errors_get_the_one_shape(status: int) -> None:
    assert set(json.loads(upstream_error(status))["error"]) == {"code", "message", "hint", "request_id"}


def test_headers_of_an_error_are_named_as_http_names_them() -> None:
    assert errors.RequestError(errors.RATE_LIMITED, "?", retry_after="3").headers == {"retry-after": "3"}


def test_an_excerpt_is_json_cut_short() -> None:
    assert excerpt("a\nb") == '"a\\nb"'
    assert len(excerpt("x" * 1000)) == errors.SHOWN_CHARACTERS + 1
    assert excerpt(object()).startswith('"<object')


def test_the_one_shape_starts_as_the_edge_expects() -> None:
    assert upstream_error(404).startswith(b'{"error":{"code":"not_found"')
