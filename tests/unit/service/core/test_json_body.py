"""service.core.json_body: how much a body holds is known before it is parsed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.errors import INVALID_REQUEST, NOT_JSON, RequestError
from service.core.json_body import CHUNK_BYTES, UNCOUNTED_BYTES, count_members, parse_json

DEPTH = 5
texts = st.text(alphabet='a"\\,:{}[]é')
values = st.recursive(
    st.none() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=30,
)


def counted(value: Any) -> list[int]:
    """Members by level as an independent walk over the parsed value counts them."""
    members = [0] * (DEPTH + 1)

    def walk(inner: Any, level: int) -> None:
        if isinstance(inner, (dict, list)):
            members[min(level, DEPTH)] += max(len(inner), 1)
            for child in inner.values() if isinstance(inner, dict) else inner:
                walk(child, level + 1)

    walk(value, 0)
    return members


@given(values, st.sampled_from([None, 1]))
def test_members_are_counted_as_a_walk_over_the_value_counts_them(value: Any, indent: int | None) -> None:
    for ascii_only in (True, False):
        body = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
        assert list(count_members(body, DEPTH))[-1:] in ([counted(value)], [])


def test_strings_and_brackets_may_cross_the_border_of_a_chunk() -> None:
    for shift in range(4):
        value = ["x" * (CHUNK_BYTES - 8 + shift), 'a"b,[', [1, {"k": '\\"'}]]
        assert list(count_members(json.dumps(value).encode(), DEPTH))[-1] == counted(value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[" + b"{}," * 100_000 + b"{}]", "more than 10 fields or list items at nesting level 1"),
        (
            b'[{"a":' + b",".join(b"%d" % n for n in range(2_000)) + b"}]",
            "more than 100 fields or list items at nesting level 2",
        ),
        (b"[" * 100_000, "nested deeper than the 3 levels"),
    ],
)
def test_a_body_that_holds_too_much_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(RequestError, match=message) as refused:
        parse_json(body, (10, 100, 1_000))
    assert refused.value.kind == INVALID_REQUEST


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[Infinity]", b"\xff", b"{" + b" " * UNCOUNTED_BYTES])
def test_a_body_that_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        parse_json(body, (10,))
    assert refused.value.kind == NOT_JSON
