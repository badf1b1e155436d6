"""Run the workflows' commands as GitHub would: a git remote, and checkouts of it."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import yaml

from data.synthetic import SyntheticParams, synthetic_panel
from models.storage.version_record import ChampionRecord
from tests.integration.share.clones import ROOT, SMALL, Clone, new_clone
from tests.sales_frames import frame_from_panel

SHIPPED = (".ci", ".github", "requirements", "bentofile.yaml")
SETTINGS = {  # enough history to calibrate the drift check on a year of weeks
    **SMALL,
    "synthetic": {**SMALL["synthetic"], "days": 1000},
    "drift": {**SMALL["drift"], "replay_weeks": 52},
}
WITH_DRIFT = SyntheticParams(**{**SETTINGS["synthetic"], "days": SETTINGS["synthetic"]["days"] + 28})
INSTALLED = ("SERVE=", "JOBS=", "DEV=")


def commands(workflow: str, job: str) -> list[str]:
    """The commands of one job, in order."""
    steps = yaml.safe_load((ROOT / f".github/workflows/{workflow}.yml").read_text())["jobs"][job]["steps"]
    return [step["run"] for step in steps if "run" in step]


def run(clone: Clone, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one command of a workflow in bash, without installing."""
    flags = " ".join(INSTALLED)
    return clone.run("bash", "-euc", command.replace("make ", f"make --silent {flags} ", 1), **environment)


def must(clone: Clone, command: str, **environment: str) -> str:
    done = run(clone, command, **environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def checkout(origin: Path, name: str, ref: str = "main") -> Clone:
    """A fresh checkout with this environment."""
    folder = origin.parent / name
    subprocess.run(["git", "clone", "--quiet", str(origin), str(folder)], check=True)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    clone = Clone(folder)
    clone.must("git", "checkout", "--quiet", ref)
    return clone


def write_days(file: Path, more: int) -> None:
    """Write the sales of the days that follow the drifted ones."""
    longer = WITH_DRIFT.model_copy(update={"days": WITH_DRIFT.days + more})
    frame = frame_from_panel(synthetic_panel(longer))
    frame[frame["date"] > frame["date"].max() - timedelta(days=more)].to_csv(file, index=False)


def champion_of(origin: Path) -> str:
    """The version in the remote's champion.json."""
    shown = subprocess.run(
        ["git", "-C", str(origin), "show", "main:models/champion.json"], check=True, capture_output=True
    )
    return ChampionRecord.model_validate_json(shown.stdout).version


def log_of(origin: Path) -> list[str]:
    command = ["git", "-C", str(origin), "log", "--format=%s", "main"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def tags_of(origin: Path) -> list[str]:
    command = ["git", "-C", str(origin), "tag"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def new_origin(folder: Path) -> Path:
    """A git remote with a first champion, trained, pushed and published by make."""
    first = new_clone(folder / "first", SETTINGS)
    for name in SHIPPED:
        source, ignored = ROOT / name, shutil.ignore_patterns("node_modules")
        if source.is_dir():
            shutil.copytree(source, first.root / name, ignore=ignored)
        else:
            shutil.copy(source, first.root / name)
    first.must("git", "branch", "--move", "main")
    first.commit("Add the build files")
    origin = folder / "origin.git"
    first.must("git", "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    first.must("git", "remote", "add", "origin", str(origin))
    first.must("git", "push", "--quiet", "--set-upstream", "origin", "main")
    (first.root / ".venv").symlink_to(ROOT / ".venv")
    for command in ("make repro", "make train", "make push", "make publish"):
        must(first, command)
    return origin
