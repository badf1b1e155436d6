"""Prometheus and Alertmanager watch the real service: panels show something, and faults reach people."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import job_metrics
from data.job_metrics import JOB_METRICS, JobMetric, reported
from models.storage.bento_store import NAME
from models.storage.version_record import RECORD
from monitoring.grafana.panels import DASHBOARDS
from tests.integration.serving import Service, import_champion, later_version, wait_until
from tests.integration.ship.watching import Watch

pytestmark = pytest.mark.tools

LABELS = {"test": "level", "group": "all", "decision": "kept", "model": "storecast", "level": "80"}


PANELS = [
    (uid, panel.title, query)
    for uid, (_, _, panels) in DASHBOARDS.items()
    for panel in panels
    for query in panel.queries.values()
]


def value_of(metric: JobMetric) -> float:
    """What a job of a healthy shop would push."""
    return {"storecast_coverage_share": 0.8, "storecast_drift_threshold": 0.3}.get(metric.name, 0.0)


def push_everything() -> None:
    """What a training, a retraining and a drift check leave behind when all is well."""
    for job in ("train", "retrain", "drift"):
        with reported(job) as report:
            for metric in JOB_METRICS:
                if not metric.name.startswith("storecast_job"):
                    report(metric, value_of(metric), *(LABELS[label] for label in metric.labels))


@pytest.fixture(scope="module")
def service(champion_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    import_champion(champion_folder, folder / "home")
    with Service(folder) as service:
        wait_until(service.version, "the champion to serve")
        yield service


@pytest.fixture(scope="module")
def watch(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    with (
        Watch(tmp_path_factory.mktemp("watch"), f"127.0.0.1:{service.port}") as watch,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv(job_metrics.PUSHGATEWAY, watch.url("pushgateway"))
        push_everything()
        use(service, seconds=8)
        yield watch


def use(service: Service, seconds: float) -> None:
    """What planners do in a few seconds, mistakes included."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for body in (
            {"store": 1, "item": 5, "date": "2018-01-15"},
            {"store": 1, "item": 99, "date": "2018-01-15"},
        ):
            service.client.post("/predict", json=body)
        service.client.post("/forecast", json={"series": [{"store": 2, "item": 1}]})
        service.client.post("/forecast", json={"series": [{"store": 2, "item": 99}]})
        service.client.get("/nowhere")
        time.sleep(0.05)


def test_everything_that_is_to_be_watched_is_reached(watch: Watch) -> None:
    found = {series["metric"]["job"]: series["value"][1] for series in watch.query("up")}
    assert found == dict.fromkeys(("storecast", "pushgateway", "prometheus", "alertmanager"), "1")


@pytest.mark.parametrize(("dashboard", "title", "query"), PANELS)
def test_panel_shows_something(watch: Watch, dashboard: str, title: str, query: str) -> None:
    expression = query.replace("$__rate_interval", "1m")
    wait_until(lambda: watch.query(expression), f"{dashboard}: {title}: {expression}", seconds=30)


def test_nobody_is_called_while_all_is_well(watch: Watch) -> None:
    firing = {series["metric"]["alertname"] for series in watch.query('ALERTS{alertstate="firing"}')}
    assert not firing


def test_a_job_that_fails_reaches_a_person_and_so_does_its_recovery(watch: Watch) -> None:
    with pytest.raises(OSError, match="no sales"), reported("retrain"):
        raise OSError("no sales")
    wait_until(lambda: watch.heard("StorecastRetrainingFailed"), "the alert at the webhook")
    assert watch.query("storecast_decisions"), "the numbers of the last good run went with the failure"
    with reported("retrain"):
        pass
    wait_until(lambda: watch.heard("StorecastRetrainingFailed", "resolved"), "its end at the webhook")


def test_drift_reaches_a_person(watch: Watch) -> None:
    with reported("drift") as report:
        report(job_metrics.DRIFT_FOUND, 1)
    wait_until(lambda: watch.heard("StorecastDrift"), "the alert at the webhook")
    summary = "Sales are no longer what was to be expected"
    wait_until(lambda: any(summary in told for told in watch.slack), "the alert in Slack")


def test_a_swap_that_fails_reaches_a_person_while_the_service_goes_on(
    watch: Watch, service: Service, champion_folder: Path, tmp_path: Path
) -> None:
    serving = service.version()
    damaged = later_version(champion_folder, tmp_path / "later", days=1)
    models = service.home / "models" / NAME
    whole, broken = models / (models / "latest").read_text(), models / damaged.version.lower()
    shutil.copytree(whole, broken)  # as an import would leave it whose disk was full
    (broken / "forecasts.npy").write_bytes(b"")
    damaged.write(broken / RECORD)
    described = (broken / "model.yaml").read_text().replace(whole.name, broken.name)
    (broken / "model.yaml").write_text(described)
    (models / "latest").write_text(broken.name)
    wait_until(lambda: watch.heard("StorecastSwapFailed"), "the alert at the webhook")
    assert service.version() == serving


def test_a_service_that_dies_reaches_a_person(watch: Watch, service: Service) -> None:
    service.stop()
    wait_until(lambda: watch.heard("StorecastDown"), "the alert at the webhook")
    told = next(alert for alert in watch.alerts if alert["labels"]["alertname"] == "StorecastDown")
    assert told["annotations"]["runbook_url"] == "docs/runbook.md#storecastdown"
