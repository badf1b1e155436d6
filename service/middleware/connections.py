"""Limits of connections to a worker: a time limit for headers, and a maximum number."""

import asyncio
import resource
from typing import Any

from uvicorn import config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10.0
"""A request whose headers take longer is closed, and so is a connection that sends none."""
MAX_CONNECTIONS = 1_000
RESERVED_DESCRIPTORS = 64  # for files, the model, the log
LEAST_CONNECTIONS = 16


def limit_connections() -> None:
    """Make uvicorn speak HTTP through `LimitedHttpProtocol`, for which it has no option."""
    config.HTTP_PROTOCOLS["auto"] = f"{__name__}:{LimitedHttpProtocol.__name__}"


def max_connections() -> int:
    """How many connections a worker keeps: fewer than the file descriptors it may open."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(LEAST_CONNECTIONS, min(MAX_CONNECTIONS, descriptors - RESERVED_DESCRIPTORS))


class LimitedHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a time limit for headers and a limit on connections.

    At the limit, the connection whose client has been silent for longest makes room for a new one.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.ws_protocol_class = None  # a WebSocket handshake is a GET like any other
        self._header_timer: asyncio.TimerHandle | None = None
        self._last_received = self.loop.time()

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered: none was sent, or its headers are incomplete."""
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]  # None at first

    @property
    def waits_for_client(self) -> bool:
        """Whether nothing happens before the client sends or reads something."""
        return self.is_idle or self.cycle.more_body or self.flow.write_paused

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if len(self.connections) >= max_connections() and not self._make_room():
            transport.close()
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._last_received = self.loop.time()
        if not self.is_idle:
            self._stop_timer()
        elif self._header_timer is None:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def _unsupported_upgrade_warning(self) -> None:
        if self.cycle is not None:
            self.cycle.keep_alive = False  # the parser reads nothing after a handshake

    def _start_timer(self) -> None:
        self._header_timer = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _stop_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _make_room(self) -> bool:
        """Close the connection whose client has been silent for longest; False when none waits for one."""
        waiting = [other for other in self.connections if isinstance(other, LimitedHttpProtocol)]
        waiting = [other for other in waiting if other.waits_for_client]
        if waiting:
            longest = min(waiting, key=lambda other: other._last_received)
            self.connections.discard(longest)
            longest.transport.abort()
        return bool(waiting)
