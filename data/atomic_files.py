"""Files that are either complete or not there, their checksums, and locks on folders."""

import hashlib
import json
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

logger = logging.getLogger(__name__)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a hidden neighbour of `path` to write to; it takes the name of `path` only if the block succeeds.

    The neighbour keeps the suffixes of `path`, because writers choose format and compression by them.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        if error.filename in (None, str(temporary), temporary):
            error.filename = str(path)  # the name that the reader of the error knows
        raise
    finally:
        temporary.unlink(missing_ok=True)


def atomic_write_bytes(path: Path, content: bytes) -> None:
    """Replace the file as a whole; folders are made when missing."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def atomic_write_text(path: Path, content: str) -> None:
    """Replace the file as a whole, in UTF-8."""
    atomic_write_bytes(path, content.encode("utf-8"))


def atomic_write_json(path: Path, content: Any) -> None:
    """Replace the file as a whole by indented JSON; NaN and infinity, which JSON lacks, are refused."""
    atomic_write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold a folder for this process from reading to replacing; other jobs that do so wait.

    May be nested. A folder that may not be written to needs no lock.
    """
    lock = FileLock(folder.parent / f".{folder.name}.lock", is_singleton=True)
    with suppress(OSError):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            logger.info("Waiting for another job that uses %s.", folder)
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def sha256_of(path: Path) -> str:
    """Checksum by which a champion's files are verified, in hex."""
    with Path(path).open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def md5_of(path: Path) -> str:
    """Name of the file's content in a DVC remote, in hex; never used to trust a file."""
    with Path(path).open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
