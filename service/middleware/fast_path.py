"""A short way for the plainest requests: a look-up or two, answered before BentoML's api machinery.

It stands inside the edge and BentoML's own metrics, so guards and counts hold for it too; tracing, time-outs
and BentoML's parsing, which cost more than the answer, come after it. Anything unusual it leaves to the api.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from service.middleware.request_body import replay

Responder = Callable[[bytes], bytes | None]
"""From a body to its answer; None for what is not plain, errors included."""


class FastPath:
    """Answers what an api's `answers` can at once, and passes on what they cannot."""

    def __init__(self, app: ASGIApp, answers: Mapping[str, Responder]) -> None:
        self._app, self._answers = app, answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answers.get(scope.get("path", ""))
        if answer is not None:
            body: bytes = (await receive())["body"]  # whole: the edge has read it, and lets only POST through
            content = answer(body)
            if content is not None:
                length = str(len(content)).encode()
                headers = [(b"content-type", b"application/json"), (b"content-length", length)]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                return await send({"type": "http.response.body", "body": content})
            receive = replay(body, receive)
        await self._app(scope, receive, send)
