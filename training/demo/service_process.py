"""The service as a process of its own, started, watched and stopped by the demo."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from data.errors import StorecastError

TIMEOUT_SECONDS = 90.0
CODE = Path(__file__).resolve().parents[2]


@contextmanager
def serving(root: Path) -> Iterator[Callable[[str], float]]:
    """Serve the champion of a clone on a free port during the block.

    The function that it yields waits until a version is served and returns the seconds that this took; it
    raises `StorecastError` after 90 s, or when the service has ended.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    log_file = root / "logs" / "service.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bentoml", "serve", "service.app:ForecastService"]
    address = ["--host", "127.0.0.1", "--port", port]
    environment = {**os.environ, "PYTHONPATH": str(CODE)}
    with log_file.open("wb") as log:
        process = subprocess.Popen([*command, *address], cwd=root, env=environment, stdout=log, stderr=log)

    def wait_for(version: str) -> float:
        started = time.monotonic()
        while _served_version(port) != version:
            if process.poll() is not None or time.monotonic() - started > TIMEOUT_SECONDS:
                raise StorecastError(f"The service does not serve {version}.", hint=f"See {log_file}.")
            time.sleep(0.1)
        return time.monotonic() - started

    try:
        yield wait_for
    finally:
        process.terminate()
        try:
            process.wait(TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _served_version(port: str) -> str | None:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as response:
            model = json.load(response)["model"]
    except OSError:  # not started yet, or without a model
        return None
    return str(model["version"]) if model else None
