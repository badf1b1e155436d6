"""A real server whose champion is replaced, damaged, removed and downloaded while it serves."""

import itertools
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from models.storage.version_record import RECORD, ChampionRecord
from tests.integration.serving import Load, Service, import_champion, later_version, path_in_store, wait_until

BODY = '{"store": 1, "item": 5, "date": "2018-01-15"}'
SWAPS = 20
DAYS = itertools.count(1)  # each version is newer than all before it, in any order of the tests


@pytest.fixture(scope="module")
def service(champion_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Two workers that look for a new champion five times a second."""
    folder = tmp_path_factory.mktemp("live")
    import_champion(champion_folder, folder / "home")
    [model] = (folder / "home").rglob("model.yaml")
    shutil.copy(model, folder)  # a test may delete the version that it describes
    with Service(folder, workers=2, poll_seconds=0.2) as running:
        wait_until(lambda: len(running.workers()) == 2, "two workers")
        yield running


def all_workers_serve(service: Service, version: str) -> None:
    """Wait until 30 requests in a row, on connections of their own, are answered by one version."""

    def is_so() -> bool:
        import httpx

        answer = {httpx.get(f"{service.url}/").json()["model_version"] for _ in range(30)}
        return answer == {version}

    wait_until(is_so, f"version {version} on all workers")


def test_twenty_swaps_under_a_hundred_connections_lose_nothing(
    service: Service, champion_folder: Path, tmp_path: Path
) -> None:
    before = service.metric("storecast_model_swaps_total")
    load = Load(service, "/predict", BODY, connections=100, requests=10**9, seconds=12)
    records = []
    for day in itertools.islice(DAYS, SWAPS):
        records.append(later_version(champion_folder, tmp_path / str(day), day))
        _promote(service, tmp_path / str(day), records[-1])
        wait_until(partial(_both_took, service, records[-1]), "both workers to swap")
    answer = load.result()
    assert answer["lost"] == 0
    assert set(answer["statuses"]) == {"200"}
    assert answer["requests"] > 1000
    all_workers_serve(service, records[-1].version)
    assert service.metric("storecast_model_swaps_total") - before == 2 * SWAPS


def _both_took(service: Service, record: ChampionRecord) -> bool:
    return service.log().count(f"Version {record.version} (") == 2


def _promote(service: Service, folder: Path, record: ChampionRecord) -> None:
    """Write what an import into BentoML's store writes, without starting a process for it."""
    to = path_in_store(record, service.home)
    shutil.copytree(folder, to)
    model = (service.folder / "model.yaml").read_text(encoding="utf-8")
    old = next(line for line in model.splitlines() if line.startswith("version:"))
    (to / "model.yaml").write_text(model.replace(old, f"version: {record.version.lower()}"), encoding="utf-8")
    (to.parent / "latest").write_text(record.version.lower(), encoding="utf-8")


def test_a_damaged_version_leaves_the_model_serving_and_says_so(
    service: Service, champion_folder: Path, tmp_path: Path
) -> None:
    serving = service.version()
    damaged = later_version(champion_folder, tmp_path / "damaged", next(DAYS))
    content = bytearray((champion_folder / "methods.npy").read_bytes())
    content[-1] ^= 1
    (tmp_path / "damaged" / "methods.npy").unlink()
    (tmp_path / "damaged" / "methods.npy").write_bytes(content)
    _promote(service, tmp_path / "damaged", damaged)
    failures = 'storecast_model_swap_failures_total{stage="load"}'
    wait_until(lambda: service.metric(failures) >= 2, "both workers to try")
    assert service.version() == serving
    assert service.client.get("/readyz").status_code == 200
    assert f"{serving} keeps serving: methods.npy" in service.log()
    assert "its sha256 differs" in service.client.get("/health").json()["reason"]
    good = later_version(champion_folder, tmp_path / "good", next(DAYS))
    _promote(service, tmp_path / "good", good)
    all_workers_serve(service, good.version)
    assert service.client.get("/health").json()["reason"] is None


def test_a_damaged_store_leaves_the_model_serving(
    service: Service, champion_folder: Path, tmp_path: Path
) -> None:
    serving = service.version()
    latest = next((service.home / "models").glob("*/latest"))
    latest.write_text("../../nowhere", encoding="utf-8")
    (latest.parent / "half-written").mkdir()
    shutil.rmtree(latest.parent / str(serving).lower())
    for _ in range(10):
        assert service.version() == serving
        answer = service.client.post("/predict", content=BODY, headers={"content-type": "application/json"})
        assert answer.status_code == 200
    shutil.rmtree(latest.parent / "half-written")
    again = later_version(champion_folder, tmp_path / "again", next(DAYS))
    _promote(service, tmp_path / "again", again)
    all_workers_serve(service, again.version)


def test_without_a_model_the_server_waits_and_loads_the_first_one(
    champion_folder: Path, tmp_path: Path
) -> None:
    with Service(tmp_path, poll_seconds=0.2) as service:
        ready = service.client.get("/readyz")
        assert (ready.status_code, ready.json()["error"]["code"]) == (503, "no_model")
        assert service.client.get("/livez").status_code == 200
        health = service.client.get("/health").json()
        assert (health["status"], health["model"]) == ("no model", None)
        assert "make train" in health["reason"]
        for path, body in (("/predict", {"a": 1}), ("/forecast", {}), ("/explain", {})):
            answer = service.client.post(path, json=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_model")
        (pid,) = (worker.pid for worker in service.workers())
        import_champion(champion_folder, service.home)
        wait_until(lambda: service.client.get("/readyz").status_code == 200, "the model")
        assert service.client.post("/predict", json={"store": 1, "item": 5, "date": "2018-01-15"}).is_success
        assert [worker.pid for worker in service.workers()] == [pid], "without a restart"


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Path]:
    """A folder served over HTTP: champion.json, and files as a DVC remote names them."""
    folder = tmp_path / "remote"
    folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (folder / "url").write_text(f"http://127.0.0.1:{server.server_port}", encoding="utf-8")
    yield folder
    server.shutdown()
    server.server_close()


def _push(remote: Path, folder: Path) -> ChampionRecord:
    """What `dvc push` and a commit of champion.json leave behind."""
    record = ChampionRecord.read(folder / RECORD)
    for name, digest in record.files.items():
        file = remote / "files" / "md5" / digest.md5[:2] / digest.md5[2:]
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, file)
    record.write(remote / RECORD)
    return record


