"""Run a command and say what it took.

Measured by a small program between the two: a large parent would count as the memory of its child.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """What a whole process took, imports and reading included; CPU seconds of all its threads."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


def metered(command: Sequence[str], cwd: Path) -> Usage:
    """Run to the end; raises `CalledProcessError` when the command fails. One thread for who asks OpenMP."""
    with tempfile.NamedTemporaryFile() as result:
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        meter = [sys.executable, "-I", "-S", __file__, result.name, *command]
        subprocess.run(meter, cwd=cwd, env=environment, check=True)
        return Usage(**json.loads(Path(result.name).read_text()))


def _main(result: str, command: Sequence[str]) -> int:
    started = time.perf_counter()
    child = subprocess.Popen(command)
    _, status, used = os.wait4(child.pid, 0)
    usage = {
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "wall_seconds": time.perf_counter() - started,
        "peak_mb": used.ru_maxrss / 1024,
    }
    Path(result).write_text(json.dumps(usage))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2:]))
