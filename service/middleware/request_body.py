"""The body of a request: read whole before any other layer; refused when too large or not JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.types import Message, Receive

from service.core import errors
from service.core.errors import RequestError, excerpt
from service.core.settings import Settings

Headers = Mapping[bytes, bytes]

DRAIN_SECONDS, DRAIN_BYTES = 5.0, 64 * 1024 * 1024
LARGE_BYTES = 64 * 1024


class BodyBudget:
    """The bytes of large bodies that a worker holds at a time, of unfinished ones too."""

    def __init__(self, max_bytes: int) -> None:
        self.free_bytes = max_bytes

    def take(self, n_bytes: int) -> None:
        """Reserve room; raises `RequestError` (503) when there is none."""
        if n_bytes > self.free_bytes:
            raise RequestError(
                errors.OVERLOADED,
                "Too many large bodies are being received at the same time.",
                hint="Try again in a few seconds, or send smaller parts.",
                retry_after="5",
                connection="close",
            )
        self.free_bytes -= n_bytes

    def give_back(self, n_bytes: int) -> None:
        """Free the bytes of a body that is no longer needed."""
        self.free_bytes += n_bytes


class BodyReader:
    """Reads the body of one request; holds its share of the budget until it is closed."""

    def __init__(self, receive: Receive, settings: Settings, budget: BodyBudget) -> None:
        self._receive, self._settings, self._budget = receive, settings, budget
        self._held = 0

    def close(self) -> None:
        """Give the share of the budget back."""
        if self._held:
            self._budget.give_back(self._held)
            self._held = 0

    async def read(self, headers: Headers) -> bytes:
        """Read the whole body.

        Raises `RequestError`: 408 when it does not arrive in time, 413 too large, 415 not JSON, 499 cut off,
        503 too many large bodies at a time.
        """
        limit = self._settings.max_body_bytes
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await self._drain()
            raise _too_large(limit)
        chunks: list[bytes] = []
        length, is_more = 0, True
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):  # 3 % of the time of a short /predict
                while is_more and length <= limit:
                    chunk, is_more = await self._next_chunk()
                    length += len(chunk)
                    chunks.append(chunk)
                    if length > LARGE_BYTES:
                        self._hold(length)
        except TimeoutError as error:
            message = "The body did not arrive in time."
            raise RequestError(errors.SLOW_BODY, message, connection="close") from error
        if length > limit:
            if is_more:
                await self._drain()
            raise _too_large(limit)
        if length:
            _require_json(headers)
        return b"".join(chunks)

    def _hold(self, n_bytes: int) -> None:
        self._budget.take(n_bytes - self._held)
        self._held = n_bytes

    async def _next_chunk(self) -> tuple[bytes, bool]:
        """Bytes of the body, and whether there are more; raises `RequestError` when the client has left."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise errors.disconnected()
        return message.get("body", b""), message.get("more_body", False)

    async def _drain(self) -> None:
        """Let a refused body arrive for a while: a client that is cut off while sending reads no response."""
        length, is_more = 0, True
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while is_more and length < DRAIN_BYTES:
                    chunk, is_more = await self._next_chunk()
                    length += len(chunk)


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


def _too_large(limit: int) -> RequestError:
    message = f"The body is larger than the {limit} bytes allowed."
    return RequestError(errors.TOO_LARGE, message, "Send it in parts.", connection="close")
