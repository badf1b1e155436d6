"""What Prometheus, Alertmanager, Grafana and a linter of shells say about what they are given."""

import itertools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring.grafana.draw import dashboard
from monitoring.grafana.panels import DASHBOARDS
from tests.integration.ship.watching import MONITORING, ROOT, configure_alertmanager

pytestmark = pytest.mark.tools

RULES = MONITORING / "prometheus" / "rules"
NODE_MODULES = ROOT / "requirements" / "node_modules"
TEMPLATE = Path(__file__).with_name("dashboard.ts.in")
WAYS = {
    "webhook": {"ALERT_WEBHOOK_URL": "http://127.0.0.1:9/it's me"},
    "slack": {"ALERT_SLACK_URL": "https://slack.invalid/hook", "ALERT_SLACK_CHANNEL": "#sales"},
    "mail": {
        "ALERT_MAIL_TO": "planner@shop.invalid",
        "ALERT_MAIL_FROM": "storecast@shop.invalid",
        "ALERT_SMTP_HOST": "mail.invalid:587",
        "ALERT_SMTP_USER": "storecast",
        "ALERT_SMTP_PASSWORD": "it's: a #secret",
    },
}


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=120)


def type_errors(folder: Path, described: dict[str, Any]) -> str:
    """What the compiler says about a dashboard as a literal of Grafana's own type."""
    (folder / "node_modules").symlink_to(NODE_MODULES)
    options = {
        kind: [panel["options"] for panel in described["panels"] if panel["type"] == kind]
        for kind in ("stat", "timeseries")
    }
    source = TEMPLATE.read_text().replace("DASHBOARD", json.dumps(described))
    source = source.replace("TIMESERIES", json.dumps(options["timeseries"]))
    (folder / "check.ts").write_text(source.replace("STATS", json.dumps(options["stat"])))
    compiler = NODE_MODULES / "typescript" / "bin" / "tsc"
    strict = ("--strict", "--noEmit", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler")
    compiled = run("node", compiler, *strict, "check.ts", cwd=folder)
    assert not compiled.stderr, compiled.stderr  # a compiler that is missing finds nothing either
    return compiled.stdout


def test_prometheus_accepts_its_configuration() -> None:
    checked = run("promtool", "check", "config", MONITORING / "prometheus" / "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_rule_does_what_its_test_says() -> None:
    tested = run("promtool", "test", "rules", RULES / "storecast.test.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_the_rule_tests_notice_a_rule_that_changed(tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path, dirs_exist_ok=True)
    rules = tmp_path / "storecast.rules.yml"
    rules.write_text(rules.read_text().replace("storecast_drift_found == 1", "storecast_drift_found == 2"))
    assert run("promtool", "test", "rules", tmp_path / "storecast.test.yml").returncode != 0


@pytest.mark.parametrize("chosen", [way for n in range(4) for way in itertools.combinations(WAYS, n)])
def test_alertmanager_accepts_any_choice_of_ways_to_tell_people(
    chosen: tuple[str, ...], tmp_path: Path
) -> None:
    settings = {name: value for way in chosen for name, value in WAYS[way].items()}
    file = tmp_path / "alertmanager.yml"
    configure_alertmanager(file, **settings)
    checked = run("amtool", "check-config", file)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    [receiver] = yaml.safe_load(file.read_text())["receivers"]
    assert len(receiver) == 1 + len(chosen)
    assert file.stat().st_mode & 0o077 == 0
    if "mail" in chosen:
        assert receiver["email_configs"][0]["auth_password"] == settings["ALERT_SMTP_PASSWORD"]


@pytest.mark.parametrize("left_out", ["ALERT_MAIL_FROM", "ALERT_SMTP_HOST", "ALERT_SMTP_PASSWORD"])
def test_mail_that_is_half_set_up_is_refused(left_out: str, tmp_path: Path) -> None:
    settings = {name: value for name, value in WAYS["mail"].items() if name != left_out}
    with pytest.raises(subprocess.CalledProcessError) as refused:
        configure_alertmanager(tmp_path / "alertmanager.yml", **settings)
    assert left_out in refused.value.stderr.decode()


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_dashboards_are_of_grafanas_own_type(uid: str, tmp_path: Path) -> None:
    assert type_errors(tmp_path, dashboard(uid, *DASHBOARDS[uid])) == ""


def test_the_type_check_notices_what_grafana_would_drop(tmp_path: Path) -> None:
    described = dashboard("service", *DASHBOARDS["service"])
    described["panels"][-1]["options"]["legend"]["placement"] = "somewhere"
    described["panels"][0]["gridPos"]["width"] = 4
    errors = type_errors(tmp_path, described)
    assert "somewhere" in errors
    assert '"width"' in errors


def test_shellcheck_finds_nothing_in_the_scripts() -> None:
    scripts = [*(ROOT / ".ci").iterdir(), MONITORING / "alertmanager" / "configure.sh"]
    checked = run("shellcheck", *scripts)
    assert checked.returncode == 0, checked.stdout
