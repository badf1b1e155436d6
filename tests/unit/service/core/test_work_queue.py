"""service.core.work_queue: what runs, what waits, what is dropped."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import Message

from service.core.errors import OVERLOADED, RequestError
from service.core.work_queue import WorkCancelled, WorkQueue, checkpoint


async def connected() -> Message:
    """A caller that stays."""
    await asyncio.sleep(60)
    raise AssertionError


def until_cancelled(started: threading.Event, ended: threading.Event) -> Callable[[], None]:
    """Work that never ends by itself."""

    def work() -> None:
        started.set()
        try:
            while True:
                checkpoint()
                time.sleep(0.001)
        except WorkCancelled:
            ended.set()
            raise

    return work


def test_the_result_and_the_error_of_the_work_are_those_of_the_call() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    async def scenario() -> Any:
        queue = WorkQueue("test", threads=1, max_waiting=0)
        with pytest.raises(ZeroDivisionError):
            await queue.run(fail, connected)
        return await queue.run(lambda: 7, connected)

    assert asyncio.run(scenario()) == 7


def test_work_stops_when_its_caller_disconnects_or_its_time_is_up() -> None:
    started, ended = threading.Event(), threading.Event()

    async def leaves() -> Message:
        await asyncio.to_thread(started.wait)
        return {"type": "http.disconnect"}

    async def scenario() -> None:
        queue = WorkQueue("test", threads=1, max_waiting=0)
        with pytest.raises(RequestError, match="closed the connection"):
            await queue.run(until_cancelled(started, ended), leaves)
        assert await asyncio.to_thread(ended.wait, 10)
        ended.clear()
        while True:  # the place is free once the thread has stopped
            try:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(queue.run(until_cancelled(started, ended), connected), 0.05)
                break
            except RequestError:
                await asyncio.sleep(0.01)
        assert await asyncio.to_thread(ended.wait, 10)

    asyncio.run(scenario())


def test_work_that_waits_is_dropped_when_its_caller_disconnects() -> None:
    started, ended, done = threading.Event(), threading.Event(), threading.Event()

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def scenario() -> None:
        queue = WorkQueue("test", threads=1, max_waiting=1)
        running = asyncio.create_task(queue.run(until_cancelled(started, ended), connected))
        assert await asyncio.to_thread(started.wait, 10)
        with pytest.raises(RequestError, match="closed the connection"):
            await queue.run(done.set, gone)
        running.cancel()
        assert await queue.run(lambda: 7, connected) == 7
        assert not done.is_set()

    asyncio.run(scenario())


def test_more_than_may_wait_is_refused() -> None:
    started, ended = threading.Event(), threading.Event()

    async def scenario() -> None:
        queue = WorkQueue("test", threads=1, max_waiting=0)
        running = asyncio.create_task(queue.run(until_cancelled(started, ended), connected))
        assert await asyncio.to_thread(started.wait, 10)
        with pytest.raises(RequestError) as refused:
            await queue.run(lambda: None, connected)
        assert refused.value.kind == OVERLOADED
        assert refused.value.headers["retry-after"]
        running.cancel()

    asyncio.run(scenario())
