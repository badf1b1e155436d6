"""A real server with two workers: responses, errors, documentation, limits, shutdown."""

import itertools
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import bentoml
import httpx
import pytest

from service.api.endpoints import PREDICT
from tests.integration.serving import ROOT, Load, Service, free_port, import_champion, wait_until

ONE = {"store": 1, "item": 5, "date": "2018-01-15"}
BODY = '{"store": 1, "item": 5, "date": "2018-01-15"}'


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """The error of an answer, which has the one shape and names the request."""
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "message", "hint", "request_id"}
    assert error["request_id"] == answer.headers["x-request-id"]
    assert error["message"]
    return error


def test_every_example_of_the_documentation_runs(service: Service) -> None:
    document = service.client.get("/docs.json").json()
    n_run = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for body in [example["value"] for example in content.get("examples", {}).values()] or [None]:
                answer = service.client.request(method, path, json=body)
                assert answer.status_code == 200, (path, body, answer.text)
                n_run += 1
    assert n_run >= len(document["paths"])


def test_the_fast_path_and_the_api_answer_alike(service: Service) -> None:
    by_fast_path, by_api = (
        service.client.post(
            "/predict", content=BODY + " " * spaces, headers={"content-type": "application/json"}
        )
        for spaces in (0, PREDICT.inline_bytes)
    )
    assert by_fast_path.content == by_api.content
    assert by_fast_path.headers["content-type"] == by_api.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("POST", "/predict", {"content": "{"}, 400, "not_json"),
        ("POST", "/predict", {"content": ""}, 400, "not_json"),
        ("POST", "/forecast", {"content": "["}, 400, "not_json"),
        ("POST", "/explain", {"content": "NaN"}, 400, "not_json"),
        ("GET", "/nowhere", {}, 404, "not_found"),
        ("GET", "/ui/nowhere.js", {}, 404, "not_found"),
        ("GET", "/static_content/swagger-ui.css", {}, 404, "not_found"),
        ("POST", "/admin/reload", {}, 404, "not_found"),
        ("POST", "/predict", {"json": {**ONE, "item": 99}}, 404, "unknown_series"),
        ("POST", "/explain", {"json": {**ONE, "item": 99}}, 404, "unknown_series"),
        ("POST", "/forecast", {"json": {"series": [{"store": 9, "item": 9}]}}, 404, "unknown_series"),
        ("GET", "/page/sales?store=77", {}, 404, "unknown_series"),
        ("GET", "/predict", {}, 405, "method_not_allowed"),
        ("DELETE", "/series", {}, 405, "method_not_allowed"),
        ("PUT", "/metrics", {}, 405, "method_not_allowed"),
        ("OPTIONS", "/", {}, 405, "method_not_allowed"),
        ("POST", "/predict", {"content": b"x" * (16 * 2**20 + 1)}, 413, "too_large"),
        ("POST", "/predict", {"content": BODY, "headers": {"content-type": "text/plain"}}, 415, None),
        ("POST", "/predict", {"json": {**ONE, "date": "2017-12-31"}}, 422, "date_out_of_range"),
        ("POST", "/explain", {"json": {**ONE, "date": "2019-12-31"}}, 422, "date_out_of_range"),
        ("POST", "/predict", {"json": {"store": 1}}, 422, "invalid_request"),
        ("POST", "/predict", {"json": [ONE] * 1001}, 422, "invalid_request"),
        ("POST", "/forecast", {"json": {"series": []}}, 422, "invalid_request"),
        ("GET", "/series?limit=x", {}, 422, "invalid_request"),
    ],
)
def test_every_error_has_the_one_shape(
    service: Service, method: str, path: str, options: dict[str, Any], status: int, code: str | None
) -> None:
    headers = {"content-type": "application/json", **options.pop("headers", {})}
    answer = service.client.request(method, path, headers=headers, **options)
    assert answer.status_code == status, answer.text
    assert error_of(answer)["code"] == code or code is None


def test_a_series_sent_twice_is_answered_for_each_of_its_histories(service: Service) -> None:
    def history(sales: float) -> dict[str, Any]:
        return {"store": 1, "item": 5, "history": [{"date": "2018-01-01", "sales": sales}]}

    body = {"series": [history(1), history(1000)], "horizon_days": 1}
    low, high = service.client.post("/forecast", json=body).json()["forecasts"]
    assert low["days"][0]["forecast"] < high["days"][0]["forecast"]


def test_a_thousand_series_are_answered_in_order(service: Service) -> None:
    pairs = list(itertools.islice(itertools.cycle(itertools.product((1, 2), range(1, 6))), 1000))
    bodies = [{"store": store, "item": item} for store, item in pairs]
    answer = service.client.post("/forecast", json={"series": bodies, "horizon_days": 90}).json()
    assert [(answer["store"], answer["item"]) for answer in answer["forecasts"]] == pairs
    listed = service.client.post("/predict", json=[{**body, "date": "2018-01-15"} for body in bodies]).json()
    assert [answer["predicted_sales"] for answer in listed] == [
        answer["days"][14]["forecast"] for answer in answer["forecasts"]
    ]


def test_the_client_of_bentoml_gets_answers(service: Service) -> None:
    with bentoml.SyncHTTPClient(service.url) as client:
        answer = client.predict(ONE)
        assert (
            answer["predicted_sales"] == service.client.post("/predict", json=ONE).json()["predicted_sales"]
        )
        forecast = client.forecast({"series": [{"store": 1, "item": 1}], "horizon_days": 2})
        assert len(forecast["forecasts"][0]["days"]) == 2
        client._temp_dir.cleanup()  # which BentoML leaves to the garbage collector


