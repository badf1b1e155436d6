"""A real server with sales that need attention, and Debian's Chromium."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from data.panel.sales_panel import SalesPanel
from data.panel.series_index import SeriesIndex
from data.params import Paths
from models.baselines.seed_estimators import SeedParams
from models.forecaster.forecaster import ForecasterParams
from tests.integration.page.shown import expect_settled
from tests.integration.serving import Service, import_champion, later_version, wait_until
from training.train import Settings, TrainParams, train

CHROMIUM = "/usr/bin/chromium"
# Without these Chromium contacts its maker's hosts at every start.
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")
NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED"  # another container started or ended: Chromium retries
PATIENCE_MS = 30_000  # on a busy machine; a wrong state stays wrong
N_STORES, N_ITEMS, N_DAYS = 3, 8, 800
LONG_SILENCE_DAYS = 200


def planner_sales() -> SalesPanel:
    """Regular sales up to yesterday; but 1·3 stops reporting, 2·5 stops selling, 3·8 doubles, 3·1 is new,

    and 1·6 has had no record for long."""
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
    sales[5, -LONG_SILENCE_DAYS:] = np.nan
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


class Server(Service):
    """A running server without a champion yet; `promote` puts a version into the store it watches."""

    promoted = 0

    @property
    def address(self) -> str:
        return f"{self.url}/"

    def promote(self, version_folder: Path) -> str:
        """Import the version as one made later, as a promotion does, and wait until it serves."""
        self.promoted += 1
        folder = self.folder / f"promoted-{self.promoted}"
        version = later_version(version_folder, folder, self.promoted).version
        import_champion(folder, self.home)
        wait_until(lambda: self.version() == version, "the new version to serve")
        return version


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, version_folder: Path) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server")) as running:
        running.promote(version_folder)
        yield running


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    """A server that has no champion yet."""
    with Server(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
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
    """The page as a first visitor sees it; its console must stay empty."""
    opened, messages = context.new_page(), list[str]()

    def note(message: ConsoleMessage) -> None:
        if NETWORK_CHANGED not in message.text:
            messages.append(message.text)

    opened.on("console", note)
    opened.on("pageerror", lambda error: messages.append(str(error)))
    opened.goto(server.address)
    expect_settled(opened)
    yield opened
    assert messages == []
