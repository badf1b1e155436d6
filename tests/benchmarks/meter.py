"""Run a command and measure its CPU seconds, wall seconds and peak memory.

A small process in between starts it: Linux counts the memory of a large parent as its child's.
"""

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
    """Cost of a whole process, imports and reading included; CPU seconds of all threads."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


def metered(command: Sequence[str], cwd: Path) -> Usage:
    """Run the command with one OpenMP thread; raises `CalledProcessError` when it fails."""
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
