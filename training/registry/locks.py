"""The locks of a clone: one training at a time, one change of the champion at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from data.errors import StorecastError
from data.params import Paths

logger = logging.getLogger(__name__)

LOCK_SECONDS = 600.0


@contextmanager
def training_lock(paths: Paths) -> Iterator[None]:
    """Hold the challenger for this process. Wait, and log it, while another job holds it."""
    paths.models.mkdir(parents=True, exist_ok=True)
    lock = FileLock(paths.models / ".challenger.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        logger.info("Another training or roll-forward runs in this clone. Waiting for it to end.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def registry_lock(paths: Paths) -> Iterator[None]:
    """Hold champion, versions and decision log, from reading them to replacing them. Can be nested.

    Raises `StorecastError` when another process holds them for ten minutes.
    """
    paths.models.mkdir(parents=True, exist_ok=True)
    lock = FileLock(paths.models / ".registry.lock", timeout=LOCK_SECONDS, is_singleton=True)
    try:
        lock.acquire()
    except Timeout as error:
        raise StorecastError(
            f"Another job has been changing the versions in {paths.models} for over {LOCK_SECONDS:.0f} s.",
            hint="Wait for it to end, then run this again.",
        ) from error
    try:
        yield
    finally:
        lock.release()
