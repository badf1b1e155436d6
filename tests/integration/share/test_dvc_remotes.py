"""Sales and versions to a remote and back, by make and the real dvc, with S3 and HTTP."""

from pathlib import Path

import pytest

from models.champion import Champion
from models.storage.version_record import RECORD, ChampionRecord
from service.core.settings import Settings
from service.live.remote_champion import RemoteChampion
from tests.integration.share.clones import Clone
from tests.integration.share.remotes import OWNER, TOKEN, HttpRemote, Remote


def test_a_fresh_clone_restores_champion_and_sales(pushed: Clone, remote: Remote) -> None:
    fresh = pushed.clone(f"fresh-{remote.name}")
    fresh.use(remote)
    done = fresh.make("pull", f"REMOTE={remote.name}", DAGSHUB_TOKEN=TOKEN)
    assert done.returncode == 0, done.stderr
    record = ChampionRecord.read(fresh.paths.champion_json)
    assert (fresh.root / ".bentoml/models/storecast/latest").read_text() == record.version.lower()
    assert (fresh.paths.raw / "sales.csv").read_bytes() == (pushed.paths.raw / "sales.csv").read_bytes()
    assert fresh.must("git", "status", "--short") == ""


def test_no_secret_is_left_on_disk(pushed: Clone) -> None:
    kept = [path for path in Path(pushed.root.parent).rglob("*") if path.is_file()]
    assert not [path for path in kept if TOKEN.encode() in path.read_bytes()]


@pytest.mark.parametrize("remote", ["dagshub-http"], indirect=True)  # the service downloads over HTTP
def test_a_service_without_dvc_downloads_what_dvc_pushed(
    pushed: Clone, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(remote, HttpRemote)
    (remote.folder / OWNER / RECORD).write_bytes(pushed.paths.champion_json.read_bytes())
    monkeypatch.setenv("STORECAST_CHAMPION_URL", remote.url.rpartition("/")[0] + f"/{RECORD}")
    monkeypatch.setenv("STORECAST_FILES_URL", remote.url)
    monkeypatch.setenv("STORECAST_FILES_USER", OWNER)
    monkeypatch.setenv("STORECAST_FILES_PASSWORD", TOKEN)
    monkeypatch.setenv("STORECAST_CACHE_DIR", str(tmp_path))
    far = RemoteChampion(Settings())
    far.sync()
    assert Champion.load(far.folder()).record == ChampionRecord.read(pushed.paths.champion_json)
