"""service.middleware.fast_path: answers what it can and hands on the rest untouched."""

import asyncio
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from service.middleware.fast_path import FastPath


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

    fast_path = FastPath(app, {"/predict": lambda body: b"fast" if body == b"plain" else None})
    asyncio.run(fast_path({"type": "http", "path": path}, receive, send))
    return sent, handed_on


def test_a_plain_body_is_answered_by_the_fast_path() -> None:
    (start, body), handed_on = through("/predict", b"plain")
    assert (start["status"], body["body"], handed_on) == (200, b"fast", [])
    assert (b"content-length", b"4") in start["headers"]


def test_any_other_body_is_passed_on_whole() -> None:
    assert through("/predict", b"unusual") == ([], [b"unusual"])
    assert through("/forecast", b"plain") == ([], [b"plain"])


def test_scopes_without_a_path_are_passed_on() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> Any:
        raise AssertionError

    asyncio.run(FastPath(app, {})({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]