def test_a_remote_champion_is_followed_and_wrong_files_are_refused(
    remote: Path, champion_folder: Path, tmp_path: Path
) -> None:
    url = (remote / "url").read_text(encoding="utf-8")
    first = _push(remote, champion_folder)
    with Service(
        tmp_path / "service",
        workers=2,
        poll_seconds=0.2,
        remote_poll_seconds=0.3,
        champion_url=f"{url}/{RECORD}",
        files_url=url,
    ) as service:
        all_workers_serve(service, first.version)
        assert service.client.get("/readyz").status_code == 200
        next_one = later_version(champion_folder, tmp_path / "next", 1)
        file = remote / "files" / "md5" / next_one.files["forecasts.npy"].md5[:2]
        file /= next_one.files["forecasts.npy"].md5[2:]
        honest = file.read_bytes()
        file.write_bytes(honest[:-1] + b"!")
        next_one.write(remote / RECORD)
        failures = 'storecast_model_swap_failures_total{stage="remote"}'
        wait_until(lambda: service.metric(failures) >= 1, "the lie to be noticed")
        assert service.version() == first.version
        assert "forecasts.npy is not the file the champion names" in service.log()
        file.write_bytes(honest)
        all_workers_serve(service, next_one.version)


def peak_bytes(pid: int) -> int:
    """The most memory that a process has held."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmHWM" in line]
    return int(line.split()[1]) * 1024


def test_a_huge_champion_record_is_refused_unread_while_others_are_answered(
    champion_folder: Path, tmp_path: Path
) -> None:
    import_champion(champion_folder, tmp_path / "home")
    with Service(tmp_path, workers=1, api_keys="key", admin_routes=True) as service:
        service.client.headers.update({"x-api-key": "key", "content-type": "application/json"})
        before = service.client.post("/predict", content=BODY).json()
        (worker,) = service.workers()
        memory = peak_bytes(worker.pid)
        record = tmp_path / "models" / "champion.json"
        record.parent.mkdir()
        with record.open("wb") as file:
            file.truncate(300 * 2**20)
        with ThreadPoolExecutor(1) as reloading:
            reloads = reloading.submit(lambda: [service.client.post("/admin/reload") for _ in range(20)])
            while not reloads.done():
                assert service.client.post("/predict", content=BODY, timeout=5).json() == before
        assert all(reload.json()["status"] == "ok" for reload in reloads.result())
        assert max(reload.elapsed.total_seconds() for reload in reloads.result()) < 5
        assert peak_bytes(worker.pid) - memory < 100 * 2**20
        assert service.workers() == [worker]
