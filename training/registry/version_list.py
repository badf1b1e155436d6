"""The versions of this clone, `models/versions`: read and format_version."""

from __future__ import annotations

import json

from data.errors import ArtifactError
from data.params import Paths
from models.storage.bounded_json import read_json
from models.storage.version_record import RECORD, ChampionRecord


def read_version(version: str, paths: Paths) -> ChampionRecord:
    """The record of a promoted version; `ArtifactError` when this clone does not have it."""
    path = paths.versions / version / RECORD
    if not path.exists():
        raise ArtifactError(
            f"Version {version} is not in {paths.versions}.",
            hint="`python -m training.registry list` shows those here; `make pull` fetches the rest.",
        )
    return ChampionRecord.read(path)


def format_versions(paths: Paths, champion: ChampionRecord | None) -> str:
    """All versions, newest first, one per line; * marks the champion."""
    newest_first = sorted(paths.versions.glob(f"*/{RECORD}"), reverse=True)
    rows = [
        f"{'*' if champion and record.version == champion.version else ' '} {record.version}"
        f"  {record.kind:<14}  cutoff {record.cutoff}  created {record.created_at:%Y-%m-%d %H:%M} UTC"
        for record in map(ChampionRecord.read, newest_first)
    ]
    if champion and not rows:
        return f"No version is in this clone. `make pull` fetches them and the champion {champion.version}."
    return "\n".join(rows) or "There is no version yet: run `make train`."


def format_version(paths: Paths, version: str) -> str:
    """Record and model card of one version, as JSON."""
    record = read_version(version, paths)
    card = read_json(paths.versions / version / "card.json")
    return json.dumps({**record.model_dump(mode="json"), "card": card}, indent=2, ensure_ascii=False)
