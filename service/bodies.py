"""The body of a request: read whole before anything else sees it; refused when too much or no JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.types import Message, Receive

from service import errors
from service.errors import RequestError, found
from service.settings import Settings

Headers = Mapping[bytes, bytes]

DRAIN_SECONDS, DRAIN_BYTES = 5.0, 64 * 1024 * 1024


async def read_body(receive: Receive, headers: Headers, settings: Settings) -> bytes:
    """The whole body; raises `RequestError`: 408 when it does not arrive, 413 too large, 415 no JSON."""
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > settings.max_body_bytes:
        await _drain(receive)
        raise _too_large(settings.max_body_bytes)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body") or len(body) > settings.max_body_bytes:
        body = await _rest(message, receive, settings)
    if body and not _is_json(headers):
        kind = found(headers.get(b"content-type", b"").decode("latin-1"))
        raise RequestError(
            errors.UNSUPPORTED_MEDIA_TYPE,
            f"The body is sent as {kind}, expected plain application/json.",
            "Send the header `Content-Type: application/json`.",
        )
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


async def _rest(first: Message, receive: Receive, settings: Settings) -> bytes:
    limit, chunks = settings.max_body_bytes, [first["body"]]
    length, is_more = len(chunks[0]), first.get("more_body", False)
    try:
        async with asyncio.timeout(settings.timeout_seconds):
            while is_more and length <= limit:
                message = await receive()
                chunks.append(message.get("body", b""))
                length += len(chunks[-1])
                is_more = message.get("more_body", False)
    except TimeoutError as error:
        told = "The body did not arrive in time."
        raise RequestError(errors.SLOW_BODY, told, connection="close") from error
    if length > limit:
        if is_more:
            await _drain(receive)
        raise _too_large(limit)
    return b"".join(chunks)


async def _drain(receive: Receive) -> None:
    """Let a body that is refused arrive for a while: who is cut off while sending never reads the answer."""
    length, is_more = 0, True
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while is_more and length < DRAIN_BYTES:
                message = await receive()
                length += len(message.get("body", b""))
                is_more = message.get("more_body", False)


def _is_json(headers: Headers) -> bool:
    if headers.get(b"content-encoding", b"identity") != b"identity":
        return False
    kind = headers.get(b"content-type", b"application/json").partition(b";")[0].strip().lower()
    return kind == b"application/json" or (kind.startswith(b"application/") and kind.endswith(b"+json"))


def _too_large(limit: int) -> RequestError:
    told = f"The body is larger than the {limit} bytes allowed."
    return RequestError(errors.TOO_LARGE, told, "Send it in parts.", connection="close")
