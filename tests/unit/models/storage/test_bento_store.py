"""The copy of a version in the BentoML store."""

from pathlib import Path
from typing import Any

import bentoml
import pytest

from data.errors import ArtifactError, NoChampionError
from models.storage import bento_store as store
from models.storage.version_record import ChampionRecord
from tests.unit.models.storage.version_folders import version_folder


def test_an_imported_version_is_bentos_latest_with_labels_and_metadata(tmp_path: Path) -> None:
    record = version_folder(tmp_path / "v", a_txt="imported", model_pkl="for people")
    tag = store.import_to_bento(tmp_path / "v", record)
    assert store.import_to_bento(tmp_path / "v", record) == tag
    model = bentoml.models.get("storecast:latest")
    assert str(model.tag) == tag == f"storecast:{record.version.lower()}"
    assert model.info.labels == {"kind": "trained", "cutoff": "2017-12-31", "data": "d" * 12}
    metadata: Any = model.info.metadata
    assert metadata["scores"] == {"wape": 10.5}
    assert metadata["sha256"]["a.txt"] == record.files["a.txt"].sha256
    assert ChampionRecord.read(store.bento_champion() / "champion.json") == record
    assert not (store.bento_champion() / "model.pkl").exists()
    assert store.bento_champion().stat().st_mode & 0o777 == 0o755


def test_the_last_import_is_the_latest_even_if_its_version_is_older(tmp_path: Path) -> None:
    one = version_folder(tmp_path / "one", a_txt="one")
    two = version_folder(tmp_path / "two", a_txt="two")
    for name, record in (("one", one), ("two", two), ("one", one)):
        store.import_to_bento(tmp_path / name, record)
        assert bentoml.models.get("storecast:latest").tag.version == record.version.lower()
        assert store.bento_champion().name == record.version.lower()


def test_a_damaged_version_is_not_imported(tmp_path: Path) -> None:
    record = version_folder(tmp_path / "v", a_txt="damaged later")
    (tmp_path / "v" / "a.txt").write_text("damaged")
    with pytest.raises(ArtifactError):
        store.import_to_bento(tmp_path / "v", record)
    with pytest.raises(bentoml.exceptions.NotFound):
        bentoml.models.get(f"storecast:{record.version.lower()}")


def test_what_an_interrupted_import_left_behind_does_not_stay(tmp_path: Path) -> None:
    before = version_folder(tmp_path / "before", a_txt="before")
    store.import_to_bento(tmp_path / "before", before)
    record = version_folder(tmp_path / "v", a_txt="interrupted")
    for name in (record.version.lower(), "20200101t000000-abcdef"):
        half = store.bento_champion().parent / name
        half.mkdir()
        (half / "a.txt").write_text("inter")
    store.import_to_bento(tmp_path / "v", record)
    assert (store.bento_champion() / "a.txt").read_text() == "interrupted"
    assert "20200101t000000-abcdef" not in {model.tag.version for model in bentoml.models.list("storecast")}


@pytest.mark.parametrize("left", ["", "20200101t000000-abcdef"])
def test_a_damaged_latest_does_not_stop_an_import(tmp_path: Path, left: str) -> None:
    store.import_to_bento(tmp_path / "a", version_folder(tmp_path / "a", a_txt=f"before {left}"))
    (store.bento_champion().parent / "latest").write_text(left)
    record = version_folder(tmp_path / "b", a_txt=f"after {left}")
    store.import_to_bento(tmp_path / "b", record)
    assert store.bento_champion().name == record.version.lower()


def test_an_empty_store_has_no_champion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENTOML_HOME", str(tmp_path))
    with pytest.raises(NoChampionError, match="storecast:latest"):
        store.bento_champion()
