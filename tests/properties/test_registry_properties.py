"""Roll-back undoes promotion, whatever happened before."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import NoChampionError
from data.params import Paths
from models.storage.version_record import RECORD, ChampionRecord, digests_of, new_version, verify
from training.registry.promotion import promote, rollback

START = datetime(2026, 1, 1, tzinfo=UTC)


def save_challenger(paths: Paths, content: str, now: datetime) -> ChampionRecord:
    paths.challenger.mkdir(parents=True, exist_ok=True)
    (paths.challenger / "metrics.json").write_text('{"models": {}}')
    (paths.challenger / "card.json").write_text(json.dumps({"content": content}))
    (paths.challenger / "model.pkl").write_text(content)
    files = digests_of(paths.challenger)
    record = ChampionRecord(
        version=new_version(now, files),
        kind="trained",
        cutoff=date(2026, 1, 1),
        created_at=now,
        data_hash="",
        params_hash="",
        files=files,
    )
    record.write(paths.challenger / RECORD)
    return record


def champion(paths: Paths) -> str:
    """The content of the champion, which is whole."""
    record = ChampionRecord.read(paths.champion_json)
    verify(paths.versions / record.version, record)
    return paths.model_pkl.read_text()


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["promote", "promote", "rollback"]), max_size=8))
def test_a_rollback_is_the_inverse_of_the_promotion_before_it(steps: list[str]) -> None:
    clock = (START + timedelta(minutes=minute) for minute in count())
    with TemporaryDirectory() as folder, patch("training.registry.promotion.import_to_bento"):
        paths, expected = Paths(Path(folder)), list[str]()
        for step, now in zip(steps, clock, strict=False):
            if step == "promote":
                expected.append(str(now))
                save_challenger(paths, str(now), now)
                promote(paths.challenger, ["Better."], paths)
            elif len(expected) > 1:
                expected.pop()
                rollback(paths, now=now)
            else:
                with pytest.raises(NoChampionError):
                    rollback(paths, now=now)
            assert not expected or champion(paths) == expected[-1]
