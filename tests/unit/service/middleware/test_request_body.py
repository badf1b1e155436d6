"""service.middleware.request_body, through the edge: what is read, how much of it, and until when."""

import asyncio

import pytest
from starlette.types import Message

from service.core.settings import Settings
from service.middleware.edge import LARGEST_BODIES_AT_ONCE, Edge
from tests.unit.service.middleware.edge_requests import JSON, METHODS, OPEN_PATHS, echo, fails, send_request


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (JSON, 200),
        ({"content-type": "application/json; charset=utf-8"}, 200),
        ({"content-type": "application/vnd.api+json"}, 200),
        ({}, 200),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({"content-type": "application/vnd.bentoml+pickle"}, 415),
        ({**JSON, "content-encoding": "gzip"}, 415),
    ],
)
def test_only_json_is_read(headers: dict[str, str], status: int) -> None:
    answer = send_request(headers=headers)
    assert answer.status == status
    if status == 415:
        assert answer.error["code"] == "unsupported_media_type"


def test_an_encoded_body_and_another_content_type_have_messages_of_their_own() -> None:
    encoded = send_request(headers={**JSON, "content-encoding": "gzip"}).error["message"]
    assert encoded == 'The body is encoded as "gzip", expected plain application/json.'
    assert (
        send_request(headers={"content-type": "text/plain"})
        .error["message"]
        .startswith("The body is sent as")
    )


def test_a_body_too_large_is_413_whether_it_says_so_or_not() -> None:
    declared = send_request(headers={**JSON, "content-length": "11"}, max_body_bytes=10)
    streamed = send_request(body=[b"x" * 6, b"x" * 6], max_body_bytes=10)
    at_once = send_request(
        body=b"x" * 11, max_body_bytes=10
    )  # in chunks that all arrived before the first read
    for answer in (declared, streamed, at_once):
        assert (answer.status, answer.error["code"]) == (413, "too_large")
        assert answer.headers["connection"] == "close"
    assert send_request(body=[b"x" * 5, b"x" * 5], max_body_bytes=10).status == 200


@pytest.mark.parametrize("pieces", [[], [b"{"]])
def test_a_body_that_does_not_arrive_in_time_is_408(pieces: list[bytes]) -> None:
    async def receive() -> Message:
        if pieces:
            return {"type": "http.request", "body": pieces.pop(), "more_body": True}
        await asyncio.sleep(10)
        raise AssertionError

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}
    asyncio.run(Edge(echo, Settings(timeout_seconds=0.05), METHODS, OPEN_PATHS)(scope, receive, send))
    assert sent[0]["status"] == 408


@pytest.mark.parametrize("pieces", [[], [b"{}"]])
def test_a_body_that_is_cut_off_never_reaches_an_endpoint(pieces: list[bytes]) -> None:
    async def receive() -> Message:
        if pieces:
            return {"type": "http.request", "body": pieces.pop(), "more_body": True}
        return {"type": "http.disconnect"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}
    asyncio.run(Edge(fails, Settings(), METHODS, OPEN_PATHS)(scope, receive, send))
    assert sent[0]["status"] == 499


def test_large_bodies_share_a_budget_and_give_it_back() -> None:
    limit = 1_000_000
    edge = Edge(echo, Settings(max_body_bytes=limit), METHODS, OPEN_PATHS)
    for _ in range(3 * LARGEST_BODIES_AT_ONCE):
        assert send_request(body=[b"x" * (limit // 2)] * 2, edge=edge).status == 200
        assert send_request(body=[b"x" * (limit // 2)] * 3, edge=edge).status == 413

    async def hold(release: asyncio.Event, chunks: int) -> int:
        sent: list[Message] = []

        async def receive() -> Message:
            nonlocal chunks
            if not chunks:
                await release.wait()
                return {"type": "http.disconnect"}
            await asyncio.sleep(0)
            chunks -= 1
            return {"type": "http.request", "body": b"x" * (limit // 10), "more_body": True}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}
        await edge(scope, receive, send)
        return int(sent[0]["status"])

    async def scenario() -> None:
        release = asyncio.Event()
        holding = [asyncio.create_task(hold(release, 10)) for _ in range(LARGEST_BODIES_AT_ONCE)]
        while edge.bodies.free_bytes:
            await asyncio.sleep(0)
        assert await hold(release, 10) == 503
        release.set()
        assert await asyncio.gather(*holding) == [499] * len(holding)

    asyncio.run(scenario())
    assert send_request(body=[b"x" * (limit // 2)] * 2, edge=edge).status == 200
