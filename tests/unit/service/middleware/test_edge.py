"""service.middleware.edge: who is let in, and the shape of every response."""

import asyncio
import logging
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from service.core.settings import Settings
from service.middleware.edge import Edge
from tests.unit.service.middleware.edge_requests import JSON, METHODS, OPEN_PATHS, echo, fails, send_request


def test_a_valid_request_passes_with_a_request_id() -> None:
    answer = send_request(body=b'{"a": 1}')
    assert (answer.status, answer.body) == (200, b'{"a": 1}')
    assert len(answer.headers["x-request-id"]) == 16
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_request_id_of_the_caller_is_kept_if_it_is_harmless() -> None:
    assert send_request(headers={**JSON, "x-request-id": "job-7.3"}).headers["x-request-id"] == "job-7.3"
    for strange in ("a b", "x" * 65, "", "é"):
        assert send_request(headers={**JSON, "x-request-id": strange}).headers["x-request-id"] != strange


def test_an_unknown_path_is_404_before_anything_else_sees_it() -> None:
    answer = send_request(app=fails, path="/nowhere", method="GET")
    assert (answer.status, answer.error["code"]) == (404, "not_found")
    assert '"/nowhere"' in answer.error["message"]


def test_an_unsupported_method_is_405_and_names_the_allowed_ones() -> None:
    answer = send_request(method="DELETE")
    assert (answer.status, answer.error["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"
    assert send_request(path="/health", method="DELETE").headers["allow"] == "GET, HEAD"


def test_head_is_get_without_a_body() -> None:
    get, head = (send_request(path="/health", method=method, headers={}) for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"] == "5"


@pytest.mark.parametrize("name", ["content-type", "x-api-key", "authorization", "content-encoding"])
def test_a_header_that_decides_something_is_sent_once(name: str) -> None:
    answer = send_request(headers=[(name, "application/json"), (name, "text/plain")])
    assert (answer.status, answer.error["code"]) == (400, "bad_request")
    assert f"{name} was sent 2 times" in answer.error["message"]
    assert send_request(headers=[("accept", "a"), ("accept", "b")]).status == 200


def test_keys_guard_the_data_routes_and_leave_the_probes_open() -> None:
    keys: dict[str, Any] = {"api_keys": "one,two"}
    missing, wrong = send_request(**keys), send_request(headers={**JSON, "x-api-key": "three"}, **keys)
    for answer, what in ((missing, "none was sent"), (wrong, "the one sent is unknown")):
        assert (answer.status, answer.error["code"]) == (401, "unauthorized")
        assert what in answer.error["message"]
        assert answer.headers["www-authenticate"] == "Bearer"
    assert send_request(headers={**JSON, "authorization": "Bearer two"}, **keys).status == 200
    assert send_request(headers={**JSON, "x-api-key": "one"}, **keys).status == 200
    assert send_request(headers={**JSON, "authorization": "Basic one"}, **keys).status == 401
    for_a_proxy = {**JSON, "authorization": "Bearer of-the-proxy"}
    assert send_request(headers={**for_a_proxy, "x-api-key": "one"}, **keys).status == 200
    assert send_request(headers={**for_a_proxy, "x-api-key": "three"}, **keys).status == 401
    assert send_request(path="/health", method="GET", **keys).status == 200
    assert send_request(path="/model", method="GET", **keys).status == 401


def test_a_rate_is_kept_per_key_and_per_address() -> None:
    edge = Edge(echo, Settings(rate_limit_per_minute=1, api_keys="one,two"), METHODS, OPEN_PATHS)  # type: ignore[arg-type]  # a secret from text
    first, second = ({**JSON, "x-api-key": key} for key in ("one", "two"))
    assert send_request(edge=edge, headers=first).status == 200
    answer = send_request(edge=edge, headers=first)
    assert (answer.status, answer.error["code"]) == (429, "rate_limited")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert send_request(edge=edge, headers=second).status == 200
    assert send_request(edge=edge, client="10.0.0.1").status == 401
    assert send_request(edge=edge, client="10.0.0.1").status == 429, "guessing keys is limited too"
    assert send_request(edge=edge, client="10.0.0.2").status == 401
    assert send_request(edge=edge, path="/health", method="GET").status == 200


def test_a_crash_is_500_without_a_traceback_and_logged_under_its_id(caplog: pytest.LogCaptureFixture) -> None:
    answer = send_request(app=fails)
    assert (answer.status, answer.error["code"]) == (500, "internal_error")
    assert b"secret" not in answer.body
    assert f"request_id={answer.headers['x-request-id']}" in caplog.text
    assert "a secret detail" in caplog.text


@pytest.mark.parametrize("status", [400, 404, 405, 429, 500, 503, 504])
def test_errors_of_inner_layers_get_the_one_shape_and_keep_their_headers(status: int) -> None:
    answer = send_request(app=PlainTextResponse("Oh no", status, headers={"retry-after": "1"}))
    assert answer.status == status
    assert answer.error["message"]
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_errors_in_the_one_shape_pass_unchanged() -> None:
    ours = b'{"error":{"code":"unknown_series","message":"m","hint":null,"request_id":"?"}}'
    answer = send_request(app=Response(ours, 404))
    assert answer.body == ours


def test_each_error_is_logged_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "service")
    answer = send_request(path="/no\nwhere")
    (line,) = caplog.messages
    assert line == f'POST "/no\\nwhere": 404 not_found. request_id={answer.headers["x-request-id"]}'


def test_lifespan_messages_pass_unchanged() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        raise AssertionError

    asyncio.run(Edge(app, Settings(), METHODS, OPEN_PATHS)({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]


def test_scopes_other_than_http_and_lifespan_are_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def nothing(*_: Any) -> Any:
        raise AssertionError

    scope = {"type": "websocket", "path": "/predict", "headers": []}
    asyncio.run(Edge(fails, Settings(), METHODS, OPEN_PATHS)(scope, nothing, send))
    assert sent == [{"type": "websocket.close"}]
