"""Script: promote a challenger in copies of a clone, each killed (SIGKILL) before another change to the disk.

`python kill_points.py CLONE OUT` leaves the copies in OUT/1, OUT/2, …, and in OUT/1-again, … what a second
attempt that nobody kills makes of them. The last number is the first attempt that ended before it was killed.
"""

import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

import bentoml.models  # noqa: F401  # imported once here rather than by each child

from data.params import Paths
from training.registry.promotion import promote

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"}


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


def attempt(root: Path, change: int | None) -> bool:
    """Promote in a child of its own; whether it lived to the end."""
    child = os.fork()
    if child == 0:
        os.environ["BENTOML_HOME"] = str(root / ".bentoml")
        if change:
            kill_before(change)
        promote(Paths(root).challenger, ["Better."], Paths(root))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main(clone: Path, out: Path) -> None:
    """Kill at every change in turn until there is none left."""
    for change in count(1):
        killed, again = out / f"{change}", out / f"{change}-again"
        shutil.copytree(clone, killed)
        ended = attempt(killed, change)
        shutil.copytree(killed, again)
        if not attempt(again, None):
            raise SystemExit(f"the promotion killed before change {change} could not be finished")
        if ended:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
