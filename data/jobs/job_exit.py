"""How every job ends: exit code 0, or 2 and one sentence on stderr that says what to do."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

from data.errors import StorecastError
from data.jobs.progress import configure_logging
from data.text import shortened

HINTS = {
    errno.ENOSPC: "Free some disk space and run the job again.",
    errno.EDQUOT: "Free some disk space and run the job again.",
    errno.EROFS: "Run the job where it may write.",
    errno.EACCES: "Change the permissions of this path, or run the job as another user.",
    errno.EPERM: "Change the permissions of this path, or run the job as another user.",
    errno.EISDIR: "A file is expected here: move the folder away.",
    errno.ENOTDIR: "A folder is expected here: move the file away.",
    errno.EEXIST: "A folder is expected here: move the file away.",
    errno.ENOENT: "Check the path.",
}
MAX_MESSAGE = 1000  # characters


def exit_code(work: Callable[[], None]) -> int:
    """Run `work` with logging configured. Return 0, or 2 when it raised `StorecastError` or `OSError`.

    Other exceptions are errors of this project and keep their traceback.
    """
    configure_logging()
    try:
        work()
    except StorecastError as error:
        print(shortened(str(error), MAX_MESSAGE), file=sys.stderr)
        return 2
    except OSError as error:
        print(os_error_message(error), file=sys.stderr)
        return 2
    return 0


def os_error_message(error: OSError) -> str:
    """One sentence with the path and the reason, and one with what to do about it."""
    if error.errno is None:  # of a library: it has words of its own and no path
        return shortened(" ".join(str(error).split()) or type(error).__name__, MAX_MESSAGE)
    reason = os.strerror(error.errno)
    path = f"{shortened(os.fsdecode(error.filename), 200)}: " if _is_path(error.filename) else ""
    hint = HINTS.get(error.errno)
    return f"{path}{reason}.{f' {hint}' if hint else ''}"


def _is_path(name: object) -> bool:
    return isinstance(name, str | bytes)
