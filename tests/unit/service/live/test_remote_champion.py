"""service.live.remote_champion: champions fetched from a remote that may misbehave."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from data.errors import NoChampionError
from models.champion import Champion
from models.storage.version_record import RECORD
from service.core import metrics
from service.core.settings import Settings
from service.live.remote_champion import RemoteChampion
from tests.unit.service.misbehaving_remote import Remote


@pytest.fixture
def remote(champion_folder: Path) -> Iterator[Remote]:
    served = Remote(champion_folder)
    yield served
    served.server.shutdown()
    served.server.server_close()


def follower(remote: Remote, cache: Path, **changes: Any) -> RemoteChampion:
    settings = {
        "champion_url": f"{remote.url}/champion.json",
        "files_url": f"{remote.url}/",
        "files_user": "me",
        "files_password": "sesame",
        "cache_dir": cache,
        "remote_timeout_seconds": 2,
    }
    return RemoteChampion(Settings(**(settings | changes)))  # type: ignore[arg-type]


def failures() -> float:
    return float(metrics.FAILED_SWAPS.labels("remote")._value.get())


def test_a_champion_is_fetched_whole_and_verified(remote: Remote, tmp_path: Path) -> None:
    followed = follower(remote, tmp_path)
    followed.sync()
    champion = Champion.load(followed.folder(), verify=True)
    assert champion.record == remote.record
    assert not (followed.folder() / "model.pkl").exists()


def test_a_version_on_disk_is_not_fetched_again(remote: Remote, tmp_path: Path) -> None:
    followed = follower(remote, tmp_path)
    followed.sync()
    n_requested = len(remote.requested)
    followed.sync()
    assert remote.requested[n_requested:] == ["/champion.json"]


def test_a_newer_champion_follows_and_an_older_one_is_ignored(remote: Remote, tmp_path: Path) -> None:
    followed = follower(remote, tmp_path)
    followed.sync()
    newer = remote.promote(days=1)
    followed.sync()
    assert followed.folder().name == newer.version
    remote.promote(days=-5)
    followed.sync()
    assert followed.folder().name == newer.version


def test_the_newest_two_are_kept(remote: Remote, tmp_path: Path) -> None:
    followed = follower(remote, tmp_path)
    followed.sync()
    versions = []
    for _ in range(3):
        versions.append(remote.promote(days=1).version)
        followed.sync()
    assert sorted(path.parent.name for path in tmp_path.glob(f"*/{RECORD}")) == versions[-2:]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("dead", "disconnected"),
        ("slow", "took longer than"),
        ("missing", "answered 404"),
        ("corrupt", "its sha256 differs"),
        ("endless", "sends more than"),
        ("short", "its sha256 differs"),
        ("no record", "not a champion record"),
        ("endless record", "sends more than"),
    ],
)
def test_a_remote_that_fails_leaves_what_is_here(
    remote: Remote, tmp_path: Path, fault: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    followed = follower(remote, tmp_path, remote_timeout_seconds=0.5)
    followed.sync()
    before, n_failures = followed.folder(), failures()
    newer = remote.promote(days=1)
    remote.fault = fault
    followed.sync()
    assert followed.folder() == before
    assert failures() == n_failures + 1
    assert message in caplog.text
    assert "sesame" not in caplog.text
    remote.fault = ""
    followed.sync()
    assert followed.folder().name == newer.version, "and when it is well again, it is followed again"


def test_a_wrong_password_is_reported_and_not_shown(
    remote: Remote, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    followed = follower(remote, tmp_path, files_password="wrong")
    followed.sync()
    assert "answered 401" in caplog.text
    with pytest.raises(NoChampionError, match="answered 401"):
        followed.folder()


def test_a_champion_that_claims_too_much_is_not_begun(remote: Remote, tmp_path: Path) -> None:
    followed = follower(remote, tmp_path, max_champion_bytes=1000)
    followed.sync()
    assert remote.requested == ["/champion.json"]


def test_files_that_are_as_promised_and_of_no_use_are_not_taken(
    remote: Remote, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    followed = follower(remote, tmp_path)
    followed.sync()
    good, before = remote.record, followed.folder()
    remote.promote(days=1)
    remote.break_honestly("forecasts.npy")
    followed.sync()
    assert "cannot be loaded" in caplog.text
    assert followed.folder() == before
    n_requested, n_failures = len(remote.requested), failures()
    followed.sync()
    assert remote.requested[n_requested:] == ["/champion.json"], "what is of no use is not fetched again"
    assert failures() == n_failures + 1
    remote.record, remote.changed = good, {}
    followed.sync()
    assert followed.folder() == before
    newer = remote.promote(days=2)
    followed.sync()
    assert followed.folder().name == newer.version


def test_a_champion_dated_in_the_future_is_refused(remote: Remote, tmp_path: Path) -> None:
    followed = follower(remote, tmp_path)
    remote.promote(days=1000)
    followed.sync()
    with pytest.raises(NoChampionError, match="in the future"):
        followed.folder()


def test_a_version_damaged_on_disk_is_fetched_again(remote: Remote, tmp_path: Path) -> None:
    follower(remote, tmp_path).sync()
    folder = follower(remote, tmp_path).folder()
    (folder / "methods.npy").write_bytes(b"")
    restarted = follower(remote, tmp_path)
    restarted.sync()
    assert Champion.load(restarted.folder(), verify=True).record == remote.record


@pytest.mark.parametrize("name", ["../escape", "a/b", "/etc/passwd", "", RECORD])
def test_a_file_name_outside_the_folder_is_refused(remote: Remote, tmp_path: Path, name: str) -> None:
    (digest, *_) = remote.record.files.values()
    remote.record = remote.record.model_copy(update={"files": {**remote.record.files, name: digest}})
    followed = follower(remote, tmp_path)
    followed.sync()
    with pytest.raises(NoChampionError, match="not a champion record"):
        followed.folder()


def test_only_one_worker_fetches(remote: Remote, tmp_path: Path) -> None:
    followed, n_failures = follower(remote, tmp_path), failures()
    with FileLock(tmp_path / ".lock"):
        threading.Thread(target=followed.sync).run()
    assert failures() == n_failures


def test_files_of_a_killed_worker_are_removed(remote: Remote, tmp_path: Path) -> None:
    (tmp_path / ".unfinished").mkdir()
    (tmp_path / ".unfinished" / "half").touch()
    followed = follower(remote, tmp_path)
    followed.sync()
    assert not (tmp_path / ".unfinished").exists()
    assert followed.folder().is_dir()
