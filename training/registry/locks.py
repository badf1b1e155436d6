"""The locks of a clone: one training at a time, one change of the champion at a time."""

import logging
from contextlib import AbstractContextManager

from filelock import FileLock, Timeout

from data.errors import StorecastError
from data.params import Paths

logger = logging.getLogger(__name__)

LOCK_SECONDS = 600.0


def training_lock(paths: Paths) -> AbstractContextManager[object]:
    """Hold the challenger for this process in a `with`. Wait, and log it, while another job holds it."""
    paths.models.mkdir(parents=True, exist_ok=True)
    lock = FileLock(paths.models / ".challenger.lock")
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        logger.info("Another training or roll-forward runs in this clone. Waiting for it to end.")
        return lock.acquire()


def registry_lock(paths: Paths) -> AbstractContextManager[object]:
    """Hold champion, versions and decision log in a `with`, from reading to replacing. Can be nested.

    Raises `StorecastError` when another process holds them for ten minutes.
    """
    paths.models.mkdir(parents=True, exist_ok=True)
    try:
        return FileLock(paths.models / ".registry.lock", is_singleton=True).acquire(timeout=LOCK_SECONDS)
    except Timeout as error:
        raise StorecastError(
            f"Another job has been changing the versions in {paths.models} for over {LOCK_SECONDS:.0f} s.",
            hint="Wait for it to end, then run this again.",
        ) from error
