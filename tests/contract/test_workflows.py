"""Workflows run make targets, with the fewest permissions and everything of others pinned."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.code_base import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
PINNED = re.compile(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def read(path: Path) -> dict[Any, Any]:
    content: dict[Any, Any] = yaml.safe_load(path.read_text())
    return content


def jobs(path: Path) -> list[dict[str, Any]]:
    return list(read(path)["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_step_runs_one_make_target(path: Path) -> None:
    commands = [step["run"] for job in jobs(path) for step in job.get("steps", ()) if "run" in step]
    for command in commands:
        called = re.fullmatch(r'make ([a-z-]+)( [A-Z_]+="\$[A-Z_]+")*', command)
        assert called, command
        assert called.group(1) in TARGETS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_only_the_job_that_publishes_may_write(path: Path) -> None:
    assert read(path)["permissions"] == {}
    for name, job in read(path)["jobs"].items():
        assert job["permissions"] == {"contents": "write" if name == "refresh" else "read"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_a_commit_and_name_its_release(path: Path) -> None:
    used = [line.strip() for line in path.read_text().splitlines() if "uses: " in line and "./" not in line]
    assert used
    assert not [line for line in used if not PINNED.search(line)]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_containers_are_pinned_to_a_digest(path: Path) -> None:
    images = re.findall(r"image: (\S+)", path.read_text())
    assert not [image for image in images if not re.search(r":[\w.-]+@sha256:[0-9a-f]{64}$", image)]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_job_has_a_time_limit(path: Path) -> None:
    assert all("timeout-minutes" in job for job in jobs(path) if "steps" in job)


def test_only_one_refresh_runs_at_a_time_and_none_is_cancelled() -> None:
    retrain = read(ROOT / ".github/workflows/retrain.yml")
    assert retrain["concurrency"] == {"group": "champion", "cancel-in-progress": False}


def test_the_deployment_receives_every_secret_that_it_uses() -> None:
    deploy = (ROOT / ".github/workflows/deploy.yml").read_text()
    used = set(re.findall(r"secrets\.(\w+)", deploy))
    declared = set(read(ROOT / ".github/workflows/deploy.yml")[True]["workflow_call"]["secrets"])
    passed = set(read(ROOT / ".github/workflows/retrain.yml")["jobs"]["deploy"]["secrets"])
    assert used == declared == passed


def test_the_deployment_sets_every_setting_of_the_space() -> None:
    from service.deploy.space import SECRETS, VARIABLES

    deploy = (ROOT / ".github/workflows/deploy.yml").read_text()
    assert not [name for name in (*SECRETS, *VARIABLES) if f"{name}: $" not in deploy]
