"""Version folders of small text files."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from models.storage.version_record import RECORD, ChampionRecord, digests_of, new_version

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def version_folder(folder: Path, now: datetime = NOON, **files: str) -> ChampionRecord:
    """A version of small text files with its record beside them."""
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(
        json.dumps({"model": "storecast", "scores": {"wape": 10.5, "mape": None}})
    )
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    digests = digests_of(folder)
    record = ChampionRecord(
        version=new_version(now, digests),
        kind="trained",
        cutoff=date(2017, 12, 31),
        created_at=now,
        data_hash="d" * 64,
        params_hash="p" * 64,
        files=digests,
    )
    record.write(folder / RECORD)
    return record
