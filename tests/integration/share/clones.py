"""Clones of this project for tests: its code in a git repository of their own, and small sales."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from data.params import Paths
from models.storage.version_record import RECORD, ChampionRecord
from tests.integration.share.remotes import Remote
from training.registry.decision_log import Decision, append_decision

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("data", "models", "drift", "training", "service")
BESIDE = ("dvc.yaml", ".dvcignore", ".dvc/config", ".dvc/.gitignore", ".gitignore", "Makefile")
NOT_COPIED = ("__pycache__", "raw", "processed", "versions", "challenger", "champion.json", "model.pkl", ".*")
SMALL: dict[str, dict[str, Any]] = {
    "synthetic": {"stores": 2, "items": 3, "days": 500},
    "forecaster": {"folds": 2, "backtest_rows": 2000, "final_rows": 2000, "rounds": 5},
    "drift": {"replay_weeks": 8, "evidence_weeks": 0},
    "train": {"seed": {"rows": 1000, "rounds": 5, "forest_rows": 500, "forest_trees": 2}},
}


@dataclass(frozen=True)
class Clone:
    """A checkout; commands in it run without this machine's settings."""

    root: Path

    @property
    def paths(self) -> Paths:
        """Its files."""
        return Paths(self.root)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it."""
        return subprocess.run(
            command, cwd=self.root, env=self._environment(environment), capture_output=True, text=True
        )

    def must(self, *command: str, **environment: str) -> str:
        """Run a command that has to succeed; returns what it printed."""
        done = self.run(*command, **environment)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a make target with this environment, without installing one."""
        return self.run("make", "--silent", *arguments, f"PY={sys.executable}", "JOBS=", **environment)

    def dvc(self, *arguments: str) -> str:
        """Run dvc, which has to succeed."""
        return self.must(sys.executable, "-m", "dvc", *arguments)

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.must("git", "add", "--all")
        self.must("git", "commit", "--quiet", "--message", message)

    def clone(self, name: str) -> Clone:
        """A fresh clone beside it: what is in git, and nothing else."""
        self.must("git", "clone", "--quiet", ".", f"../{name}")
        return Clone(self.root.parent / name)

    def use(self, remote: Remote) -> None:
        """Replace one of the remotes of `make dagshub` by a local one, in this clone only."""
        option = "url" if remote.name == "dagshub-http" else "endpointurl"
        self.dvc("remote", "modify", "--local", remote.name, option, remote.url)

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        foreign = ("AWS_", "DVC_", "DAGSHUB_", "BENTOML_", "GIT_", "MAKE", "MFLAGS")
        own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        home = self.root.parent / "home"
        here = {
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DVC_SITE_CACHE_DIR": str(home / "dvc"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "OMP_NUM_THREADS": "1",
        }
        for who in ("AUTHOR", "COMMITTER"):
            here |= {f"GIT_{who}_NAME": "Ann", f"GIT_{who}_EMAIL": "ann@example.com"}
        return {**own, **here, **more}


def new_clone(folder: Path, settings: Mapping[str, dict[str, Any]] = SMALL) -> Clone:
    """The project as it is on disk, nothing trained, with small settings, committed."""
    folder.mkdir(parents=True)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns(*NOT_COPIED))
    for name in BESIDE:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "models" / "history.jsonl").write_text("")
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    small = {section: {**params[section], **settings.get(section, {})} for section in params}
    (folder / "params.yaml").write_text(yaml.safe_dump(small))
    clone = Clone(folder)
    clone.must("git", "init", "--quiet")
    clone.commit("Start")
    return clone


def give_champion(clone: Clone, folder: Path) -> ChampionRecord:
    """A champion and its sales in a clone, as after a promotion."""
    paths, record = clone.paths, ChampionRecord.read(folder / RECORD)
    shutil.copytree(folder, paths.versions / record.version)
    record.write(paths.champion_json)
    append_decision(paths.history_jsonl, Decision.now("promoted", record.version, None, [], scorecards={}))
    paths.raw.mkdir()
    (paths.raw / "sales.csv").write_text("date,store,item,sales\n2017-01-01,1,1,3\n")
    return record


@dataclass
class Watch:
    """The seconds of a `with` block."""

    seconds: float = 0.0

    def __enter__(self) -> Watch:
        self._started = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self._started
