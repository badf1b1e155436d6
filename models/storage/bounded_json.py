"""JSON files of a version, read with a limit: their size must not depend on who wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from data.errors import ArtifactError

MAX_BYTES = 32 * 2**20  # the lists of half a million series
HINT = "Restore the version from DVC or train again."


def read_bounded(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """The content of a file; raises `ArtifactError` when it is larger than `max_bytes`, and `OSError`."""
    with path.open("rb") as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ArtifactError(f"{path} is larger than the {max_bytes:,} bytes it may have.", hint=HINT)
    return content


def read_json(path: Path, max_bytes: int = MAX_BYTES) -> Any:
    """The parsed content of a JSON file; raises `ArtifactError` when it is missing, too large or no JSON."""
    try:
        return json.loads(read_bounded(path, max_bytes))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtifactError(f"{path} cannot be read: {error}.", hint=HINT) from error
