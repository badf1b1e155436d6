"""What push, pull and restore ask of dvc, and what they refuse before they ask."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from data.errors import ArtifactError, NoChampionError
from data.params import Paths
from models.storage.bento_store import bento_champion
from models.storage.version_record import ChampionRecord
from training.registry.promotion import promote
from training.remote.dvc_command import Dvc, RemoteError
from training.remote.sync import check_remote_reachable, pull, push, restore, sync

MakeVersion = Callable[[str], ChampionRecord]


@dataclass(frozen=True)
class RecordingDvc(Dvc):
    """Records the commands; a pull puts back the folder that was moved away."""

    commands: list[tuple[str, ...]] = field(default_factory=list)
    away: Path | None = None

    def run(self, *arguments: str) -> str:
        self.commands.append(arguments)
        if arguments[0] == "pull" and self.away and self.away.exists():
            self.away.rename(arguments[3].removesuffix(".dvc"))
        return ""


@pytest.fixture
def champion(paths: Paths, make_version: MakeVersion) -> ChampionRecord:
    record = make_version("one")
    promote(paths.challenger, ["First."], paths)
    return record


def pointer(paths: Paths, version: str) -> Path:
    path = paths.versions / f"{version}.dvc"
    path.touch()
    return path


def test_push_tracks_versions_once_and_sales_every_time(paths: Paths, champion: ChampionRecord) -> None:
    (paths.versions / ".unfinished-x").mkdir()
    dvc = RecordingDvc(paths.root, 60)
    push(paths, dvc, "there")
    assert dvc.commands == [("add", str(paths.versions / champion.version)), ("push", "--remote", "there")]
    pointer(paths, champion.version)
    paths.raw.mkdir(parents=True)
    (paths.raw / "sales.csv").touch()
    dvc.commands.clear()
    push(paths, dvc, "there")
    assert dvc.commands == [("commit", "--force", "sales"), ("push", "--remote", "there")]


@dataclass(frozen=True)
class LockedDvc(RecordingDvc):
    """Records, too, whether other jobs would have to wait for data/raw."""

    def run(self, *arguments: str) -> str:
        lock = FileLock(self.root / "data" / ".raw.lock")
        try:
            lock.acquire(timeout=0)
            lock.release()
        except Timeout:
            self.commands.append(("raw is locked",))
        return super().run(*arguments)


def test_no_job_reads_the_raw_sales_while_they_are_pulled_or_committed(paths: Paths) -> None:
    paths.raw.mkdir(parents=True)
    (paths.raw / "sales.csv").touch()
    paths.dvc_lock.touch()
    dvc = LockedDvc(paths.root, 60)
    push(paths, dvc, "there")
    pull(paths, dvc, "there")
    locked = ("raw is locked",)
    commit, send = ("commit", "--force", "sales"), ("push", "--remote", "there")
    assert dvc.commands == [locked, commit, send, locked, ("pull", "--remote", "there", "sales")]


def test_a_champion_that_is_here_is_not_fetched(paths: Paths, champion: ChampionRecord) -> None:
    dvc = RecordingDvc(paths.root, 60)
    assert restore(paths, dvc, "there") == champion
    assert dvc.commands == []


def test_a_champion_that_is_gone_is_fetched_and_served(paths: Paths, champion: ChampionRecord) -> None:
    home = paths.versions / champion.version
    home.rename(paths.root / "away")
    dvc = RecordingDvc(paths.root, 60, away=paths.root / "away")
    restore_from = pointer(paths, champion.version)
    restore(paths, dvc, "there")
    assert dvc.commands == [("pull", "--remote", "there", str(restore_from))]
    assert bento_champion().name == champion.version.lower()


def test_a_damaged_copy_is_set_aside_here_and_removed_from_the_cache(
    paths: Paths, champion: ChampionRecord
) -> None:
    home, md5 = paths.versions / champion.version, champion.files["card.json"].md5
    good = paths.dvc_cache / champion.files["metrics.json"].md5[:2] / champion.files["metrics.json"].md5[2:]
    bad = paths.dvc_cache / md5[:2] / md5[2:]
    for cached in (good, bad):
        cached.parent.mkdir(parents=True)
        cached.write_bytes((home / "metrics.json").read_bytes())
    (home / "card.json").write_text("?")
    pointer(paths, champion.version)
    with pytest.raises(NoChampionError):
        restore(paths, RecordingDvc(paths.root, 60), "there")  # this remote brings nothing
    assert (paths.versions / f".unfinished-{champion.version}" / "card.json").read_text() == "?"
    assert (good.exists(), bad.exists()) == (True, False)


def test_a_champion_that_was_never_pushed_is_an_error(paths: Paths, champion: ChampionRecord) -> None:
    (paths.versions / champion.version / "card.json").unlink()
    with pytest.raises(ArtifactError, match="does not exist"):
        restore(paths, RecordingDvc(paths.root, 60), "there")
    with pytest.raises(NoChampionError):
        restore(Paths(paths.root / "elsewhere"), RecordingDvc(paths.root, 60), "there")


def test_pull_brings_what_this_commit_names_and_without_anything_asks_nothing(
    paths: Paths, champion: ChampionRecord
) -> None:
    empty = RecordingDvc(paths.root, 60)
    pull(Paths(paths.root / "elsewhere"), empty, "there")
    assert empty.commands == []
    older = pointer(paths, "20200101T000000-abcdef")
    paths.dvc_lock.touch()
    dvc = RecordingDvc(paths.root, 60)
    pull(paths, dvc, "there")
    assert dvc.commands == [("pull", "--remote", "there", str(older), "sales")]


def test_an_unreachable_server_is_an_error_at_once() -> None:
    with pytest.raises(RemoteError, match=r"127\.0\.0\.1:1 cannot be reached"):
        check_remote_reachable("http://127.0.0.1:1/ann/sales.dvc", None)


def test_a_remote_that_is_not_configured_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "dvc").mkdir()
    (tmp_path / "dvc" / "__init__.py").touch()
    (tmp_path / "dvc" / "__main__.py").write_text("print('core.remote=local')")
    with pytest.raises(RemoteError, match="no remote 'local'"):
        sync("push", Paths(tmp_path), None, 30)
