"""Ports of 127.0.0.1 that nobody listens on."""

from __future__ import annotations

import socket

PORTS = range(3300, 3400)
_given: set[int] = set()


def free_port() -> int:
    """A port that is free now and was given to nobody else in this run."""
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if port not in _given and probe.connect_ex(("127.0.0.1", port)):
                _given.add(port)
                return port
    raise RuntimeError(f"No port of {PORTS} is free.")
