"""Deploying to a Space: the hub's real client, against a stand-in for the hub."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.storage.version_record import RECORD, ChampionRecord
from service.deploy.space import SECRETS as GIVEN
from tests.integration.serving import later_version
from tests.integration.ship.hub import NAME, TOKEN, Hub
from tests.integration.ship.packing import PLANTED, ROOT, SECRETS, build

CODE = (
    "import sys; from service.deploy.__main__ import *; "
    "sys.exit(main(sys.argv[2:], DeployTiming(seconds=float(sys.argv[1]), poll_seconds=0.05)))"
)


@dataclass(frozen=True)
class Packed:
    """A BentoML home whose newest bento holds this version."""

    home: Path
    version: str


@pytest.fixture(scope="module")
def packed(champion_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Packed, Packed]:
    """Two versions, one after the other."""
    folder = tmp_path_factory.mktemp("packed")
    later = later_version(champion_folder, folder / "later", days=1)
    build(champion_folder, folder / "first")
    build(folder / "later", folder / "second")
    first = ChampionRecord.read(champion_folder / RECORD)
    return Packed(folder / "first/home", first.version), Packed(folder / "second/home", later.version)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        yield hub


def deploy(
    hub: Hub, packed: Packed, folder: Path, *options: str, seconds: float = 60, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run the job as a workflow does, only asking more often and waiting less long."""
    mine = {
        "BENTOML_HOME": str(packed.home),
        "BENTOML_DO_NOT_TRACK": "True",
        "HF_HOME": str(folder / "hf"),
        "HF_ENDPOINT": hub.url,
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
        "PYTHONPATH": str(ROOT),
    }
    environment = {**os.environ, **SECRETS, **mine, **settings}
    environment.pop("STORECAST_PUSHGATEWAY")
    command = [sys.executable, "-c", CODE, str(seconds), NAME, *options]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert PLANTED.decode() not in done.stdout + done.stderr
    return done


def test_a_dry_run_tells_everything_but_secrets_and_asks_nobody(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    done = deploy(hub, packed[0], tmp_path, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert packed[0].version in done.stdout
    assert "Dockerfile" in done.stdout
    assert f"Secrets: {', '.join(GIVEN)}" in done.stdout
    assert not hub.exists


def test_a_deployment_brings_files_and_settings_and_believes_the_answer(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    done = deploy(hub, packed[0], tmp_path)
    assert done.returncode == 0, done.stderr
    assert hub.serves == packed[0].version
    assert hub.secrets == {name: SECRETS[name] for name in GIVEN}
    assert hub.variables["STORECAST_FRAME_ANCESTORS"] == "https://huggingface.co"
    readme = hub.files["README.md"].decode()
    assert "sdk: docker\napp_port: 7860\n" in readme
    assert hub.files["Dockerfile"].decode().rstrip().endswith("ENV PORT=7860")
    assert not [name for name, content in hub.files.items() if PLANTED in content]
    told = json.loads((tmp_path / "reports/deployment.json").read_text())
    assert (told["space"], told["version"]) == (NAME, packed[0].version)


def test_a_second_deployment_replaces_what_the_first_brought(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    deploy(hub, packed[0], tmp_path)
    hub.commits[str(hub.head)]["left-over"] = b"of an older release"
    assert deploy(hub, packed[1], tmp_path).returncode == 0
    assert hub.serves == packed[1].version
    assert "left-over" not in hub.files
    assert not [name for name in hub.files if packed[0].version.lower() in name]


def test_a_token_that_may_not_write_changes_nothing(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    done = deploy(hub, packed[0], tmp_path, HF_TOKEN="hf_wrong")
    assert done.returncode == 1
    assert "HF_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr
    assert not hub.exists
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("mode", "said"),
    [("fails", "BUILD_ERROR"), ("keeps the old one", "expected"), ("follows", "Another bento")],
)
def test_a_version_that_does_not_answer_is_replaced_by_the_one_before(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path, mode: str, said: str
) -> None:
    deploy(hub, packed[0], tmp_path)
    before = dict(hub.files)
    hub.mode = mode
    done = deploy(hub, packed[1], tmp_path, seconds=1.5)
    assert done.returncode == 1
    assert said in done.stderr
    assert "is back" in done.stderr
    assert hub.files == before
    assert hub.messages[-1].startswith("Back to ")
    told = json.loads((tmp_path / "reports/deployment.json").read_text())
    assert told["version"] == packed[0].version


def test_a_first_deployment_that_fails_says_that_there_is_nothing_to_go_back_to(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    hub.mode = "fails"
    done = deploy(hub, packed[0], tmp_path)
    assert done.returncode == 1
    assert "nothing before it" in done.stderr


def test_a_space_that_follows_a_newer_champion_is_believed_when_it_is_our_bento_that_does(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    """Bringing an older commit to a Space that follows the champion of the branch."""
    afar = "http://127.0.0.1:9"
    hub.ahead = packed[1].version
    done = deploy(hub, packed[0], tmp_path, STORECAST_CHAMPION_URL=afar, STORECAST_FILES_URL=afar)
    assert done.returncode == 0, done.stderr
    assert packed[1].version in done.stderr


def test_a_hub_that_hiccups_while_it_builds_is_asked_again(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    hub.hiccups = 2
    assert deploy(hub, packed[0], tmp_path).returncode == 0
    assert hub.serves == packed[0].version


def test_a_hub_that_is_not_there_is_told_in_a_sentence(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    done = deploy(hub, packed[0], tmp_path, HF_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_of_the_build_before_is_not_taken_for_ours(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    hub.mode, hub.late_polls = "good", 3
    hub.stage = "BUILD_ERROR"
    assert deploy(hub, packed[0], tmp_path).returncode == 0
