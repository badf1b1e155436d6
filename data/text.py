"""Numbers as a person reads them, in messages and reports."""

import reprlib


def counted(number: int, noun: str) -> str:
    """Format a count: 1 row, 2 rows, 1,234 stores; series is its own plural."""
    plural = noun if number == 1 or noun.endswith("s") else f"{noun}s"
    return f"{number:,} {plural}"


def share(part: int, whole: int) -> str:
    """Format a share in percent, never rounding a small one to 0."""
    percent = 100 * part / whole if whole else 0.0
    return "under 0.1 %" if 0 < percent < 0.1 else f"{percent:.1f} %"


def shortened(text: str, limit: int = 80) -> str:
    """Return the text with at most `limit` characters, so that no message repeats a whole file."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def quoted(value: object) -> str:
    """Return the `repr` of a value for a message, with at most 200 characters."""
    return shortened(_bounded.repr(value), 200)


_bounded = reprlib.Repr()
_bounded.maxstring = _bounded.maxlong = _bounded.maxother = 80
