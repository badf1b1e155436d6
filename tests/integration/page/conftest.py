"""A real server with sales a planner has questions about, and Debian's Chromium to ask them in."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from data.panel import SalesPanel
from data.params import Paths
from data.series import SeriesIndex
from models.forecaster import ForecasterParams
from models.seed_estimators import SeedParams
from models.store import RECORD, ChampionRecord
from training.train import Settings, TrainParams, train

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = "/usr/bin/chromium"
# Without these Chromium looks for its maker's hosts at every start.
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")
N_STORES, N_ITEMS, N_DAYS = 3, 8, 800
PORTS = range(3240, 3290)
READY_SECONDS = 60


def planner_sales() -> SalesPanel:
    """Calm sales up to yesterday, but 1·3 stopped reporting, 2·5 stopped selling, 3·8 doubled, 3·1 is new."""
    rng = np.random.default_rng(7)
    end = np.datetime64(datetime.now(UTC).date() - timedelta(days=1), "D")
    dates = end - np.arange(N_DAYS)[::-1]
    number = dates.astype(np.int64)
    weekday = np.array([0.8, 0.9, 1.0, 1.0, 1.1, 1.4, 0.8])[(number + 3) % 7]
    season = 1 + 0.2 * np.sin(2 * np.pi * number / 365.25)
    level = np.geomspace(20, 90, N_STORES * N_ITEMS)
    sales = rng.poisson(level[:, None] * weekday * season).astype(np.float32)
    sales[2, -9:] = np.nan
    sales[12, -6:] = 0
    sales[23, -7:] *= 2
    sales[16, :-10] = np.nan
    stores = [store + 1 for store in range(N_STORES) for _ in range(N_ITEMS)]
    items = [item + 1 for _ in range(N_STORES) for item in range(N_ITEMS)]
    return SalesPanel(sales, dates[0], SeriesIndex.from_labels(stores, items))


@pytest.fixture(scope="session")
def version_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete version, as training saves it."""
    settings = Settings(
        forecaster=ForecasterParams(folds=2, backtest_rows=2_000, final_rows=2_000, rounds=10),
        train=TrainParams(seed=SeedParams(rows=500, rounds=5, forest_rows=300, forest_trees=3)),
    )
    paths = Paths(tmp_path_factory.mktemp("trained"))
    train(planner_sales(), settings, paths)
    return paths.challenger


@dataclass
class Server:
    """A running `bentoml serve`; `promote` puts a version into the store it watches."""

    port: int
    home: Path
    process: subprocess.Popen[bytes]
    promoted: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def health(self) -> dict[str, object]:
        with urlopen(f"{self.address}health") as answer:
            health: dict[str, object] = json.load(answer)
        return health

    def promote(self, version_folder: Path) -> str:
        """Import the version under a new name, as a promotion does, and wait until it serves."""
        self.promoted += 1
        folder = self.home / f"promoted-{self.promoted}"
        shutil.copytree(version_folder, folder)
        now = datetime.now(UTC)
        version = f"{now:%Y%m%dT%H%M%S}-{self.promoted:06x}"
        record = ChampionRecord.read(folder / RECORD)
        record.model_copy(update={"version": version, "created_at": now}).write(folder / RECORD)
        program = (
            "import sys; from pathlib import Path; from models.store import *; folder = Path(sys.argv[1]);"
            "import_to_bento(folder, ChampionRecord.read(folder / RECORD))"
        )
        subprocess.run(
            [sys.executable, "-c", program, str(folder)], cwd=ROOT, env=environment(self.home), check=True
        )
        wait_until(lambda: self.health()["model_version"] == version)
        return version


def environment(home: Path) -> dict[str, str]:
    ours = {
        "BENTOML_HOME": str(home),
        "BENTOML_DO_NOT_TRACK": "True",
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
    }
    return {**os.environ, **ours}


def wait_until(is_so: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if is_so():
                return
        except (URLError, ConnectionError):
            pass
        time.sleep(0.1)
    raise TimeoutError(f"It was still not so after {seconds} s.")


def free_port() -> int:
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError(f"No port is free in {PORTS}.")


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """`bentoml serve` on a home of its own, without a champion, from a folder that has none either."""
    port, home = free_port(), folder / "bentoml"
    home.mkdir()
    command = [sys.executable, "-m", "bentoml", "serve", "service.app:ForecastService", "--host", "127.0.0.1"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd=folder, env=environment(home), stdout=log, stderr=log
        )
        try:
            server = Server(port, home, process)
            wait_until(lambda: server.health()["service"] == "storecast")
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, version_folder: Path) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server")) as running:
        running.promote(version_folder)
        yield running


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    """A server that has no champion yet."""
    with serving(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", *QUIET]
        )
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB", accept_downloads=True
    )
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Iterator[Page]:
    """The page as a first visitor sees it; at the end nothing must have been said on its console."""
    opened, said = context.new_page(), list[str]()
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.goto(server.address)
    opened.wait_for_selector("#answer .uplot")
    yield opened
    assert said == []
