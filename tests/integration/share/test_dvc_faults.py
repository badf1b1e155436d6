"""Remotes that refuse, fail, hang or send wrong files: one sentence, soon, and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.storage.version_record import ChampionRecord, verify
from tests.integration.share.clones import Clone, Watch
from tests.integration.share.remotes import TOKEN, Fault, Remote

# Real dvc commands, some fifty of them: two minutes.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
# Also on a busy machine, and far below the 600 s after which a command that hangs is stopped.
SOON_SECONDS = 240


@pytest.fixture
def fresh(pushed: Clone, remote: Remote, request: pytest.FixtureRequest) -> Iterator[Clone]:
    """A clone without files; the remote has all of them."""
    clone = pushed.clone(f"{remote.name}-{abs(hash(request.node.name))}")
    clone.use(remote)
    yield clone
    remote.fault = "none"


def restore(clone: Clone, remote: Remote, *options: str, token: str = TOKEN) -> tuple[int, str, float]:
    """Exit code, message and seconds of `make restore`."""
    with Watch() as watch:
        done = clone.make("restore", f"REMOTE={remote.name}", *options, DAGSHUB_TOKEN=token)
    return done.returncode, done.stderr, watch.seconds


@pytest.mark.parametrize(
    ("token", "words"), [("", "needs credentials, and none are set"), ("stolen", "refuses these credentials")]
)
def test_missing_and_wrong_credentials_are_reported(
    fresh: Clone, remote: Remote, token: str, words: str
) -> None:
    code, text, seconds = restore(fresh, remote, token=token)
    assert code
    assert words in text
    assert seconds < SOON_SECONDS


def test_a_remote_that_closes_connections_is_reported_before_dvc_runs(fresh: Clone, remote: Remote) -> None:
    remote.fault = "silent"
    code, text, seconds = restore(fresh, remote)
    assert code
    assert "cannot be reached" in text
    assert seconds < SOON_SECONDS


@pytest.mark.parametrize("fault", ["unwilling", "cut off", "slow"])
def test_a_failed_download_ends_in_time_and_can_be_repeated(
    fresh: Clone, remote: Remote, fault: Fault
) -> None:
    remote.fault = fault
    code, text, seconds = restore(fresh, remote, "LIMIT_SECONDS=10")
    assert code
    assert "the remote" in text
    assert seconds < SOON_SECONDS
    remote.fault = "none"
    assert restore(fresh, remote)[0] == 0


def test_an_interrupted_push_loses_nothing_and_the_next_completes_it(fresh: Clone, remote: Remote) -> None:
    mine = fresh.paths.raw / "mine.csv"
    mine.parent.mkdir()
    mine.write_text(f"date,store,item,sales\n2018-01-01,1,1,{len(remote.requests)}\n")
    remote.fault = "slow"
    push = ("push", f"REMOTE={remote.name}")
    assert fresh.make(*push, "LIMIT_SECONDS=10", DAGSHUB_TOKEN=TOKEN).returncode
    mine_was = mine.read_bytes()
    remote.fault = "none"
    done = fresh.make(*push, DAGSHUB_TOKEN=TOKEN)
    assert done.returncode == 0, done.stderr
    fresh.commit("Sales")
    other = fresh.clone(f"{fresh.root.name}-other")
    other.use(remote)
    assert other.make("pull", f"REMOTE={remote.name}", DAGSHUB_TOKEN=TOKEN).returncode == 0
    assert (other.paths.raw / "mine.csv").read_bytes() == mine_was


def test_wrong_files_are_refused_and_the_champion_can_be_restored_later(fresh: Clone, remote: Remote) -> None:
    remote.fault = "corrupt"
    code, text, _ = restore(fresh, remote)
    assert code
    assert "other content than requested" in text
    assert not (fresh.root / ".bentoml/models/storecast/latest").exists()
    remote.fault = "none"
    assert restore(fresh, remote)[0] == 0


def damage(file: Path) -> None:
    file.chmod(0o644)
    file.write_bytes(b"?" * file.stat().st_size)


def test_damaged_local_copies_are_downloaded_again(fresh: Clone, remote: Remote) -> None:
    assert restore(fresh, remote)[0] == 0
    record = ChampionRecord.read(fresh.paths.champion_json)
    home, md5 = fresh.paths.versions / record.version, record.files["forecasts.npy"].md5
    damage(home / "forecasts.npy")
    damage(fresh.paths.dvc_cache / md5[:2] / md5[2:])
    assert restore(fresh, remote)[0] == 0
    verify(home, record)


def test_sales_that_were_never_pushed_are_not_overwritten(fresh: Clone, remote: Remote) -> None:
    fresh.paths.raw.mkdir()
    mine = fresh.paths.raw / "mine.csv"
    mine.write_text("date,store,item,sales\n2018-01-01,1,1,5\n")
    done = fresh.make("pull", f"REMOTE={remote.name}", DAGSHUB_TOKEN=TOKEN)
    assert done.returncode
    assert "would be lost" in done.stderr
    assert mine.exists()
