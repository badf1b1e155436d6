"""Files of a version, read so that a damaged one is an `ArtifactError`, and JSON within a limit."""

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from data.errors import ArtifactError, DataContractError

MAX_BYTES = 32 * 2**20  # the lists of half a million series
HINT = "Restore the version from DVC or train again."
DAMAGES = (
    *(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, MemoryError, RecursionError),
    *(BadZipFile, zlib.error, DataContractError),
)


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Raise `ArtifactError` naming what is read instead of what numpy, JSON or xgboost raise on damage."""
    try:
        yield
    except DAMAGES as error:
        raise ArtifactError(f"{what} cannot be read ({type(error).__name__}): {error}.", hint=HINT) from error


def read_bounded(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """The content of a file; raises `ArtifactError` when it is larger than `max_bytes`, and `OSError`."""
    with path.open("rb") as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ArtifactError(f"{path} is larger than the {max_bytes:,} bytes it may have.", hint=HINT)
    return content


def read_json(path: Path, max_bytes: int = MAX_BYTES) -> Any:
    """The parsed content of a JSON file; raises `ArtifactError` when it is missing, too large or no JSON."""
    with readable(str(path)):
        return json.loads(read_bounded(path, max_bytes))
