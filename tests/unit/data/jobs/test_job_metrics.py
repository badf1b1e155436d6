"""data.jobs.job_metrics: jobs push their metrics to the gateway, and run without one."""

import base64
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from data.jobs import job_metrics
from data.jobs.job_metrics import PUSHGATEWAY, JobMetric, reported


class Gateway:
    """Records path, headers and body of each request."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], str]] = []

    def body(self, group: str) -> str:
        """The last body pushed for a group."""
        return [body for path, _, body in self.requests if path == f"/metrics/job/{group}"][-1]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    gateway = Gateway()

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            gateway.requests.append((self.path, dict(self.headers), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keep)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(PUSHGATEWAY, f"http://jobs:se%40cret@127.0.0.1:{server.server_address[1]}")
    yield gateway
    server.shutdown()
    server.server_close()


def test_a_run_pushes_its_values_and_that_it_succeeded(gateway: Gateway) -> None:
    with reported("drift") as report:
        report(job_metrics.DRIFT_VALUE, 0.25, "level", "store 1")
    body = gateway.body("drift")
    assert 'storecast_drift_value{group="store 1",test="level"} 0.25' in body
    assert "storecast_job_failed 0.0" in body
    assert "storecast_job_succeeded_timestamp_seconds" in body


def test_a_run_that_fails_pushes_that_and_keeps_earlier_values(gateway: Gateway) -> None:
    def run() -> None:
        with reported("drift") as report:
            report(job_metrics.DRIFT_FOUND, 1)
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run()
    body = gateway.body("drift")
    assert "storecast_job_failed 1.0" in body
    assert "storecast_drift_found" not in body
    assert "storecast_job_succeeded" not in body


def test_a_metric_that_several_jobs_push_has_one_value(gateway: Gateway) -> None:
    for job, is_up in (("drift", True), ("retrain", False)):
        with reported(job) as report:
            report(job_metrics.RETRAINING_FLAG, is_up)
    assert "storecast_retraining_flag 0.0" in gateway.body("flag")
    assert "storecast_retraining_flag" not in gateway.body("drift")


def test_name_and_password_are_sent_as_a_header_and_not_in_the_address(gateway: Gateway) -> None:
    with reported("train"):
        pass
    path, headers, _ = gateway.requests[-1]
    assert headers["Authorization"] == f"Basic {base64.b64encode(b'jobs:se@cret').decode()}"
    assert "secret" not in path + headers["Host"]


def test_a_gateway_that_is_away_costs_a_line_and_no_job(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(PUSHGATEWAY, "127.0.0.1:9")
    with reported("train"):
        pass
    assert "not pushed" in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:port",
        "http://[::1",
        "http://jobs:s3cret@ho st:9091",
        "ftp://nowhere",
        "://",
        "http://",
        "a" * 5000,
    ],
)
def test_an_address_that_is_mistyped_costs_a_short_line_and_no_job(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(PUSHGATEWAY, address)
    with reported("train"):
        pass
    assert "Metrics of train were not pushed" in caplog.text
    assert len(caplog.text) < 500
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    "answer",
    [b"nonsense\r\n\r\n", b"", b"HTTP/1.1 900 no\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 500],
)
def test_a_server_that_answers_nonsense_costs_a_line_and_no_job(
    answer: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv(PUSHGATEWAY, f"127.0.0.1:{server.server_address[1]}")
        with reported("train"):
            pass
        with pytest.raises(ZeroDivisionError), reported("train"):
            raise ZeroDivisionError
        server.shutdown()
    assert caplog.text.count("Metrics of train were not pushed") == 2


def test_nothing_is_pushed_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PUSHGATEWAY, raising=False)
    with reported("train") as report:
        report(job_metrics.WAPE, 0.1, "storecast")


def test_a_metric_is_given_the_labels_it_has() -> None:
    with pytest.raises(ValueError, match="expected"), reported("train") as report:
        report(job_metrics.WAPE, 0.1)


def test_names_have_the_prefix_and_are_unique() -> None:
    names = [metric.name for metric in vars(job_metrics).values() if isinstance(metric, JobMetric)]
    assert len(set(names)) == len(names)
    assert all(name.startswith("storecast_") for name in names)
