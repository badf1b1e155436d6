"""Script: run a job in copies of a clone, each killed (SIGKILL) before another change to the disk.

`python kill_points.py JOB CLONE OUT [STRIDE]` leaves the copies in OUT/1, OUT/2, …, and in OUT/1-again, … the
same after a second run that is not killed. The last number is the first run that ended before it was killed.
With a stride of 5 only every fifth change is tried.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

# What the jobs import when they need it, imported once here rather than by each child.
import bentoml.models  # noqa: F401
import pandas  # noqa: F401
import pyarrow.dataset  # noqa: F401
import xgboost  # noqa: F401

from data.params import Paths
from training import retrain, roll_forward
from training.registry.promotion import promote, rollback
from training.registry.retention import delete_old_versions
from training.remote.dvc_command import Dvc
from training.remote.sync import restore

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"}


@dataclass(frozen=True)
class FolderRemote(Dvc):
    """A remote that is the folder `away` of the clone: a pull copies the version from there, file by file."""

    def run(self, *arguments: str) -> str:
        if arguments[0] == "pull":
            version = Path(arguments[3]).stem
            shutil.copytree(self.root / "away" / version, self.root / "models" / "versions" / version)
        return ""


JOBS: dict[str, Callable[[Paths], object]] = {
    "promote": lambda paths: promote(paths.challenger, ["Better."], paths),
    "rollback": lambda paths: rollback(paths, (paths.root / "restores").read_text()),
    "retention": delete_old_versions,
    "restore": lambda paths: restore(paths, FolderRemote(paths.root, 60), "away"),
    "retrain": retrain.run,
    "roll_forward": roll_forward.run,
}


def kill_before(change: int) -> None:
    """From now on the process dies when it is about to change the disk for the n-th time."""
    left = change

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        writes = (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if writes or event in CHANGES:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def attempt(job: str, root: Path, change: int | None) -> bool:
    """Run the job in a child of its own; whether it lived to the end."""
    child = os.fork()
    if child == 0:
        os.environ["BENTOML_HOME"] = str(root / ".bentoml")
        sys.dont_write_bytecode = True  # compiled modules are no change of the job
        if change:
            kill_before(change)
        JOBS[job](Paths(root))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main(job: str, clone: Path, out: Path, stride: int = 1) -> None:
    """Kill at every change in turn until there is none left."""
    for change in count(1, stride):
        killed, again = out / f"{change}", out / f"{change}-again"
        shutil.copytree(clone, killed)
        ended = attempt(job, killed, change)
        shutil.copytree(killed, again)
        if not attempt(job, again, None):
            raise SystemExit(f"the job {job} killed before change {change} could not be finished")
        if ended:
            return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
