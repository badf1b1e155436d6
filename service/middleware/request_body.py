"""The body of a request: read whole before any other layer; refused when too large or not JSON."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from starlette.types import Message, Receive

from service.core import errors
from service.core.errors import RequestError, excerpt
from service.core.settings import Settings

Headers = Mapping[bytes, bytes]

DRAIN_SECONDS, DRAIN_BYTES = 5.0, 64 * 1024 * 1024
LARGE_BYTES = 64 * 1024


@dataclass
class BodyBudget:
    """The bytes of large bodies that a worker may still take, beside those it holds, unfinished ones too."""

    free_bytes: int


class BodyReader:
    """Reads the body of one request; holds its share of the budget until it is closed."""

    def __init__(self, receive: Receive, settings: Settings, budget: BodyBudget) -> None:
        self._receive, self._settings, self._budget = receive, settings, budget
        self._length = self._held = 0
        self._is_more = True

    def close(self) -> None:
        """Give the share of the budget back."""
        self._budget.free_bytes += self._held
        self._held = 0

    async def read(self, headers: Headers) -> bytes:
        """Read the whole body.

        Raises `RequestError`: 408 when it does not arrive in time, 413 too large, 415 not JSON, 499 cut off,
        503 too many large bodies at a time.
        """
        limit = self._settings.max_body_bytes
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await self._refuse_large(limit)
        first = _arrived(self._receive)
        body = self._take(first) if first else b""
        if self._is_more:
            body += await self._rest(limit)
        if self._length > limit:
            await self._refuse_large(limit)
        if self._length:
            _require_json(headers)
        return body

    async def _rest(self, limit: int) -> bytes:
        """What arrives in time until the body ends or is over the limit."""
        chunks: list[bytes] = []
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                while self._is_more and self._length <= limit:
                    chunks.append(self._take(await self._receive()))
        except TimeoutError as error:
            message = "The body did not arrive in time."
            raise RequestError(errors.SLOW_BODY, message, connection="close") from error
        return b"".join(chunks)

    def _take(self, message: Message) -> bytes:
        """Count the bytes of a message; raises `RequestError` when the client has left or no room is free."""
        if message["type"] == "http.disconnect":
            raise errors.disconnected()
        chunk: bytes = message.get("body", b"")
        self._is_more = message.get("more_body", False)
        self._length += len(chunk)
        if self._length > LARGE_BYTES:
            added = self._length - self._held
            if added > self._budget.free_bytes:
                raise RequestError(
                    errors.OVERLOADED,
                    "Too many large bodies are being received at the same time.",
                    hint="Try again in a few seconds, or send smaller parts.",
                    retry_after="5",
                    connection="close",
                )
            self._budget.free_bytes -= added
            self._held = self._length
        return chunk

    async def _refuse_large(self, limit: int) -> NoReturn:
        """Raise `RequestError` (413), after the body has arrived for a while.

        A client that is cut off while sending reads no response.
        """
        drained = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._is_more and drained < DRAIN_BYTES:
                    message = await self._receive()
                    drained += len(message.get("body", b""))
                    self._is_more = message.get("more_body", False)
        too_large = f"The body is larger than the {limit} bytes allowed."
        raise RequestError(errors.TOO_LARGE, too_large, "Send it in parts.", connection="close")


def _arrived(receive: Receive) -> Message | None:
    """The next message if it is here already, as nearly always: a time limit costs 5 % of a short /predict.

    A server's `receive` that was closed while it waited can be called again.
    """
    waiting = receive().__await__()
    try:
        next(waiting)
    except StopIteration as arrived:
        message: Message = arrived.value
        return message
    waiting.close()
    return None


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` for the layers within that gives the whole body first."""
    is_given = False

    async def again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _require_json(headers: Headers) -> None:
    encoding = headers.get(b"content-encoding", b"identity")
    if encoding != b"identity":
        raise RequestError(
            errors.UNSUPPORTED_MEDIA_TYPE,
            f"The body is encoded as {excerpt(encoding.decode('latin-1'))}, expected plain application/json.",
            "Send it without a `Content-Encoding`.",
        )
    kind = headers.get(b"content-type", b"application/json")
    plain = kind.partition(b";")[0].strip().lower()
    if plain != b"application/json" and not (plain.startswith(b"application/") and plain.endswith(b"+json")):
        raise RequestError(
            errors.UNSUPPORTED_MEDIA_TYPE,
            f"The body is sent as {excerpt(kind.decode('latin-1'))}, expected plain application/json.",
            "Send the header `Content-Type: application/json`.",
        )
