"""One training at a time, and one change of the champion at a time, also between processes."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import StorecastError
from data.params import Paths
from models.storage.version_record import ChampionRecord
from training.registry import locks
from training.registry.decision_log import read_decisions
from training.registry.locks import registry_lock, training_lock
from training.registry.promotion import promote

MakeVersion = Callable[[str], ChampionRecord]


def test_a_second_training_waits_and_logs_it(paths: Paths, caplog: pytest.LogCaptureFixture) -> None:
    order: list[str] = []

    def second() -> None:
        with training_lock(paths):
            order.append("second")

    caplog.set_level("INFO")
    with training_lock(paths):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.3)
        order.append("first")
    waiting.join(5)
    assert order == ["first", "second"]
    assert "Waiting for it to end" in caplog.text


def test_the_registry_lock_can_be_nested(paths: Paths) -> None:
    with registry_lock(paths), registry_lock(paths):
        pass


def test_a_registry_lock_that_stays_taken_is_an_error_in_one_sentence(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.models.mkdir(parents=True)
    hold = (
        "import sys, filelock; l = filelock.FileLock(sys.argv[1]); l.acquire(); print(1, flush=True); input()"
    )
    command = [sys.executable, "-c", hold, str(paths.models / ".registry.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        monkeypatch.setattr(locks, "LOCK_SECONDS", 0.1)
        with pytest.raises(StorecastError, match="Another job has been changing"), registry_lock(paths):
            pass
        other.communicate(b"\n")


def test_promotions_at_the_same_time_are_logged_as_if_one_after_the_other(
    paths: Paths, make_version: MakeVersion
) -> None:
    versions = []
    for name in ("first", "second", "third", "fourth"):
        versions.append(make_version(name).version)
        shutil.copytree(paths.challenger, paths.versions / versions[-1])
    promote(paths.versions / versions[0], ["There was no champion."], paths)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "BENTOML_HOME": str(paths.bentoml_home)}
    command = [sys.executable, "-m", "training.registry", "promote"]
    jobs = [
        subprocess.Popen([*command, version], cwd=paths.root, env=environment) for version in versions[1:]
    ]
    assert [job.wait(120) for job in jobs] == [0, 0, 0]
    log = read_decisions(paths.history_jsonl)
    assert len(log) == len(versions)
    assert [entry.replaces for entry in log] == [None, *(entry.version for entry in log[:-1])]
    assert ChampionRecord.read(paths.champion_json).version == log[-1].version
