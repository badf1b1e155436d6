"""service.core.supervisor: folders of servers; its processes are tested on real servers."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.core.supervisor import SUPERVISOR_PID, _own_folder, end_with_supervisor


def test_a_server_gets_an_empty_folder_and_folders_of_ended_servers_are_deleted(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for name in (str(ended.pid), str(os.getpid()), str(os.getppid()), "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "counter.db").touch()
    own = _own_folder(tmp_path)
    assert own == tmp_path / str(os.getpid())
    assert list(own.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {str(os.getpid()), str(os.getppid())}


def test_a_worker_ends_only_when_its_supervisor_is_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *arguments: ended.append(arguments))
    monkeypatch.delenv(SUPERVISOR_PID, raising=False)
    end_with_supervisor()
    monkeypatch.setenv(SUPERVISOR_PID, str(os.getppid()))
    end_with_supervisor()
    assert ended == []
    monkeypatch.setenv(SUPERVISOR_PID, "1" if os.getppid() != 1 else "2")
    end_with_supervisor()
    assert ended == [(os.getpid(), signal.SIGTERM)]
