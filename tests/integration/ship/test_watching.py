"""Prometheus and Alertmanager monitor the real service: panels show data, and faults raise alerts."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data.jobs import job_metrics
from data.jobs.job_metrics import JobMetric, reported
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
    """A value that a healthy job would push."""
    return {"storecast_coverage_share": 0.8, "storecast_drift_threshold": 0.3}.get(metric.name, 0.0)


def push_everything() -> None:
    """The metrics of a successful training, retraining and drift check."""
    for job in ("train", "retrain", "drift"):
        with reported(job) as report:
            for metric in vars(job_metrics).values():
                if isinstance(metric, JobMetric) and not metric.name.startswith("storecast_job"):
                    report(metric, value_of(metric), *(LABELS[label] for label in metric.labels))


@contextmanager
def watched(champion_folder: Path, folder: Path) -> Iterator[tuple[Watch, Service]]:
    """A service with the small champion and the metrics of healthy jobs, monitored."""
    import_champion(champion_folder, folder / "home")
    with (
        Service(folder) as service,
        Watch(folder / "watch", f"127.0.0.1:{service.port}") as watch,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv(job_metrics.PUSHGATEWAY, watch.url("pushgateway"))
        push_everything()
        wait_until(service.version, "the champion to serve")
        yield watch, service


@pytest.fixture(scope="module")
def watch(champion_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """Shared: read it, do not change what it monitors."""
    with watched(champion_folder, tmp_path_factory.mktemp("shared")) as (watch, service):

        def has_requests() -> bool:
            send_requests(service)
            return bool(watch.query('rate(bentoml_service_request_total{http_response_code="404"}[1m]) > 0'))

        wait_until(has_requests, "a rate of requests in Prometheus")
        yield watch


@pytest.fixture
def own(champion_folder: Path, tmp_path: Path) -> Iterator[tuple[Watch, Service]]:
    """To change at will."""
    with watched(champion_folder, tmp_path) as (watch, service):
        wait_until(lambda: watch.query('up{job="storecast"} == 1'), "the first scrape")
        yield watch, service


def send_requests(service: Service) -> None:
    """One request of each kind, invalid ones included."""
    for item in (5, 99):
        service.client.post("/predict", json={"store": 1, "item": item, "date": "2018-01-15"})
    for item in (1, 99):
        service.client.post("/forecast", json={"series": [{"store": 2, "item": item}]})
    service.client.get("/nowhere")


def test_prometheus_reaches_every_target(watch: Watch) -> None:
    found = {series["metric"]["job"]: series["value"][1] for series in watch.query("up")}
    assert found == dict.fromkeys(("storecast", "pushgateway", "prometheus", "alertmanager"), "1")


@pytest.mark.parametrize(("dashboard", "title", "query"), PANELS)
def test_panel_shows_data(watch: Watch, dashboard: str, title: str, query: str) -> None:
    expression = query.replace("$__rate_interval", "1m")
    wait_until(lambda: watch.query(expression), f"{dashboard}: {title}: {expression}")


def test_no_alert_fires_while_all_is_well(watch: Watch) -> None:
    firing = {series["metric"]["alertname"] for series in watch.query('ALERTS{alertstate="firing"}')}
    assert not firing


def test_a_failed_job_and_its_recovery_are_reported(own: tuple[Watch, Service]) -> None:
    watch, _ = own
    with pytest.raises(OSError, match="no sales"), reported("retrain"):
        raise OSError("no sales")
    wait_until(lambda: watch.received("StorecastRetrainingFailed"), "the alert at the webhook")
    assert watch.query("storecast_decisions"), "the failure removed the numbers of the last good run"
    with reported("retrain"):
        pass
    wait_until(lambda: watch.received("StorecastRetrainingFailed", "resolved"), "its end at the webhook")


def test_drift_is_reported(own: tuple[Watch, Service]) -> None:
    watch, _ = own
    with reported("drift") as report:
        report(job_metrics.DRIFT_FOUND, 1)
    wait_until(lambda: watch.received("StorecastDrift"), "the alert at the webhook")
    summary = "Sales differ from the forecast by more than usual"
    wait_until(lambda: any(summary in message for message in watch.slack), "the alert in Slack")


def test_a_failed_swap_is_reported_while_the_service_answers(
    own: tuple[Watch, Service], champion_folder: Path, tmp_path: Path
) -> None:
    watch, service = own
    serving = service.version()
    damaged = later_version(champion_folder, tmp_path / "later", days=1)
    models = service.home / "models" / NAME
    whole, broken = models / (models / "latest").read_text(), models / damaged.version.lower()
    shutil.copytree(whole, broken)  # what an import leaves on a full disk
    (broken / "forecasts.npy").write_bytes(b"")
    damaged.write(broken / RECORD)
    description = (broken / "model.yaml").read_text().replace(whole.name, broken.name)
    (broken / "model.yaml").write_text(description)
    (models / "latest").write_text(broken.name)
    wait_until(lambda: watch.received("StorecastSwapFailed"), "the alert at the webhook")
    assert service.version() == serving


def test_a_stopped_service_is_reported(own: tuple[Watch, Service]) -> None:
    watch, service = own
    service.stop()
    wait_until(lambda: watch.received("StorecastDown"), "the alert at the webhook")
    sent = next(alert for alert in watch.alerts if alert["labels"]["alertname"] == "StorecastDown")
    assert sent["annotations"]["runbook_url"] == "docs/runbook.md#storecastdown"
