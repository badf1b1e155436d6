"""The metrics of a real server with two workers."""

import signal
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.integration.serving import Service, wait_until

ONE = {"store": 1, "item": 5, "date": "2018-01-15"}


def test_metrics_are_right_over_workers_and_after_one_was_killed(
    service: Service,
) -> None:  # BentoML issue 2148
    names = ('storecast_forecasts_total{endpoint="predict"}', "storecast_forecast_sales_count")
    before = [service.metric(name) for name in names]

    def predict(_: int) -> int:  # a connection each, so that both workers get some
        return httpx.post(f"{service.url}/predict", json=ONE).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(predict, range(60))) == {200}
    assert [service.metric(name) - then for name, then in zip(names, before, strict=True)] == [60, 60]
    victim = service.workers()[0]
    victim.send_signal(signal.SIGKILL)
    wait_until(lambda: victim.pid not in {worker.pid for worker in service.workers()}, "the worker to go")
    statuses = [_status(service) for _ in range(40)]
    assert statuses.count(200) >= 38, "the other worker goes on"
    wait_until(lambda: len(service.workers()) == 2, "the worker to come back")
    assert service.metric(names[0]) >= before[0] + 60 + statuses.count(200), (
        "what it had counted stays counted"
    )


def _status(service: Service) -> int:
    try:
        return httpx.post(f"{service.url}/predict", json=ONE).status_code
    except httpx.TransportError:
        return 0


def test_the_metrics_of_bentoml_count_every_answer_of_the_fast_path_too(service: Service) -> None:
    answer = 'runner_name="storecast",service_name="storecast",service_version="not available"'
    of_status = 'endpoint="/predict",http_response_code="{}",' + answer
    samples = [
        f"bentoml_service_request_{name}{{{of_status.format(status)}}}"
        for name in ("total", "duration_seconds_count")
        for status in (200, 404)
    ]
    before = [service.metric(sample) for sample in samples]
    for item in (5, 5, 5, 99):
        service.client.post("/predict", json={**ONE, "item": item})
    counted = [service.metric(sample) - then for sample, then in zip(samples, before, strict=True)]
    assert counted == [3, 1, 3, 1]
    assert service.metric(f'bentoml_service_request_in_progress{{endpoint="/predict",{answer}}}') == 0
    assert "bentoml_service_last_request_timestamp_seconds{" in service.metrics()


def test_every_declared_histogram_collects(service: Service) -> None:
    names = ("storecast_forecast_sales_count", "storecast_forecast_horizon_days_count")
    before = [service.metric(name) for name in names]
    assert service.client.post("/predict", json=ONE).is_success
    assert service.client.post("/forecast", json={"series": [{"store": 1, "item": 5}]}).is_success
    assert [service.metric(name) - then for name, then in zip(names, before, strict=True)] == [2, 2], (
        "BentoML issue 5056: only the histogram declared last collected"
    )


def test_requests_add_no_labels_to_the_metrics(service: Service) -> None:
    for number in range(20):
        service.client.get(f"/made-up-{number}")
        service.client.get(f"/ui/made-up-{number}")
        service.client.post("/predict", json={**ONE, "item": f"made-up-{number}"})
        service.client.request(f"MADEUP{number}", "/predict")
    assert "made-up" not in service.metrics().lower()
    assert "MADEUP" not in service.metrics()


def test_the_metrics_report_the_model(service: Service) -> None:
    assert f'version="{service.version()}"' in service.metrics()
    assert service.metric("storecast_model_cutoff_timestamp_seconds") == 1514678400
