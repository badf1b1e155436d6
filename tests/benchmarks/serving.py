"""CPU per request of the service beside empty endpoints and original project, alternated in one run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.champions import FIRST_FORECAST, ITEMS, STORES
from tests.benchmarks.server import BENTOML, ROOT, UVICORN, Load, Server

ROUNDS = 5
WARM_UP = 300
SERVERS = "tests.benchmarks.servers"
OURS = "service.app:ForecastService"


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of one server: `bodies` in turn, `requests` of them a round."""

    name: str
    server: str
    path: str
    bodies: Sequence[Any]
    requests: int


@dataclass(frozen=True)
class Cost:
    """The best of all rounds: whatever else the machine does only adds to a round."""

    endpoint: Endpoint
    cpu_us: float
    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


def predict_bodies(n: int = 500) -> list[dict[str, Any]]:
    """Different series on different days."""
    days = [str(FIRST_FORECAST + timedelta(days=step)) for step in range(90)]
    return [{"store": k % STORES + 1, "item": k % ITEMS + 1, "date": days[k % 90]} for k in range(n)]


def forecast_bodies(n: int = 500, horizon_days: int = 90) -> list[dict[str, Any]]:
    """One series each."""
    pairs = [(k % STORES + 1, k % ITEMS + 1) for k in range(n)]
    return [
        {"series": [{"store": store, "item": item}], "horizon_days": horizon_days} for store, item in pairs
    ]


def own_history_body(history_days: int = 364) -> dict[str, Any]:
    """One series with its history, which takes the model itself."""
    first = FIRST_FORECAST - timedelta(days=history_days)
    history = [{"date": str(first + timedelta(days=k)), "sales": 20 + k % 7} for k in range(history_days)]
    return {"series": [{"store": 1, "item": 1, "history": history}], "horizon_days": 90}


def feature_row() -> dict[str, Any]:
    """The ten features of the seed."""
    date = {"year": 2015, "month": 3, "day": 20, "dayofweek": 4, "is_weekend": 0}
    return date | {"lag_1": 31, "lag_7": 28, "lag_30": 25, "rolling_mean_7": 27.5, "rolling_mean_30": 26.1}


def endpoints() -> list[Endpoint]:
    """What is compared; the empty BentoML endpoint and original project are what the others are ratios of."""
    predict = predict_bodies()
    return [
        Endpoint("`/predict`", "storecast", "/predict", predict, 8000),
        Endpoint("`/predict`, fast path off", "storecast, api", "/predict", predict, 4000),
        Endpoint("`/forecast`, 1 series, 90 days", "storecast", "/forecast", forecast_bodies(), 3000),
        Endpoint(
            "`/forecast`, 1 series with its history", "storecast", "/forecast", [own_history_body()], 150
        ),
        Endpoint("`/explain`", "storecast", "/explain", predict, 300),
        Endpoint("empty BentoML endpoint", "empty BentoML", "/predict", predict, 4000),
        Endpoint("empty FastAPI endpoint", "empty FastAPI", "/predict", predict, 6000),
        Endpoint("original project", "seed", "/predict", [feature_row()], 500),
    ]


def servers(folder: Path) -> dict[str, Server]:
    """One of each kind, one worker each; two on one home would empty each other's metrics."""
    ours, with_api = (
        {"BENTOML_HOME": str(champion_home(folder, name)), "STORECAST_WORKERS": "1"}
        for name in ("fast", "api")
    )
    with_api["STORECAST_FAST_LANE"] = "false"
    return {
        "storecast": Server(BENTOML, [OURS], "/readyz", ours),
        "storecast, api": Server(BENTOML, [OURS], "/readyz", with_api),
        "empty BentoML": empty(),
        "empty FastAPI": Server(UVICORN, [f"{SERVERS}.empty_fastapi:app"], "/openapi.json"),
        "seed": Server(UVICORN, ["--factory", f"{SERVERS}.seed_service:app"], "/openapi.json"),
    }


def empty(workers: int = 1) -> Server:
    """The empty BentoML service."""
    return Server(
        BENTOML, [f"{SERVERS}.empty_bento:EmptyService"], "/readyz", {"EMPTY_WORKERS": str(workers)}
    )


def champion_home(folder: Path, name: str, n_series: int = STORES * ITEMS) -> Path:
    """A BentoML home of its own, with a champion of that many series in its store."""
    made = folder / f"champion-of-{n_series}"
    if not made.exists():
        command = [sys.executable, "-m", "tests.benchmarks.champions", str(n_series)]
        env = os.environ | {"BENTOML_HOME": str(made)}
        subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    return Path(shutil.copytree(made, folder / name))


def compare(
    running: Mapping[str, Server], endpoints: Sequence[Endpoint], folder: Path, connections: int = 16
) -> list[Cost]:
    """Round after round, every endpoint in turn."""
    files = [write_bodies(folder / f"bodies-{k}", endpoint.bodies) for k, endpoint in enumerate(endpoints)]
    rounds: list[list[tuple[float, Load]]] = [[] for _ in endpoints]
    for number in range(ROUNDS + 1):
        for endpoint, file, measured in zip(endpoints, files, rounds, strict=True):
            server = running[endpoint.server]
            requests = endpoint.requests if number else min(WARM_UP, endpoint.requests)
            before = server.cpu_seconds()
            load = server.load(endpoint.path, file, requests=requests, connections=connections)
            if number:
                measured.append(((server.cpu_seconds() - before) / load.requests, load))
    return [_best(endpoint, measured) for endpoint, measured in zip(endpoints, rounds, strict=True)]


def write_bodies(file: Path, bodies: Sequence[Any]) -> Path:
    """One JSON body a line, as the load generator reads them."""
    file.write_text("\n".join(json.dumps(body) for body in bodies))
    return file


def _best(endpoint: Endpoint, measured: Sequence[tuple[float, Load]]) -> Cost:
    loads = [load for _, load in measured]
    return Cost(
        endpoint,
        cpu_us=min(seconds for seconds, _ in measured) * 1e6,
        per_second=max(load.per_second for load in loads),
        p50_ms=min(load.p50_ms for load in loads),
        p99_ms=min(load.p99_ms for load in loads),
        failed=sum(load.failed for load in loads),
    )


def endpoint_costs(folder: Path) -> list[Cost]:
    """All endpoints, on a champion of 500 series."""
    with ExitStack() as stack:
        running = {name: stack.enter_context(server) for name, server in servers(folder).items()}
        return compare(running, endpoints(), folder)
