"""Numbers as a person reads them, in messages and reports."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Say 1 row, 2 rows, 1,234 stores, 1 day; series is its own plural."""
    plural = noun if number == 1 or noun.endswith("s") else f"{noun}s"
    return f"{number:,} {plural}"


def share(part: int, whole: int) -> str:
    """Say how much of the whole a part is, never rounding something to nothing."""
    percent = 100 * part / whole if whole else 0.0
    return "under 0.1 %" if 0 < percent < 0.1 else f"{percent:.1f} %"
