"""service.middleware.fast_path: answers what it can and hands on the rest untouched."""

import asyncio
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from service.middleware.fast_path import FastLane


def through(path: str, body: bytes) -> tuple[list[Message], list[bytes]]:
    """What was sent, and what the layer behind was given."""
    sent: list[Message] = []
    handed_on: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        handed_on.append((await receive())["body"])

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    lane = FastLane(app, {"/predict": lambda body: b"fast" if body == b"plain" else None})
    asyncio.run(lane({"type": "http", "path": path}, receive, send))
    return sent, handed_on


def test_what_is_plain_is_answered_at_once() -> None:
    (start, body), handed_on = through("/predict", b"plain")
    assert (start["status"], body["body"], handed_on) == (200, b"fast", [])
    assert (b"content-length", b"4") in start["headers"]


def test_anything_else_is_handed_on_whole() -> None:
    assert through("/predict", b"unusual") == ([], [b"unusual"])
    assert through("/forecast", b"plain") == ([], [b"plain"])


def test_what_is_no_request_is_handed_on() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> Any:
        raise AssertionError

    asyncio.run(FastLane(app, {})({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]
