"""Deploying to a Space: the hub's real client against a fake hub."""

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
    """Two versions, the second newer than the first."""
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
    """Run the job as a workflow does, with shorter waits."""
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


def test_a_dry_run_lists_everything_except_secrets_and_sends_nothing(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    done = deploy(hub, packed[0], tmp_path, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert packed[0].version in done.stdout
    assert "Dockerfile" in done.stdout
    assert f"Secrets: {', '.join(GIVEN)}" in done.stdout
    assert not hub.exists


def test_a_deployment_uploads_files_and_settings_and_checks_the_answer(
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
    report = json.loads((tmp_path / "reports/deployment.json").read_text())
    assert (report["space"], report["version"]) == (NAME, packed[0].version)


def test_a_second_deployment_replaces_the_first(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    deploy(hub, packed[0], tmp_path)
    hub.commits[str(hub.head)]["left-over"] = b"of an older release"
    assert deploy(hub, packed[1], tmp_path).returncode == 0
    assert hub.serves == packed[1].version
    assert "left-over" not in hub.files
    assert not [name for name in hub.files if packed[0].version.lower() in name]


def test_a_read_only_token_changes_nothing(hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path) -> None:
    done = deploy(hub, packed[0], tmp_path, HF_TOKEN="hf_wrong")
    assert done.returncode == 2
    assert "HF_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr
    assert not hub.exists
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("mode", "message"),
    [("fails", "BUILD_ERROR"), ("keeps the old one", "expected"), ("follows", "Another bento")],
)
def test_a_version_that_does_not_answer_is_rolled_back(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path, mode: str, message: str
) -> None:
    deploy(hub, packed[0], tmp_path)
    before = dict(hub.files)
    hub.mode = mode
    done = deploy(hub, packed[1], tmp_path, seconds=1.5)
    assert done.returncode == 2
    assert message in done.stderr
    assert "is restored" in done.stderr
    assert hub.files == before
    assert hub.messages[-1].startswith("Restore ")
    report = json.loads((tmp_path / "reports/deployment.json").read_text())
    assert report["version"] == packed[0].version


def test_a_failed_first_deployment_reports_that_there_is_no_version_to_restore(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    hub.mode = "fails"
    done = deploy(hub, packed[0], tmp_path)
    assert done.returncode == 2
    assert "no earlier deployment" in done.stderr


def test_a_space_with_a_newer_champion_passes_if_it_runs_this_bento(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    """Deploying an older commit to a Space that loads the champion of the branch."""
    remote = "http://127.0.0.1:9"
    hub.ahead = packed[1].version
    done = deploy(hub, packed[0], tmp_path, STORECAST_CHAMPION_URL=remote, STORECAST_FILES_URL=remote)
    assert done.returncode == 0, done.stderr
    assert packed[1].version in done.stderr


def test_a_hub_that_fails_briefly_is_asked_again(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    hub.hiccups = 2
    assert deploy(hub, packed[0], tmp_path).returncode == 0
    assert hub.serves == packed[0].version


def test_an_unreachable_hub_is_reported_in_one_sentence(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    done = deploy(hub, packed[0], tmp_path, HF_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 2
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_of_the_previous_build_is_ignored(
    hub: Hub, packed: tuple[Packed, Packed], tmp_path: Path
) -> None:
    hub.mode, hub.late_polls = "good", 3
    hub.stage = "BUILD_ERROR"
    assert deploy(hub, packed[0], tmp_path).returncode == 0
