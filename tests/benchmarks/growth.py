"""How the cost of serving grows: more series, longer lists, more workers, memory, swaps under load."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from tests.benchmarks.champions import ITEMS, STORES
from tests.benchmarks.server import BENTOML, HOST, ROOT, Server
from tests.benchmarks.serving import (
    OURS,
    Cost,
    Endpoint,
    champion_home,
    compare,
    empty,
    feature_row,
    forecast_bodies,
    own_history_body,
    predict_bodies,
    write_bodies,
)

SERIES = (500, 5_000, 50_000)
LENGTHS = (1, 10, 100, 1_000)
STARTS = 5
SWAPS = 20
SWAP_PAUSE_SECONDS = 1.5
LONGEST_SECONDS = 300
SWAP_CONNECTIONS = 100
MODEL_CALLS = 40


@dataclass(frozen=True)
class Lifecycle:
    """Start, memory and swaps of two workers."""

    ready_seconds: float
    empty_ready_seconds: float
    private_mb: float
    private_mb_after_model: float
    swaps: int
    requests_while_swapping: int
    failed_while_swapping: int


def served(home: Path, workers: int = 1) -> Server:
    """Our service on the champion in `home`."""
    return Server(BENTOML, [OURS], "/readyz", {"BENTOML_HOME": str(home), "STORECAST_WORKERS": str(workers)})


def by_series(folder: Path) -> list[Cost]:
    """`/predict` on champions of more and more series, alternated."""
    with ExitStack() as stack:
        running, endpoints = {}, []
        for n_series in SERIES:
            home = champion_home(folder, f"with-{n_series}", n_series)
            running[home.name] = stack.enter_context(served(home))
            spread = [
                body | {"store": k * n_series // 500 // ITEMS + 1} for k, body in enumerate(predict_bodies())
            ]
            endpoints.append(Endpoint(f"{n_series:,} series", home.name, "/predict", spread, 8000))
        return compare(running, endpoints, folder)


def by_length(folder: Path) -> list[Cost]:
    """Lists of more and more entries: days to `/predict`, series to `/forecast`."""
    with served(champion_home(folder, "lists")) as server:
        return compare({"ours": server}, list(_lists()), folder)


def _lists() -> Iterator[Endpoint]:
    for length in LENGTHS:
        requests = max(5_000 // length, 30)
        entries = predict_bodies(length)
        yield Endpoint(f"`/predict`, list of {length:,}", "ours", "/predict", [entries], requests)
    for length in LENGTHS:
        requests = max(2_000 // length, 10)
        series = [body["series"][0] for body in forecast_bodies(min(length, STORES * ITEMS))]
        many = (series * 2)[:length]
        body = {"series": many, "horizon_days": 28}
        yield Endpoint(f"`/forecast`, 28 days, list of {length:,}", "ours", "/forecast", [body], requests)


def by_workers(folder: Path) -> list[Cost]:
    """Requests a second with one worker and with two, beside the load generator on the same cores."""
    endpoint = Endpoint("1 worker", "1", "/forecast", forecast_bodies(), 4000)
    homes = [champion_home(folder, f"workers-{workers}") for workers in (1, 2)]
    with served(homes[0], 1) as one, served(homes[1], 2) as two:
        endpoints = [endpoint, replace(endpoint, name="2 workers", server="2")]
        return compare({"1": one, "2": two}, endpoints, folder, connections=64)


def lifecycle(folder: Path) -> Lifecycle:
    """Start two workers, let both use the model, then swap champions under load."""
    home = champion_home(folder, "lifecycle")
    ready, empty_ready = _ready_seconds(home)
    with served(home, workers=2) as server:
        at_first = max(server.private_mb())
        for path, body in (("/forecast", own_history_body()), ("/predict", feature_row())):
            server.load(path, write_bodies(folder / "model-calls", [body]), requests=MODEL_CALLS)
        after_model = max(server.private_mb())
        before = _swaps(server)
        requests, failed = _swap_under_load(server, home, folder)
        swaps = _swaps(server) - before
        return Lifecycle(ready, empty_ready, at_first, after_model, swaps, requests, failed)


def _ready_seconds(home: Path) -> tuple[float, float]:
    """Median of some starts of our service and of an empty BentoML service, alternated, two workers each."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(STARTS):
        for service, seconds in zip((served(home, workers=2), empty(workers=2)), taken, strict=True):
            with service:
                seconds.append(service.ready_seconds)
    return median(taken[0]), median(taken[1])


def _swap_under_load(server: Server, home: Path, folder: Path) -> tuple[int, int]:
    """Requests endpoints while `SWAPS` champions were promoted, and how many of them failed."""
    options = [str(option) for option in (STORES * ITEMS, SWAPS, SWAP_PAUSE_SECONDS)]
    command = [sys.executable, "-m", "tests.benchmarks.champions", *options]
    env = os.environ | {"BENTOML_HOME": str(home)}
    bodies = write_bodies(folder / "while-swapping", predict_bodies())
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as promoting:
        assert promoting.stdout is not None
        promoting.stdout.readline()
        running = server.start_load(
            "/predict", bodies, requests=10**9, seconds=LONGEST_SECONDS, connections=SWAP_CONNECTIONS
        )
        promoting.communicate()
    time.sleep(SWAP_PAUSE_SECONDS)
    load = running.stop()
    return load.requests + load.lost, load.failed


def _swaps(server: Server) -> int:
    """Champions taken into service so far, by all workers."""
    with urllib.request.urlopen(f"http://{HOST}:{server.port}/metrics") as answer:
        found = re.search(r"^storecast_model_swaps_total (\S+)", answer.read().decode(), re.MULTILINE)
    return int(float(found[1])) if found else 0
