"""The service as a process of its own, started, watched and stopped by the demo."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.request import urlopen

from data.errors import StorecastError

TIMEOUT_SECONDS = 90.0
CODE = Path(__file__).resolve().parents[2]


class ServiceProcess:
    """Serves the champion of a clone on a free port while the `with` block runs."""

    def __init__(self, root: Path, bentoml_home: Path) -> None:
        self._root = root.resolve()
        self._environment = {
            **os.environ,
            "BENTOML_HOME": str(bentoml_home.resolve()),
            "PYTHONPATH": str(CODE),
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "bentoml", "serve", "service.app:ForecastService"]
        address = ["--host", "127.0.0.1", "--port", self.url.rpartition(":")[2]]
        self._log = self._root / "logs" / "service.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, *address], cwd=self._root, env=self._environment, stdout=log, stderr=log
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(TIMEOUT_SECONDS)

    def wait_for(self, version: str) -> float:
        """Seconds until `/health` names this version; raises `StorecastError` when it never does."""
        started = time.monotonic()
        while self.version() != version:
            if self._process.poll() is not None or time.monotonic() - started > TIMEOUT_SECONDS:
                raise StorecastError(f"The service does not serve {version}.", hint=f"See {self._log}.")
            time.sleep(0.1)
        return time.monotonic() - started

    def version(self) -> str | None:
        """The version served; None while there is none."""
        try:
            with urlopen(f"{self.url}/health", timeout=30) as response:
                model = json.load(response)["model"]
        except OSError:  # not started yet, or without a model
            return None
        return str(model["version"]) if model else None
