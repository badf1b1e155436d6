"""A real server with hostile clients, killed processes and damaged files: others are still answered."""

import json
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.integration.serving import Service, import_champion, wait_until

ONE = {"store": 1, "item": 5, "date": "2018-01-15"}
JSON = {"content-type": "application/json"}
DESCRIPTORS = 128
MEGABYTE = 2**20


@pytest.fixture(scope="module")
def single(champion_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One worker, warmed up."""
    folder = tmp_path_factory.mktemp("single")
    import_champion(champion_folder, folder / "home")
    with Service(folder, workers=1) as running:
        wait_until(lambda: running.client.post("/explain", json=ONE).is_success, "the model to be loaded")
        yield running
        assert "Traceback" not in running.log()


def connection(service: Service, sent: bytes = b"") -> socket.socket:
    """A plain connection to a server, which has been sent something."""
    opened = socket.create_connection(("127.0.0.1", service.port), timeout=60)
    opened.sendall(sent)
    return opened


def everything_from(opened: socket.socket) -> bytes:
    """What arrives until the server closes the connection."""
    return b"".join(iter(lambda: opened.recv(65_536), b""))


def junk(fields: int) -> bytes:
    """An object of unknown fields."""
    return b"{" + b",".join(b'"k%d":0' % number for number in range(fields)) + b"}"


def rows(row: bytes, number: int) -> bytes:
    """A body of /drift-check with the same row many times."""
    return b'{"rows":[' + b",".join([row] * number) + b"]}"


def cpu_seconds(process: psutil.Process) -> float:
    """The processor time a process has used, which does not grow with the load of the machine."""
    times = process.cpu_times()
    return times.user + times.system


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/predict", junk(1_200_000)),
        ("/forecast", junk(1_200_000)),
        ("/predict", b"[" + b",".join([b"{}"] * 100_000) + b"]"),
        ("/drift-check", rows(b"{}", 100_000)),
        ("/drift-check", rows(junk(23), 90_000)),
        ("/drift-check", rows(b'{"date":"2018-01-01","store":1,"item":5,"sales":"x"}', 100_000)),
        ("/explain", b"[" * (16 * MEGABYTE)),
        ("/forecast", b'{"' + b"x" * (15 * MEGABYTE) + b'":0}'),
    ],
)
def test_a_large_invalid_body_is_refused_without_being_built(single: Service, path: str, body: bytes) -> None:
    (worker,) = single.workers()
    before, used_before = worker.memory_info().rss, cpu_seconds(worker)
    answer = single.client.post(path, content=body, headers=JSON)
    assert answer.status_code in (400, 422)
    assert len(answer.content) < 2_000
    assert worker.memory_info().rss - before < 100 * MEGABYTE
    assert cpu_seconds(worker) - used_before < 5, "the refusal takes .3 s on an idle machine"


def test_unfinished_bodies_share_a_budget_of_memory(single: Service) -> None:
    (worker,) = single.workers()
    before = worker.memory_info().rss
    size = 16 * MEGABYTE - 1
    head = (
        b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    )
    refused = 0
    with ExitStack() as stack:
        for _ in range(20):
            opened = stack.enter_context(closing(connection(single, head % size)))
            try:
                opened.sendall(b" " * (size - 1))
                opened.settimeout(0.05)
                refused += b" 503 " in opened.recv(1_000)
            except TimeoutError:
                continue  # held: it waits for its last byte
            except ConnectionError:
                refused += 1
        assert refused >= 10
        assert single.client.post("/predict", json=ONE).is_success
        assert worker.memory_info().rss - before < 250 * MEGABYTE
    wait_until(
        lambda: single.client.post("/forecast", content=b" " * MEGABYTE, headers=JSON).status_code == 400,
        "the budget to be given back",
    )


def test_silent_connections_make_room_for_those_that_ask(single: Service) -> None:
    (worker,) = single.workers()
    before = resource.prlimit(worker.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(worker.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, before[1]))
    try:
        with ExitStack() as stack:
            for _ in range(DESCRIPTORS + 32):
                stack.enter_context(closing(connection(single)))
            for _ in range(20):
                assert httpx.post(f"{single.url}/predict", json=ONE, timeout=60).status_code == 200
    finally:
        resource.prlimit(worker.pid, resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("sent", [b"", b"GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: "])
def test_headers_that_do_not_arrive_close_the_connection(single: Service, sent: bytes) -> None:
    with closing(connection(single, sent)) as opened:
        assert everything_from(opened) == b""


def test_a_websocket_handshake_is_refused_like_any_other_request(single: Service) -> None:
    head = (
        b"GET %b HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
    )
    for path, status in ((b"/predict", b" 405 "), (b"/nowhere", b" 404 ")):
        with closing(connection(single, head % path)) as opened:
            answer = everything_from(opened)
            assert status in answer.splitlines()[0]
            assert set(json.loads(answer.split(b"\r\n\r\n")[1])["error"]) >= {"code", "request_id"}


def slow_forecast(number: int) -> dict[str, Any]:
    """Many series with a history each, which takes the model."""
    days = [
        {"date": f"2018-{month:02}-{day:02}", "sales": day} for month in (1, 2, 3) for day in range(1, 29)
    ]
    return {
        "series": [{"store": "new", "item": item, "history": days} for item in range(number)],
        "horizon_days": 90,
    }


def test_model_work_holds_up_no_look_ups_and_is_dropped_when_its_callers_leave(single: Service) -> None:
    body = json.dumps(slow_forecast(200)).encode()
    head = (
        b"POST /forecast HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    )
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(closing(connection(single, head % len(body) + body)))
        for _ in range(20):
            listed = single.client.post("/predict", json=[ONE] * 100)
            assert listed.status_code == 200
            assert listed.elapsed.total_seconds() < 20
        explained = single.client.post("/explain", json=ONE)
        assert explained.is_success
        assert explained.elapsed.total_seconds() < 20, "short model work does not wait for long one"
    assert single.client.post("/explain", json=ONE).is_success
    wait_until(lambda: "499 client_closed_request" in single.log(), "disconnects in the log")


def test_a_forwarded_address_is_trusted_from_nobody_by_default(champion_folder: Path, tmp_path: Path) -> None:
    import_champion(champion_folder, tmp_path / "home")
    with Service(tmp_path, rate_limit_per_minute=5) as service:
        statuses = [
            service.client.post(
                "/predict", json=ONE, headers={"x-forwarded-for": f"10.0.0.{number}"}
            ).status_code
            for number in range(10)
        ]
    assert statuses.count(429) >= 4


def test_files_overwritten_in_place_change_no_answer(champion_folder: Path, tmp_path: Path) -> None:
    import_champion(champion_folder, tmp_path / "home")
    with Service(tmp_path, workers=1, poll_seconds=0.1) as service:
        wait_until(lambda: service.client.post("/explain", json=ONE).is_success, "the model to be loaded")
        before = service.client.post("/predict", json=ONE).json()
        (file,) = (tmp_path / "home").glob("models/*/*/forecasts.npy")
        content = file.read_bytes()
        file.chmod(0o600)
        with file.open("r+b") as opened:
            opened.write(content[:128] + b"\xff" * (len(content) - 128))
        assert service.client.post("/predict", json=ONE).json() == before
        with file.open("r+b") as opened:
            opened.truncate(10)
        assert service.client.post("/predict", json=ONE).json() == before
        assert len(service.workers()) == 1


def test_a_dead_worker_is_replaced_and_no_worker_outlives_its_supervisor(
    champion_folder: Path, tmp_path: Path
) -> None:
    import_champion(champion_folder, tmp_path / "home")
    with Service(tmp_path, workers=2) as service:
        wait_until(lambda: len(service.workers()) == 2, "two workers")
        victim = service.workers()[0]
        victim.kill()
        wait_until(
            lambda: len([one for one in service.workers() if one.pid != victim.pid]) == 2,
            "a new worker",
            seconds=8,  # BentoML looks every ten
        )
        workers = service.workers()
        service.process.kill()
        service.process.wait()
        _, alive = psutil.wait_procs(workers, timeout=30)
        assert not alive
        with pytest.raises(ConnectionError):
            connection(service)


def test_two_servers_of_one_home_keep_their_metrics_apart(champion_folder: Path, tmp_path: Path) -> None:
    import_champion(champion_folder, tmp_path / "home")
    name = 'storecast_forecasts_total{endpoint="predict"}'
    with Service(tmp_path, workers=1, rate_limit_per_minute=1000) as first:
        assert first.client.post("/predict", json=ONE).is_success
        assert first.metric(name) == 1
        (tmp_path / "second").mkdir()
        (tmp_path / "second" / "home").symlink_to(tmp_path / "home")
        with Service(tmp_path / "second", workers=1) as second:
            assert second.metric(name) == 0
            assert first.metric(name) == 1
            assert first.client.post("/predict", json=ONE).is_success
            assert first.metric(name) == 2
            assert second.metric(name) == 0
