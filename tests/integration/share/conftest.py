"""Clones and remotes that several tests share, because creating them takes seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.share.clones import Clone, give_champion, new_clone
from tests.integration.share.remotes import OWNER, REPO, TOKEN, HttpRemote, Remote, S3Remote


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone without a champion; clone it, do not change it."""
    return new_clone(tmp_path_factory.mktemp("bare") / "project")


@pytest.fixture(scope="session", params=["dagshub", "dagshub-http"])
def remote(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    """S3, then HTTP."""
    made = S3Remote() if request.param == "dagshub" else HttpRemote(tmp_path_factory.mktemp("remote"))
    with made as running:
        yield running


@pytest.fixture(scope="session")
def owner(champion_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone with a champion, set up for DagsHub by make; nothing was pushed yet."""
    clone = new_clone(tmp_path_factory.mktemp("owner") / "project")
    give_champion(clone, champion_folder)
    done = clone.make("dagshub", f"OWNER={OWNER}", f"REPO={REPO}")
    assert done.returncode == 0, done.stderr
    clone.commit("Champion")
    return clone


@pytest.fixture(scope="session")
def pushed(owner: Clone, remote: Remote) -> Clone:
    """The owner's clone after `make push` and a commit."""
    owner.use(remote)
    done = owner.make("push", f"REMOTE={remote.name}", DAGSHUB_TOKEN=TOKEN)
    assert done.returncode == 0, done.stderr
    owner.must("git", "add", "dvc.lock", "models")
    owner.run("git", "commit", "--quiet", "--message", "Push")  # nothing new for the second remote
    return owner
