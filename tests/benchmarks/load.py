"""A load generator, a process of its own: keep-alive connections that send their next request once answered.

`python -m tests.benchmarks.load PORT PATH BODIES [--connections N --requests N --seconds S]` prints JSON.
BODIES is a file with one JSON body a line, sent in turn. SIGTERM ends it early. Requests go to 127.0.0.1.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import cast

import numpy as np
import uvloop

HOST = "127.0.0.1"
DRAIN_SECONDS = 30


@dataclass
class Tally:
    """What all connections share: requests still to be sent, and results."""

    bodies: Sequence[bytes]
    path: str
    left: int
    until: float
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lost: int = 0

    def __post_init__(self) -> None:
        self._requests = cycle([_request(self.path, body) for body in self.bodies])

    def stop(self) -> None:
        """Send no more requests; those in flight are still answered."""
        self.until = time.perf_counter()

    def next(self) -> bytes | None:
        """The next request; None when there was enough."""
        if self.left <= 0 or time.perf_counter() >= self.until:
            return None
        self.left -= 1
        return next(self._requests)

    def summary(self, wall_seconds: float) -> dict[str, object]:
        """As JSON; latencies in milliseconds."""
        p50, p99 = np.percentile(self.seconds, (50, 99)) * 1e3 if self.seconds else (0.0, 0.0)
        return {
            "requests": len(self.seconds),
            "per_second": len(self.seconds) / wall_seconds,
            "p50_ms": float(p50),
            "p99_ms": float(p99),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "lost": self.lost,
        }


class Connection(asyncio.Protocol):
    """One keep-alive connection: sends a request, waits for the response, repeats until the tally is full."""

    def __init__(self, tally: Tally, done: asyncio.Future[None]) -> None:
        self._tally, self._done = tally, done
        self._answer = b""
        self._sent_at: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class, of the same kind
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head_ends = self._answer.find(b"\r\n\r\n")
        if head_ends >= 0 and len(self._answer) >= head_ends + 4 + _length(self._answer[:head_ends]):
            assert self._sent_at is not None
            self._tally.seconds.append(time.perf_counter() - self._sent_at)
            self._tally.statuses[int(self._answer[9:12])] += 1
            self._answer, self._sent_at = b"", None
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self._tally.lost += self._sent_at is not None
        if not self._done.done():
            self._done.set_result(None)

    def _send(self) -> None:
        request = self._tally.next()
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


def _request(path: str, body: bytes) -> bytes:
    headers = ("Host: " + HOST, "Content-Type: application/json", f"Content-Length: {len(body)}")
    return "\r\n".join((f"POST {path} HTTP/1.1", *headers, "", "")).encode() + body


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise ValueError(f"An answer without a length: {head!r}")


async def _client(port: int, tally: Tally) -> None:
    """One client: opens a new connection when its own was lost, until the tally is full."""
    loop = asyncio.get_running_loop()
    while tally.left > 0 and time.perf_counter() < tally.until:
        done: asyncio.Future[None] = loop.create_future()
        try:
            await loop.create_connection(partial(Connection, tally, done), HOST, port)
        except OSError:
            tally.lost += 1
            await asyncio.sleep(0.05)
            continue
        await done


async def _run(port: int, tally: Tally, connections: int) -> dict[str, object]:
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, tally.stop)
    started = time.perf_counter()
    deadline = tally.until - started + DRAIN_SECONDS
    await asyncio.wait_for(asyncio.gather(*(_client(port, tally) for _ in range(connections))), deadline)
    return tally.summary(time.perf_counter() - started)


def main(argv: Sequence[str]) -> int:
    """Ask, then print what happened as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("bodies", type=Path)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args(argv)
    until = time.perf_counter() + given.seconds
    tally = Tally(given.bodies.read_bytes().splitlines(), given.path, given.requests, until)
    print(json.dumps(uvloop.run(_run(given.port, tally, given.connections))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
