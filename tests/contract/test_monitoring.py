"""Rules, dashboards, runbook and Compose file agree with each other and with the code."""

import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Histogram

from data.jobs import job_metrics
from data.jobs.job_metrics import JobMetric
from models.storage.version_record import ChampionRecord
from monitoring.grafana.draw import DATASOURCE, FOLDER, dashboard
from monitoring.grafana.panels import DASHBOARDS
from service.core import metrics
from tests.contract.code_base import ROOT

MONITORING = ROOT / "monitoring"
RULES = yaml.safe_load((MONITORING / "prometheus/rules/storecast.rules.yml").read_text())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
ALL_RULES = [rule for group in RULES["groups"] for rule in group["rules"]]
ALERTS = {rule["alert"]: rule for rule in ALL_RULES if "alert" in rule}
RECORDED = {rule["record"] for rule in ALL_RULES if "record" in rule}
QUERIES = [rule["expr"] for rule in ALL_RULES] + [
    query for _, _, panels in DASHBOARDS.values() for panel in panels for query in panel.queries.values()
]
ENDINGS = re.compile(r"_(bucket|sum|count)$")

JOB_METRICS = [metric for metric in vars(job_metrics).values() if isinstance(metric, JobMetric)]


def existing_metrics(record: ChampionRecord) -> set[str]:
    """Every metric of the service and of its jobs, as Prometheus names them."""
    families = [value for value in vars(metrics).values() if isinstance(value, Counter | Histogram)]
    own = {metric.name for family in families for metric in family.describe()}
    counters = {f"{name}_total" for name in own}
    live = {family.name for family in metrics.LiveModelCollector(record, {}).collect()}
    return own | counters | live | {metric.name for metric in JOB_METRICS}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_uses_only_metrics_that_exist(query: str, champion: Any) -> None:
    used = {ENDINGS.sub("", name) for name in re.findall(r"\bstorecast_\w+", query)}
    assert used <= existing_metrics(champion.record)
    assert set(re.findall(r"\bstorecast:[\w:]+", query)) <= RECORDED


def test_every_pushed_metric_is_in_an_alert_or_a_panel() -> None:
    assert {metric.name for metric in JOB_METRICS} - {"storecast_job_finished_timestamp_seconds"} <= set(
        re.findall(r"\bstorecast_\w+", " ".join(QUERIES))
    )


def test_alerts_and_sections_of_the_runbook_match() -> None:
    sections = re.findall(r"^## (\w+)$", (ROOT / "docs/runbook.md").read_text(), re.MULTILINE)
    assert set(sections) == set(ALERTS)
    for name, alert in ALERTS.items():
        assert alert["annotations"]["runbook_url"] == f"docs/runbook.md#{name.lower()}"
        assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
        assert alert["labels"]["severity"] in {"critical", "warning"}


def test_every_alert_is_tested_to_fire() -> None:
    tests = yaml.safe_load((MONITORING / "prometheus/rules/storecast.test.yml").read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == set(ALERTS)


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_dashboards_match_their_tables(uid: str) -> None:
    written = json.loads((FOLDER / f"{uid}.json").read_text())
    assert written == dashboard(uid, *DASHBOARDS[uid]), "run make dashboards"


@pytest.mark.parametrize("uid", DASHBOARDS)
def test_panels_do_not_overlap_and_use_the_provisioned_source(uid: str) -> None:
    [source] = yaml.safe_load((MONITORING / "grafana/provisioning/datasources/prometheus.yml").read_text())[
        "datasources"
    ]
    assert {"type": source["type"], "uid": source["uid"]} == DATASOURCE
    panels = dashboard(uid, *DASHBOARDS[uid])["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_targets_of_prometheus_are_services_of_the_stack() -> None:
    prometheus = yaml.safe_load((MONITORING / "prometheus/prometheus.yml").read_text())
    static = [job["static_configs"] for job in prometheus["scrape_configs"]]
    static.append(prometheus["alerting"]["alertmanagers"][0]["static_configs"])
    targets = {target for configs in static for config in configs for target in config["targets"]}
    hosts = {target.partition(":")[0] for target in targets} - {"localhost"}
    assert hosts <= set(COMPOSE["services"])


def test_services_of_the_stack_depend_on_and_mount_what_exists() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", [])) <= set(services), name
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], mount


def test_volumes_are_mounted_where_the_images_have_a_writable_folder() -> None:
    """Anywhere else, a new volume belongs to root, and a non-root user cannot write to it."""
    images = {"pushgateway", "alertmanager", "prometheus"}
    places = {
        name: [mount.split(":")[1] for mount in COMPOSE["services"][name]["volumes"] if mount[0] != "."]
        for name in (*images, "grafana")
    }
    assert places == {"grafana": ["/var/lib/grafana"], **{name: [f"/{name}"] for name in images}}


def test_services_of_the_stack_are_read_only_and_unprivileged() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert all(port.startswith("${BIND:-127.0.0.1}:") for port in service["ports"]), name


def test_the_stack_has_no_default_password() -> None:
    secret = re.compile(r"PASSWORD|KEYS|SLACK_URL|WEBHOOK_URL|_USER$")
    given = {
        name: value
        for service in COMPOSE["services"].values()
        for name, value in service.get("environment", {}).items()
        if secret.search(name)
    }
    assert {"STORECAST_API_KEYS", "STORECAST_FILES_PASSWORD", "ALERT_SMTP_PASSWORD"} <= set(given)
    assert {name: value for name, value in given.items() if value is not None} == {
        "GF_SECURITY_ADMIN_PASSWORD": "${GRAFANA_PASSWORD:?is required, choose a password}"
    }


def test_the_stack_passes_on_every_setting_of_the_service_except_paths() -> None:
    """Nothing is mounted in the container that these paths could name."""
    from service.core.settings import Settings

    named = {
        name for name in COMPOSE["services"]["storecast"]["environment"] if name.startswith("STORECAST_")
    }
    paths = {"api_keys_file", "cache_dir", "reports_dir"}
    assert {name.removeprefix("STORECAST_").lower() for name in named} == set(Settings.model_fields) - paths
