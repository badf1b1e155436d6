"""How every job ends: exit code 0, or 2 and one sentence on stderr that says what to do."""

import errno
import os
import sys
from collections.abc import Callable

from data.errors import StorecastError
from data.jobs.progress import configure_logging
from data.text import shortened

HINTS = {
    (errno.ENOSPC, errno.EDQUOT): "Free some disk space and run the job again.",
    (errno.EROFS,): "Run the job where it may write.",
    (errno.EACCES, errno.EPERM): "Change the permissions of this path, or run the job as another user.",
    (errno.EISDIR,): "A file is expected here: move the folder away.",
    (errno.ENOTDIR, errno.EEXIST): "A folder is expected here: move the file away.",
    (errno.ENOENT,): "Check the path.",
}
MAX_MESSAGE = 1000  # characters


def exit_code(work: Callable[[], object]) -> int:
    """Run `work` with logging configured. Return 0, or 2 when it raised `StorecastError` or `OSError`.

    Other exceptions are errors of this project and keep their traceback.
    """
    configure_logging()
    try:
        work()
    except (StorecastError, OSError) as error:
        message = str(error) if isinstance(error, StorecastError) else _os_error_message(error)
        print(shortened(message, MAX_MESSAGE), file=sys.stderr)
        return 2
    return 0


def _os_error_message(error: OSError) -> str:
    """One sentence with the path and the reason, and one with what to do about it."""
    if error.errno is None:  # of a library: it has words of its own and no path
        return " ".join(str(error).split()) or type(error).__name__
    has_path = isinstance(error.filename, str | bytes)
    path = f"{shortened(os.fsdecode(error.filename), 200)}: " if has_path else ""
    hint = next((f" {hint}" for numbers, hint in HINTS.items() if error.errno in numbers), "")
    return f"{path}{os.strerror(error.errno)}.{hint}"
