"""The outermost layer of the server: access control, limits of requests, and one shape for every error.

It wraps BentoML's own middleware, so that time-outs, unknown paths and crashes get the same shape, and an
unknown path never becomes a label of a metric.
"""

from __future__ import annotations

import logging
import math
import random
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from pydantic_core import to_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.core import errors, metrics
from service.core.errors import RequestError, body_of, excerpt, request_id
from service.core.settings import Settings, metrics_folder
from service.middleware.access import ApiKeys, RateLimit
from service.middleware.request_body import BodyBudget, BodyReader, Headers, replay

log = logging.getLogger(__name__)

LARGEST_BODIES_AT_ONCE = 4
OPEN_FOLDERS = ("/ui/", "/docs/")
DECIDING_HEADERS = (b"authorization", b"x-api-key", b"content-type", b"content-encoding", b"content-length")
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ERROR_PREFIX = b'{"error":{"code":"'


class Edge:
    """Checks a request before any other layer, and sets the headers and error shape of its response."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        methods: Mapping[str, frozenset[str]],
        open_paths: Collection[str],
    ) -> None:
        self._app, self._settings, self._methods, self._open_paths = app, settings, methods, open_paths
        self._keys = ApiKeys(settings.keys)
        self.bodies = BodyBudget(LARGEST_BODIES_AT_ONCE * settings.max_body_bytes)
        folder, limit = metrics_folder(), settings.rate_limit_per_minute
        self._rate = RateLimit(limit, folder / "rate_limit.bin" if folder else None) if limit else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":  # no route speaks another protocol
            return await send({"type": f"{scope['type']}.close"})
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id.set(given.decode() if given and _ID.fullmatch(given) else f"{random.getrandbits(64):016x}")
        answer = ResponseWriter(scope, send)
        try:
            if len(headers) < len(scope["headers"]):
                _require_single(scope["headers"])
            await self._answer(scope, receive, answer, headers)
        except RequestError as error:
            await answer.refuse(error)
        except Exception:  # no traceback may reach a client
            log.exception("%s failed. request_id=%s", answer.title, request_id.get())
            if not answer.is_started:
                await answer.complete(500, errors.upstream_error(500))

    async def _answer(self, scope: Scope, receive: Receive, answer: ResponseWriter, headers: Headers) -> None:
        path, method = scope["path"], scope["method"]
        if not self._route_answers(path, method):
            answer.has_body, scope = False, {**scope, "method": "GET"}
        if path not in self._open_paths and not path.startswith(OPEN_FOLDERS):
            self._authorise(scope, headers)
        if method != "POST":
            return await self._app(scope, receive, answer)
        reader = BodyReader(receive, self._settings, self.bodies)
        try:
            await self._app(scope, replay(await reader.read(headers), receive), answer)
        finally:
            reader.close()

    def _route_answers(self, path: str, method: str) -> bool:
        """Whether a route answers a method itself; False for HEAD where GET is answered."""
        methods = self._methods.get(path)
        if methods is None:
            message = f"There is no route {excerpt(path)}."
            raise RequestError(errors.NOT_FOUND, message, "GET /docs lists every route.")
        if method in methods:
            return True
        if method == "HEAD" and "GET" in methods:
            return False
        allowed = ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))
        message = f"{path} does not support {excerpt(method)}, expected {allowed}."
        raise RequestError(errors.METHOD_NOT_ALLOWED, message, allow=allowed)

    def _authorise(self, scope: Scope, headers: Headers) -> None:
        """Check the API key and the rate limit; raises `RequestError` (401 or 429)."""
        if not self._keys and self._rate is None:
            return
        given = _keys_in(headers)
        key = next((key for key in given if self._keys and self._keys.allow(key)), None)
        if self._rate is not None:
            client = key or str((scope.get("client") or ("unknown",))[0])
            if wait := math.ceil(self._rate.wait_seconds(client)):
                limit = self._settings.rate_limit_per_minute
                message = f"Too many requests: {limit} requests a minute are allowed."
                hint = f"Try again in {wait} s."
                raise RequestError(errors.RATE_LIMITED, message, hint, retry_after=str(wait))
        if self._keys and key is None:
            what = "the one sent is unknown" if given else "none was sent"
            hint = "Send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`."
            raise RequestError(
                errors.UNAUTHORIZED, f"This route needs an API key, {what}.", hint, www_authenticate="Bearer"
            )


class ResponseWriter:
    """An ASGI `send` for one response; it holds errors back until their body has the one shape."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._held: Message | None = None
        self._chunks: list[bytes] = []
        self.is_started = False
        self.has_body = True

    @property
    def title(self) -> str:
        """The request, as the log names it."""
        return f"{self._scope['method']} {excerpt(self._scope['path'])}"

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] >= 400:
                self._held = message
                return
            await self._start(message["status"], message["headers"])
        elif self._held is not None:
            self._chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                status, body = self._held["status"], b"".join(self._chunks)
                if not body.startswith(_ERROR_PREFIX):
                    body = errors.upstream_error(status)
                kept = [header for header in self._held["headers"] if not header[0].startswith(b"content-")]
                await self.complete(status, body, kept)
        else:
            await self._send(message if self.has_body else {**message, "body": b""})

    async def refuse(self, error: RequestError) -> None:
        """Send an error of this service."""
        headers = [(name.encode(), value.encode()) for name, value in error.headers.items()]
        await self.complete(error.kind.status, to_json(body_of(error)), headers)

    async def complete(self, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Send a whole JSON body."""
        if status >= 400:
            self._record_error(status, body)
        length = str(len(body)).encode()
        await self._start(
            status, [(b"content-type", b"application/json"), (b"content-length", length), *headers]
        )
        await self._send({"type": "http.response.body", "body": body if self.has_body else b""})

    async def _start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        own = ((b"x-request-id", request_id.get().encode()), (b"x-content-type-options", b"nosniff"))
        self.is_started = True
        await self._send({"type": "http.response.start", "status": status, "headers": [*headers, *own]})

    def _record_error(self, status: int, body: bytes) -> None:
        code = body[len(_ERROR_PREFIX) : body.index(b'"', len(_ERROR_PREFIX))].decode()
        metrics.ERRORS.labels(code).inc()
        level = logging.WARNING if status >= 500 else logging.INFO
        log.log(level, "%s: %d %s. request_id=%s", self.title, status, code, request_id.get())


def _require_single(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Raise `RequestError` when a header that decides something was sent twice, perhaps with two values."""
    counts = Counter(name for name, _ in headers)
    for name in DECIDING_HEADERS:
        if counts[name] > 1:
            message = f"The header {name.decode()} was sent {counts[name]} times."
            raise RequestError(errors.BAD_REQUEST, message)


def _keys_in(headers: Headers) -> list[str]:
    """The keys a request carries: either header may be meant for another layer, such as a proxy."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    own = headers.get(b"x-api-key", b"").decode("latin-1")
    return [key for key in (token.strip() if scheme.lower() == "bearer" else "", own) if key]
