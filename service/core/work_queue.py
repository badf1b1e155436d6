"""Threads for work that would hold up the event loop, with a queue of limited length before them.

Work whose result is no longer needed stops at its next checkpoint.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import TypeVar

from starlette.types import Receive

from service.core.errors import OVERLOADED, RequestError, disconnected

Result = TypeVar("Result")
RETRY_SECONDS = 5

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


class WorkQueue:
    """Runs work in threads of its own, first come first served.

    Work is dropped from the queue, or stopped at its next `checkpoint`, when its caller disconnects or the
    task that waits for it is cancelled, as BentoML does at its time limit.
    """

    def __init__(self, name: str, threads: int, max_waiting: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._limit = threads + max_waiting
        self._free = threading.Semaphore(self._limit)

    async def run(self, work: Callable[[], Result], receive: Receive) -> Result:
        """Run the work and return its result.

        `receive` belongs to the request, whose body has been read. Raises `RequestError` (503) when too much
        is waiting, 499 when the caller has left.
        """
        if not self._free.acquire(blocking=False):
            raise RequestError(
                OVERLOADED,
                f"{self._limit} requests of this kind are being answered or wait, which is the limit.",
                hint=f"Try again in {RETRY_SECONDS} s.",
                retry_after=str(RETRY_SECONDS),
            )
        cancelled, context = threading.Event(), contextvars.copy_context()
        context.run(cancel_with, cancelled)
        job = self._threads.submit(context.run, work)
        job.add_done_callback(lambda _: self._free.release())
        result, disconnect = asyncio.wrap_future(job), asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait((result, disconnect), return_when=asyncio.FIRST_COMPLETED)
            if not result.done():
                raise disconnected()
            return result.result()
        finally:
            cancelled.set()
            result.cancel()  # or asyncio would log its error as never retrieved
            job.cancel()
            disconnect.cancel()


async def _disconnected(receive: Receive) -> None:
    """Wait until the caller has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
