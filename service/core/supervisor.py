"""The process that starts the workers of `bentoml serve`: what BentoML 1.4 has no options for."""

import os
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from service.core.settings import bentoml_home

CHECK_SECONDS = 1.0
SUPERVISOR_PID = "STORECAST_SUPERVISOR_PID"


def configure_supervisor() -> None:
    """Set up the process that calls it, before it starts its workers.

    A worker that died is replaced within a second (BentoML looks every ten). Each server has a folder of its
    own for the metrics and rate limits its workers share: BentoML has one for all servers of a home, and
    empties it at each start. By default no forwarded address is trusted (uvicorn trusts the loopback).
    """
    from bentoml._internal.utils import circus  # both are imported by the supervisor only
    from circus.exc import ConflictError  # type: ignore[import-untyped]

    folder = _own_folder(bentoml_home() / "servers")
    os.environ[SUPERVISOR_PID] = str(os.getpid())
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "")

    class Arbiter(circus.Arbiter):
        def __init__(self, watchers: Sequence[Any], *args: Any, **options: Any) -> None:
            for watcher in watchers:
                watcher.env["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
            super().__init__(watchers, *args, **{**options, "check_delay": CHECK_SECONDS})

        def manage_watchers(self) -> Any:
            try:
                return super().manage_watchers()
            except ConflictError:  # workers are being started or stopped: the next round looks again
                return None

    circus.Arbiter = Arbiter  # type: ignore[misc]


def end_with_supervisor() -> None:
    """End this worker when its supervisor is gone, which would otherwise leave it on the port."""
    supervisor = os.environ.get(SUPERVISOR_PID)
    if supervisor and os.getppid() != int(supervisor):
        os.kill(os.getpid(), signal.SIGTERM)


def _own_folder(folders: Path) -> Path:
    """A new folder named after this process; those of processes that have ended are deleted."""
    for folder in folders.glob("*"):
        if not folder.name.isdigit() or int(folder.name) == os.getpid() or not is_running(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)
    own = folders / str(os.getpid())
    own.mkdir(parents=True)
    return own


def is_running(pid: int) -> bool:
    """Whether there is a process of that number, of any user."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
