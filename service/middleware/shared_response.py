"""A response that is expensive and the same for all callers: computed once for all that wait for it."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_PAUSE_SECONDS = 0.5
PAUSE = 9
"""Pause after computing a response, as a multiple of the time it took: a tenth of the time is spent on it."""


class SharedResponse:
    """Wraps a route; every response is computed after its request arrived, so none is out of date."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._next: asyncio.Task[list[Message]] | None = None
        self._computing = asyncio.Lock()
        self._pause_until = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._next is None:
            self._next = asyncio.create_task(self._compute(scope, receive))
        for message in await asyncio.shield(self._next):
            await send(message)

    async def _compute(self, scope: Scope, receive: Receive) -> list[Message]:
        """The messages of the next response; a request during the computation gets the one after."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        loop = asyncio.get_running_loop()
        async with self._computing:
            await asyncio.sleep(self._pause_until - loop.time())
            self._next = None
            started = loop.time()
            await self._app(scope, receive, keep)
            ended = loop.time()
            self._pause_until = ended + min(PAUSE * (ended - started), LONGEST_PAUSE_SECONDS)
        return messages
