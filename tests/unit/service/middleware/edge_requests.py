"""Requests to the edge, and the responses that a caller receives."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.core.settings import Settings
from service.middleware.edge import Edge

METHODS = {"/predict": frozenset({"POST"}), "/model": frozenset({"GET"}), "/health": frozenset({"GET"})}
OPEN_PATHS = {"/health"}
JSON = {"content-type": "application/json"}


@dataclass
class Answered:
    """What a caller gets to see."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = json.loads(self.body)["error"]
        assert set(error) == {"code", "message", "hint", "request_id"}
        assert error["request_id"] == self.headers["x-request-id"]
        return error


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body it was sent."""
    body = b""
    if scope["method"] == "POST":
        message = await receive()
        assert not message["more_body"]
        body = message["body"]
    await Response(body or b"hello", media_type="text/plain")(scope, receive, send)


def send_request(
    app: ASGIApp = echo,
    path: str = "/predict",
    method: str = "POST",
    body: bytes | Iterable[bytes] = b"{}",
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = JSON,
    client: str = "127.0.0.1",
    edge: Edge | None = None,
    **settings: Any,
) -> Answered:
    edge = edge or Edge(app, Settings(**settings), METHODS, OPEN_PATHS)
    pieces = [body] if isinstance(body, bytes) else list(body)
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [
            (name.encode(), value.encode())
            for name, value in (headers.items() if isinstance(headers, Mapping) else headers)
        ],
        "client": (client, 1234),
    }
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(edge(scope, _receiver(pieces), send))
    start, *rest = sent
    received = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answered(start["status"], received, b"".join(message.get("body", b"") for message in rest))


def _receiver(pieces: list[bytes]) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        if not pieces:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    return receive


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("a secret detail")
