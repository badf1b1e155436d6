"""A server under measurement: started on a free port of 127.0.0.1, its workers' time and memory read."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
TIMEOUT_SECONDS = 60
BENTOML = (sys.executable, "-m", "bentoml", "serve", "--host", HOST, "--port")
UVICORN = (
    sys.executable,
    "-m",
    "uvicorn",
    "--no-access-log",
    "--loop",
    "uvloop",
    "--http",
    "httptools",
    "--port",
)


@dataclass(frozen=True)
class Load:
    """The result of one burst of requests."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    statuses: Mapping[str, int]
    lost: int

    @property
    def failed(self) -> int:
        """Requests that were not answered 200."""
        return self.lost + self.requests - self.statuses.get("200", 0)


class Server:
    """Runs while the `with` block does. `command` ends where the port is to follow, `what` comes after it."""

    def __init__(
        self, command: Sequence[str], what: Sequence[str], ready: str, env: Mapping[str, str] | None = None
    ) -> None:
        self._command, self._what, self._ready = command, what, ready
        self._env = {**os.environ, "PYTHONPATH": str(ROOT), "BENTOML_DO_NOT_TRACK": "True", **(env or {})}
        self.port = free_port()

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()  # not the clone: whatever champion it holds is not meant
        started = time.perf_counter()
        env = {"BENTOML_HOME": self._folder.name, **self._env}
        with (Path(self._folder.name) / "log").open("wb") as log:
            command = [*self._command, str(self.port), *self._what]
            self._process = subprocess.Popen(command, cwd=self._folder.name, env=env, stdout=log, stderr=log)
        self._wait_until_ready()
        self.ready_seconds = time.perf_counter() - started
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(TIMEOUT_SECONDS)
        self._folder.cleanup()

    def workers(self) -> list[psutil.Process]:
        """The processes that answer: BentoML's are children of its supervisor, uvicorn answers itself."""
        process = psutil.Process(self._process.pid)
        children = [child for child in process.children(recursive=True) if _is_worker(child)]
        return children or [process]

    def cpu_seconds(self) -> float:
        """Seconds of CPU all workers have taken so far."""
        times = [worker.cpu_times() for worker in self.workers()]
        return float(sum(spent.user + spent.system for spent in times))

    def private_mb(self) -> list[float]:
        """Memory of each worker that no other process shares."""
        return [worker.memory_full_info().uss / 2**20 for worker in self.workers()]

    def post(self, path: str, body: object) -> Any:
        """One request; raises `RuntimeError` unless it is answered 200."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=TIMEOUT_SECONDS)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered {answer.status}: {content.decode()}")
        return json.loads(content)

    def load(self, path: str, bodies: Path, **options: float) -> Load:
        """A burst of requests from a process of its own."""
        return self.start_load(path, bodies, **options).result()

    def start_load(self, path: str, bodies: Path, **options: float) -> RunningLoad:
        """The same, without waiting for it."""
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.load",
            str(self.port),
            path,
            str(bodies),
            *arguments,
        ]
        return RunningLoad(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self._is_ready():
            if time.monotonic() > deadline or self._process.poll() is not None:
                self._process.kill()
                raise RuntimeError((Path(self._folder.name) / "log").read_text())
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=1)
        try:
            connection.request("GET", self._ready)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@dataclass(frozen=True)
class RunningLoad:
    """A load generator at work."""

    process: subprocess.Popen[str]

    def stop(self) -> Load:
        """Stop sending, and return the result so far."""
        self.process.terminate()
        return self.result()

    def result(self) -> Load:
        """Wait for the end; raises when the generator failed."""
        printed, _ = self.process.communicate()
        if self.process.returncode:
            raise subprocess.CalledProcessError(self.process.returncode, self.process.args)
        return Load(**json.loads(printed))


def free_port() -> int:
    """A port that is not in use."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_worker(process: psutil.Process) -> bool:
    return any("worker" in part for part in process.cmdline())
