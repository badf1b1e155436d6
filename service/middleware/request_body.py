"""The body of a request: read whole before anything else sees it; refused when too much or no JSON."""

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


async def read_body(receive: Receive, headers: Headers, settings: Settings) -> bytes:
    """The whole body; raises `RequestError`: 408 when it does not arrive, 413 too large, 415 no JSON."""
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > settings.max_body_bytes:
        await _drain(receive)
        raise _too_large(settings.max_body_bytes)
    first = _arrived(receive)
    if first is not None and not first.get("more_body", False):
        body, is_whole = bytes(first.get("body", b"")), True
    else:
        body, is_whole = await _rest(first, receive, settings)
    if len(body) > settings.max_body_bytes:
        if not is_whole:
            await _drain(receive)
        raise _too_large(settings.max_body_bytes)
    if body:
        _require_json(headers)
    return body


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


def _arrived(receive: Receive) -> Message | None:
    """The first message if it is here already, as nearly always: a time limit costs a tenth of an answer.

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


async def _rest(first: Message | None, receive: Receive, settings: Settings) -> tuple[bytes, bool]:
    """What arrives in time until the body ends or is over the limit, and whether it has ended."""
    chunks = [first.get("body", b"")] if first else []
    length, is_more = sum(map(len, chunks)), True
    try:
        async with asyncio.timeout(settings.timeout_seconds):
            while is_more and length <= settings.max_body_bytes:
                message = await receive()
                chunks.append(message.get("body", b""))
                length += len(chunks[-1])
                is_more = message.get("more_body", False)
    except TimeoutError as error:
        detail = "The body did not arrive in time."
        raise RequestError(errors.SLOW_BODY, detail, connection="close") from error
    return b"".join(chunks), not is_more


async def _drain(receive: Receive) -> None:
    """Let a body that is refused arrive for a while: who is cut off while sending never reads the answer."""
    length, is_more = 0, True
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while is_more and length < DRAIN_BYTES:
                message = await receive()
                length += len(message.get("body", b""))
                is_more = message.get("more_body", False)


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
