"""Script: retrain in copies of a clone, each killed (SIGKILL) as one step begins; then two at once.

`python killed_retraining.py CLONE OUT` leaves each copy in OUT/<step>, as it died, and in OUT/<step>-again
after a second run that is not killed; and OUT/two-at-once, in which two runs were started together.
"""

import os
import shutil
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

# What the job imports when it needs it, imported once here rather than by each child.
import bentoml.models  # noqa: F401
import pandas  # noqa: F401
import pyarrow.dataset  # noqa: F401
import xgboost  # noqa: F401

from data.params import Paths
from training.retrain import run

STEPS = {
    "train": "training.retrain.train",
    "save": "training.registry.version_folder.digests_of",
    "judge": "training.retrain.run_gate",
    "publish": "training.registry.promotion._publish",
    "import": "training.registry.promotion.import_to_bento",  # champion.json is written
    "log": "training.registry.promotion.append_decision",
    "delete_old_versions": "training.retrain.delete_old_versions",
    "clear": "training.retrain.clear_flag",
}


def die(*_: Any, **__: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def start(root: Path, step: str | None = None) -> int:
    """Retrain in a child of its own, killed at a step; returns its process id."""
    child = os.fork()
    if child:
        return child
    os.environ["BENTOML_HOME"] = str(root / ".bentoml")
    if step:
        module, _, function = STEPS[step].rpartition(".")
        setattr(import_module(module), function, die)
    run(Paths(root))
    os._exit(0)


def ends(child: int) -> int:
    """Its exit code; −9 when it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(clone: Path, out: Path) -> None:
    """Kill once at every step, then run two together."""
    for step in STEPS:
        killed, again = out / step, out / f"{step}-again"
        shutil.copytree(clone, killed)
        if ends(start(killed, step)) != -signal.SIGKILL:
            raise SystemExit(f"the step {step} was not reached")
        shutil.copytree(killed, again)
        if ends(start(again)) != 0:
            raise SystemExit(f"the retraining killed at {step} could not be finished")
    shutil.copytree(clone, out / "two-at-once")
    children = [start(out / "two-at-once") for _ in range(2)]
    if any([ends(child) for child in children]):
        raise SystemExit("one of two retrainings at once failed")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