def test_head_is_answered_wherever_get_is(service: Service) -> None:
    for path in ("/", "/health", "/livez", "/series"):
        answer = service.client.head(path)
        assert (answer.status_code, answer.content) == (200, b"")


def test_only_a_known_key_is_accepted(guarded: Service) -> None:
    for headers in ({}, {"x-api-key": "three"}, {"authorization": "Bearer x"}):
        answer = guarded.client.post("/predict", json=ONE, headers=headers)
        assert answer.status_code == 401
        assert error_of(answer)["code"] == "unauthorized"
    for headers in ({"x-api-key": "one"}, {"authorization": "Bearer two"}):
        assert guarded.client.post("/predict", json=ONE, headers=headers).status_code == 200
    for path in ("/", "/health", "/docs", "/docs.json", "/metrics", "/livez", "/readyz", "/ui/shell/app.js"):
        assert guarded.client.get(path).status_code == 200, path
    for path in ("/series", "/model", "/drift", "/page/overview"):
        assert guarded.client.get(path).status_code == 401, path
    assert guarded.client.post("/admin/reload").status_code == 401
    assert guarded.client.post("/admin/reload", headers={"x-api-key": "two"}).json()["status"] == "ok"


def test_a_rate_is_kept_over_both_workers(guarded: Service) -> None:
    headers = {"x-api-key": "limited"}

    def predict(_: int) -> httpx.Response:
        return httpx.post(f"{guarded.url}/predict", json=ONE, headers=headers)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(predict, range(40)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 40 - len(refused) in (30, 31, 32), "30 a minute, and one comes free every two seconds"
    assert error_of(refused[0])["code"] == "rate_limited"
    assert int(refused[0].headers["retry-after"]) >= 1


def test_a_timeout_is_504_in_the_one_shape(champion_folder: Path, tmp_path: Path) -> None:
    import_champion(champion_folder, tmp_path / "home")
    history = [
        {"date": f"2017-{month:02}-{day:02}", "sales": day} for month in range(1, 13) for day in range(1, 11)
    ]
    series = [{"store": "new", "item": item, "history": history} for item in range(1000)]
    with Service(tmp_path, timeout_seconds=0.3) as service:
        wait_until(lambda: service.client.get("/").json().get("model_version"), "the champion to serve")
        answer = service.client.post("/forecast", json={"series": series, "horizon_days": 90})
        assert (answer.status_code, error_of(answer)["code"]) == (504, "timed_out")
        wait_until(lambda: service.client.post("/explain", json=ONE).is_success, "the next request")


def test_a_small_limit_on_bodies_holds_for_chunks_too(guarded: Service) -> None:
    def chunks() -> Any:
        for _ in range(30):
            yield b" " * 100

    headers = {"x-api-key": "one", "content-type": "application/json"}
    answer = guarded.client.post("/predict", content=chunks(), headers=headers)
    assert answer.status_code == 413
    assert error_of(answer)["code"] == "too_large"


def test_log_and_answer_share_the_request_id_and_no_key_is_logged(guarded: Service) -> None:
    answer = guarded.client.get("/nowhere", headers={"x-api-key": "one", "x-request-id": "find-me"})
    assert answer.headers["x-request-id"] == "find-me"
    wait_until(lambda: "404 not_found. request_id=find-me" in guarded.log(), "the line in the log")
    assert "limited" not in guarded.log().replace("rate_limited", "")


def test_sigterm_loses_nothing_in_flight(champion_folder: Path, tmp_path: Path) -> None:
    import_champion(champion_folder, tmp_path / "home")
    with Service(tmp_path, workers=2) as service, ExitStack() as stack:
        wait_until(lambda: len(service.workers()) == 2, "two workers")
        clients = [stack.enter_context(httpx.Client(base_url=service.url, timeout=60)) for _ in range(5)]
        body = {"series": [{"store": 1, "item": 5}] * 1000, "horizon_days": 90}
        with ThreadPoolExecutor(len(clients)) as pool:

            def are_in_flight() -> list[Future[httpx.Response]]:
                """Requests that are all in flight; none where one ended before the last was sent."""
                jobs = [pool.submit(client.post, "/forecast", json=body) for client in clients]
                while not all(job.done() for job in jobs):
                    if _in_progress(service) == len(clients):
                        return jobs
                return []

            jobs = next(sent for _ in range(100) if (sent := are_in_flight()))
            assert service.stop() == 0
            assert [job.result().status_code for job in jobs] == [200] * len(clients)


def _in_progress(service: Service) -> float:
    labels = 'endpoint="/forecast",runner_name="storecast",service_name="storecast"'
    return service.metric(f'bentoml_service_request_in_progress{{{labels},service_version="not available"}}')


def test_plain_bentoml_serve_from_the_root_works(champion_folder: Path, tmp_path: Path) -> None:
    import_champion(champion_folder, tmp_path)
    port = free_port()
    command = [sys.executable, "-m", "bentoml", "serve", "--host", "127.0.0.1", "--port", str(port)]
    environment = {"BENTOML_HOME": str(tmp_path), "BENTOML_DO_NOT_TRACK": "True", "PATH": ""}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:

        def is_up() -> bool:
            try:
                return bool(httpx.get(f"http://127.0.0.1:{port}/").json()["status"] == "ok")
            except httpx.TransportError:
                return False

        wait_until(is_up, "a model to be served")
    finally:
        process.terminate()
        assert process.wait(60) == 0


def test_a_burst_from_a_hundred_connections_is_answered(service: Service) -> None:
    answer = Load(service, "/predict", BODY, connections=100, requests=3000).result()
    assert answer["statuses"] == {"200": 3000}
    assert answer["lost"] == 0
