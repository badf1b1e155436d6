"""Stop work whose result is no longer needed: its client has disconnected, or its time is up."""

from __future__ import annotations

import threading
from contextvars import ContextVar

_cancelled: ContextVar[threading.Event | None] = ContextVar("cancelled", default=None)


class WorkCancelled(Exception):  # not an error of anyone
    """Raised by `checkpoint` in work that was cancelled."""


def cancel_with(event: threading.Event) -> None:
    """Cancel the work of this context at its next checkpoint once the event is set."""
    _cancelled.set(event)


def checkpoint() -> None:
    """Raise `WorkCancelled` when this work was cancelled; call it between the parts of long work."""
    event = _cancelled.get()
    if event is not None and event.is_set():
        raise WorkCancelled
