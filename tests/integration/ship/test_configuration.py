"""Prometheus, Alertmanager, Grafana's type checker and shellcheck accept the configuration."""

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
RECEIVERS = {
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


def type_errors(folder: Path, definition: dict[str, Any]) -> str:
    """The compiler's errors for a dashboard written as a literal of Grafana's own type."""
    (folder / "node_modules").symlink_to(NODE_MODULES)
    options = {
        kind: [panel["options"] for panel in definition["panels"] if panel["type"] == kind]
        for kind in ("stat", "timeseries")
    }
    source = TEMPLATE.read_text().replace("DASHBOARD", json.dumps(definition))
    source = source.replace("TIMESERIES", json.dumps(options["timeseries"]))
    (folder / "check.ts").write_text(source.replace("STATS", json.dumps(options["stat"])))
    compiler = NODE_MODULES / "typescript" / "bin" / "tsc"
    strict = ("--strict", "--noEmit", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler")
    compiled = run("node", compiler, *strict, "check.ts", cwd=folder)
    assert not compiled.stderr, compiled.stderr  # a missing compiler would report no type errors either
    return compiled.stdout


def test_prometheus_accepts_its_configuration() -> None:
    checked = run("promtool", "check", "config", MONITORING / "prometheus" / "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_rule_passes_its_tests() -> None:
    tested = run("promtool", "test", "rules", RULES / "storecast.test.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_the_rule_tests_fail_when_a_rule_changes(tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path, dirs_exist_ok=True)
    rules = tmp_path / "storecast.rules.yml"
    rules.write_text(rules.read_text().replace("storecast_drift_found == 1", "storecast_drift_found == 2"))
    assert run("promtool", "test", "rules", tmp_path / "storecast.test.yml").returncode != 0


@pytest.mark.parametrize(
    "chosen", [names for n in range(4) for names in itertools.combinations(RECEIVERS, n)]
)
def test_alertmanager_accepts_any_choice_of_receivers(chosen: tuple[str, ...], tmp_path: Path) -> None:
    settings = {name: value for kind in chosen for name, value in RECEIVERS[kind].items()}
    file = tmp_path / "alertmanager.yml"
    configure_alertmanager(file, **settings)
    checked = run("amtool", "check-config", file)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    [receiver] = yaml.safe_load(file.read_text())["receivers"]
    assert len(receiver) == 1 + len(chosen)
    assert file.stat().st_mode & 0o077 == 0
    if "mail" in chosen:
        assert receiver["email_configs"][0]["auth_password"] == settings["ALERT_SMTP_PASSWORD"]


@pytest.mark.parametrize("missing", ["ALERT_MAIL_FROM", "ALERT_SMTP_HOST", "ALERT_SMTP_PASSWORD"])
def test_an_incomplete_mail_receiver_is_refused(missing: str, tmp_path: Path) -> None:
    settings = {name: value for name, value in RECEIVERS["mail"].items() if name != missing}
    with pytest.raises(subprocess.CalledProcessError) as refused:
        configure_alertmanager(tmp_path / "alertmanager.yml", **settings)
    assert missing in refused.value.stderr.decode()


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_dashboards_match_grafanas_own_type(uid: str, tmp_path: Path) -> None:
    assert type_errors(tmp_path, dashboard(uid, *DASHBOARDS[uid])) == ""


def test_the_type_check_finds_what_grafana_would_ignore(tmp_path: Path) -> None:
    definition = dashboard("service", *DASHBOARDS["service"])
    definition["panels"][-1]["options"]["legend"]["placement"] = "somewhere"
    definition["panels"][0]["gridPos"]["width"] = 4
    errors = type_errors(tmp_path, definition)
    assert "somewhere" in errors
    assert '"width"' in errors


def test_scripts_pass_shellcheck() -> None:
    scripts = [*(ROOT / ".ci").iterdir(), MONITORING / "alertmanager" / "configure.sh"]
    checked = run("shellcheck", *scripts)
    assert checked.returncode == 0, checked.stdout
