"""API keys and the rate limit."""

import hashlib
import hmac
import mmap
import struct
import time
from collections.abc import Iterable
from pathlib import Path

MINUTE = 60.0
SLOTS = 65_536
_SLOT = struct.Struct("d")


class ApiKeys:
    """The known keys; compared by digest, in constant time, all of them every time."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._digests = [_digest(key) for key in keys]

    def __bool__(self) -> bool:
        return bool(self._digests)

    def allow(self, given: str) -> bool:
        """Whether a key is known; the time this takes does not depend on the key."""
        digest = _digest(given)
        return sum(hmac.compare_digest(digest, known) for known in self._digests) > 0


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


class RateLimit:
    """So many requests a minute to each client, a minute's worth at once, counted together by all workers.

    The generic cell rate algorithm (ATM Forum, Traffic Management 4.0, 1996) needs one number a client: the
    time its next request would arrive if it kept exactly to the rate. That number is in a file that every
    worker maps, in a slot chosen by the client's hash, so memory is bounded for any number of clients. Two
    clients in one slot share a limit; two workers writing at once may let one request too many through. Both
    are rare.
    """

    def __init__(self, per_minute: int, path: Path | None = None) -> None:
        self._interval = MINUTE / per_minute
        if path is None:
            self._slots = mmap.mmap(-1, SLOTS * _SLOT.size)
            return
        with path.open("a+b") as file:
            file.truncate(SLOTS * _SLOT.size)
            self._slots = mmap.mmap(file.fileno(), SLOTS * _SLOT.size)

    def wait_seconds(self, client: str, now: float | None = None) -> float:
        """Count one request; 0 when it may pass, else the seconds until one may."""
        now = time.monotonic() if now is None else now  # one clock for all processes of a machine
        offset = _SLOT.size * (int.from_bytes(_digest(client)[:2]) % SLOTS)
        arrival = max(_SLOT.unpack_from(self._slots, offset)[0], now)
        wait = float(arrival - now - MINUTE + self._interval)
        if 1e-9 < wait <= MINUTE:  # a longer one can only be left from before the machine's last start
            return wait
        _SLOT.pack_into(self._slots, offset, (now if wait > MINUTE else arrival) + self._interval)
        return 0.0
