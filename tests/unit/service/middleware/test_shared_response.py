"""service.middleware.shared_response: one computation for all who wait, and none that is out of date."""

import asyncio
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from service.middleware.shared_response import SharedResponse


async def get(app: SharedResponse) -> Any:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError

    await app({"type": "http", "path": "/metrics"}, receive, send)
    return sent[-1]["body"]


class Counting:
    """Answers with how often it was called before; takes a while."""

    def __init__(self) -> None:
        self.calls = self.at_a_time = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.at_a_time += 1
        assert self.at_a_time == 1
        call, self.calls = self.calls, self.calls + 1
        await asyncio.sleep(0.001)
        self.at_a_time -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": call})


def test_a_response_is_computed_after_its_request_and_shared_by_all_who_wait() -> None:
    async def scenario() -> None:
        counting = Counting()
        app = SharedResponse(counting)
        assert await get(app) == 0
        assert await asyncio.gather(*(get(app) for _ in range(50))) == [1] * 50
        first = asyncio.create_task(get(app))
        while counting.calls < 3:
            await asyncio.sleep(0)
        assert await get(app) == 3, "one that is being computed may miss what happened since"
        assert await first == 2

    asyncio.run(scenario())


def test_a_caller_that_leaves_takes_the_response_from_nobody() -> None:
    async def scenario() -> None:
        app = SharedResponse(Counting())
        await get(app)
        leaving, staying = asyncio.create_task(get(app)), asyncio.create_task(get(app))
        await asyncio.sleep(0)
        leaving.cancel()
        assert await staying == 1

    asyncio.run(scenario())
