"""A real `bentoml serve` on a port of its own, with a home and a model store of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil

from models.storage.bento_store import NAME
from models.storage.version_record import RECORD, ChampionRecord, new_version

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 60.0


class Service:
    """Serves while the `with` block runs; `settings` are STORECAST_… variables without their prefix."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder, self.home = folder, folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        named = {f"STORECAST_{name.upper()}": str(value) for name, value in settings.items()}
        own = {"BENTOML_HOME": str(self.home), "PYTHONPATH": str(ROOT), "BENTOML_DO_NOT_TRACK": "True"}
        inherited = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
        self._environment = inherited | {"OMP_NUM_THREADS": "1"} | own | named

    def __enter__(self) -> Self:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "bentoml", "serve", "service.app:ForecastService"]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=self.folder,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        self.client = httpx.Client(base_url=self.url, timeout=30)
        try:
            wait_until(self._is_up, "the server to start")
        except AssertionError:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self.stop()

    def stop(self) -> int:
        """End it as a platform does; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT_SECONDS)

    def log(self) -> str:
        """Its log so far."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def workers(self) -> list[psutil.Process]:
        """Its worker processes."""
        return [child for child in psutil.Process(self.process.pid).children() if _is_worker(child)]

    def version(self) -> str | None:
        """The served version, from one worker."""
        version: str | None = self.client.get("/").json()["model_version"]
        return version

    def metrics(self) -> str:
        """The metrics of all workers, from one of them."""
        return self.client.get("/metrics").text

    def metric(self, sample: str) -> float:
        """One sample by its name, with its labels as they are printed; 0 when it is not there."""
        lines = (line for line in self.metrics().splitlines() if line.startswith(f"{sample} "))
        return float(next(lines, "0").rpartition(" ")[2])

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.log()
        try:
            return self.client.get("/livez").status_code == 200
        except httpx.TransportError:
            return False


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "_bentoml_impl.worker.service" in process.cmdline()
    except psutil.Error:  # it has just gone
        return False


class Load:
    """Requests as fast as they are answered, from a process of its own."""

    def __init__(self, service: Service, path: str, body: str, **options: float) -> None:
        bodies = service.folder / "bodies"
        bodies.write_text(f"{body}\n", encoding="utf-8")
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        command = [sys.executable, "-m", "tests.benchmarks.load", str(service.port), path, str(bodies)]
        self.process = subprocess.Popen([*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def result(self) -> Mapping[str, Any]:
        """Wait for its end: how many requests, their statuses, how many were lost."""
        printed, _ = self.process.communicate(timeout=TIMEOUT_SECONDS)
        assert self.process.returncode == 0
        result: dict[str, Any] = json.loads(printed)
        return result


def wait_until(is_so: Callable[[], Any], what: str, seconds: float = TIMEOUT_SECONDS) -> None:
    """Wait for something that takes a moment; fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        time.sleep(0.05)


def later_version(folder: Path, to: Path, days: int) -> ChampionRecord:
    """The same files as a version made some days later, in another folder."""
    to.mkdir()
    for file in folder.iterdir():
        if file.name != RECORD:
            (to / file.name).symlink_to(file)
    record = ChampionRecord.read(folder / RECORD)
    created_at = record.created_at + timedelta(days=days)
    version = new_version(created_at, record.files)
    later = record.model_copy(update={"created_at": created_at, "version": version})
    later.write(to / RECORD)
    return later


def import_champion(folder: Path, home: Path) -> None:
    """Import a version folder into the BentoML store of a home, from a process that knows no other."""
    code = (
        "import sys; from pathlib import Path; from models.storage.bento_store import *; "
        "folder = Path(sys.argv[1]); "
        "import_to_bento(folder, ChampionRecord.read(folder / RECORD))"
    )
    environment = {**os.environ, "BENTOML_HOME": str(home), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, env=environment)


def path_in_store(record: ChampionRecord, home: Path) -> Path:
    """Where a store keeps a version."""
    return home / "models" / NAME / record.version.lower()


def free_port() -> int:
    """A port that is not in use, drawn by the system so that test runs side by side draw different ones."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
