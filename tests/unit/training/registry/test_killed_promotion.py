"""A promotion that dies anywhere leaves a champion, and the next one finishes it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data.params import Paths
from models.storage.bento_store import bento_champion
from models.storage.version_record import ChampionRecord, verify
from training.registry.decision_log import read_decisions
from training.registry.promotion import promote

MakeVersion = Callable[[str], ChampionRecord]
SCRIPT = Path(__file__).with_name("kill_points.py")


def test_a_promotion_killed_anywhere_leaves_a_champion_and_can_be_finished(
    paths: Paths, make_version: MakeVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_version("first")
    promote(paths.challenger, ["There was no champion."], paths)
    second = make_version("second")
    root = Path.cwd()
    subprocess.run(
        [sys.executable, SCRIPT, "promote", paths.root, tmp_path / "out"],
        check=True,
        env={"PYTHONPATH": str(root)},
        cwd=root,
    )
    killed = sorted((folder for folder in (tmp_path / "out").iterdir() if folder.name.isdigit()), key=number)
    served = [champion_of(Paths(folder)).version for folder in killed]
    first_times = served.count(first.version)
    assert 10 < first_times < len(served), "killed both before and after champion.json was replaced"
    assert served == [first.version] * first_times + [second.version] * (len(served) - first_times)
    for folder in killed:
        finished = Paths(folder.with_name(f"{folder.name}-again"))
        assert champion_of(finished) == second
        assert finished.model_pkl.read_text() == "second"
        assert [one.version for one in read_decisions(finished.history_jsonl)] == [
            first.version,
            second.version,
        ]
        monkeypatch.setenv("BENTOML_HOME", str(finished.root / ".bentoml"))
        assert (bento_champion() / "model.yaml").exists()
        assert bento_champion().name == second.version.lower()
        assert not list(finished.versions.glob(".*"))


def number(folder: Path) -> int:
    return int(folder.name)


def champion_of(paths: Paths) -> ChampionRecord:
    record = ChampionRecord.read(paths.champion_json)
    verify(paths.versions / record.version, record)
    return record
