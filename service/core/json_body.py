"""JSON bodies: how much they hold is counted on the bytes, before any object is built from them."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pydantic_core import from_json

from service.core.errors import INVALID_REQUEST, NOT_JSON, RequestError

UNCOUNTED_BYTES = 4_096  # a shorter body cannot hold enough to matter
CHUNK_BYTES = 1 << 20
_QUOTE, _COMMA, _OPENING, _CLOSING = b'",{}'
_FOLD = 0x20  # turns [ and ] into { and }


def parse_json(body: bytes, max_members: Sequence[int]) -> Any:
    """Parse a body; NaN and infinity are not JSON.

    `max_members` gives for each nesting level how many members (fields of objects, items of lists) all
    containers of that level may hold together; its length is the deepest nesting allowed.
    Raises `RequestError`: 422 for a body that holds more, 400 for one that is not JSON.
    """
    if len(body) > UNCOUNTED_BYTES:
        for members in count_members(body, len(max_members)):
            _require_within(members, max_members)
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        message = f"The body is not JSON: {error}." if body else "The body is empty, expected JSON."
        raise RequestError(NOT_JSON, message, hint="GET /docs shows a body that works.") from error


def count_members(body: bytes, max_depth: int) -> Iterator[list[int]]:
    """Count the members of all containers at each nesting level; the last entry counts what is deeper.

    Yields the counts so far after each megabyte. A member begins after a comma or an opening bracket outside
    of strings; an empty container counts as one. Bytes that are not JSON give some count as well.
    """
    if b"\\" in body:  # of the same length, without escaped quotes
        body = body.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    members = np.zeros(max_depth + 2, np.int64)
    n_quotes = depth = 0
    for start in range(0, len(body), CHUNK_BYTES):
        chunk = np.frombuffer(body, np.uint8, min(CHUNK_BYTES, len(body) - start), start)
        quotes_before = np.cumsum(chunk == _QUOTE, dtype=np.uint8) + np.uint8(n_quotes)
        folded = chunk | _FOLD
        is_structure = (chunk == _COMMA) | (folded == _OPENING) | (folded == _CLOSING)
        structure = folded[is_structure & (quotes_before & 1 == 0)]  # outside of strings
        steps = (structure == _OPENING).astype(np.int8) - (structure == _CLOSING)
        depths = depth + np.cumsum(steps, dtype=np.int64)
        levels = np.clip(depths[structure != _CLOSING], 0, max_depth + 1)
        members += np.bincount(levels, minlength=max_depth + 2)
        n_quotes = int(quotes_before[-1]) & 1
        depth = int(depths[-1]) if len(depths) else depth
        yield members[1:].tolist()


def _require_within(members: Sequence[int], max_members: Sequence[int]) -> None:
    if members[-1]:
        message = f"The body is nested deeper than the {len(max_members)} levels expected."
        raise RequestError(INVALID_REQUEST, message, hint="GET /docs shows a body that works.")
    for level, (found, most) in enumerate(zip(members, max_members, strict=False), start=1):
        if found > most:
            message = f"The body holds more than {most:,} fields or list items at nesting level {level}."
            raise RequestError(INVALID_REQUEST, message, hint="Send it in parts.")
