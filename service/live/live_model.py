"""The model that serves: a newer one is found, verified and warmed up, then replaces it."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from data.errors import NoChampionError, StorecastError
from data.params import Paths
from models.storage.bento_store import NAME
from models.storage.version_record import RECORD, ChampionRecord
from service.api.forecasts import Forecasts
from service.core import metrics

log = logging.getLogger(__name__)

Source = Callable[[], Path]
"""Gives the version folder of the champion one place holds; raises `NoChampionError` when it holds none."""

FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 1.0, 60.0


class LiveModel:
    """Serves the newest champion its sources hold, and keeps the one it has whenever a newer cannot be had.

    It never goes back to an older one: a source that lost its champion or offers a damaged one does not make
    the current one wrong. A deliberate roll-back creates a new version.

    `current` is read once per request and replaced as a whole: one model answers the whole request, and no
    request waits for a swap.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.current: Forecasts | None = None
        self.reason: str | None = "No champion has been looked for yet."
        self._sources = sources
        self._lock = threading.Lock()
        self._reported_older: str | None = None
        self._retries: dict[Path, tuple[float, float]] = {}

    @property
    def forecasts(self) -> Forecasts:
        """What serves now; raises `NoChampionError` with the reason when nothing does."""
        if self.current is None:
            raise NoChampionError(
                f"There is no model to answer with. {self.reason}",
                hint="GET /health reports when there is one.",
            )
        return self.current

    def warm_up(self) -> None:
        """Load what the first model needs for model calls: it takes seconds, look-ups do not need it."""
        if self.current is not None:
            try:
                self.current.warm_up()
            except Exception as error:  # requests for the model get the reason; look-ups need none of it
                log.warning("Version %s: the model could not be loaded: %s", self.current.version, error)

    def refresh(self) -> None:
        """Take the newest champion into service that can be loaded; never raises."""
        with self._lock:
            missing: list[str] = []
            offers = [offer for source in self._sources if (offer := _read_source(source, missing))]
            if self.current is None and not offers:
                self.reason = " ".join(missing)
            for record, folder in sorted(offers, key=lambda offer: offer[0].created_at, reverse=True):
                if self.current is not None and record.created_at <= self.current.champion.record.created_at:
                    if record.version not in (self.current.version, self._reported_older):  # once
                        self._reported_older, serving = record.version, self.current.version
                        log.warning(
                            "Version %s is older than %s, which keeps serving.", record.version, serving
                        )
                    break
                if self._swap_in(record, folder):
                    break

    def _swap_in(self, record: ChampionRecord, folder: Path) -> bool:
        """Load one version and swap it in; one that failed is left alone for a while, then tried again."""
        retry_at, delay = self._retries.get(folder, (0.0, FIRST_RETRY_SECONDS))
        if time.monotonic() < retry_at:
            return False
        started = time.perf_counter()
        try:
            forecasts = Forecasts.open(folder)
            if self.current is not None:  # the first one serves look-ups while it warms up
                forecasts.warm_up()
        except Exception as error:  # no damage may stop the model that serves
            self._retries[folder] = (time.monotonic() + delay, min(2 * delay, LAST_RETRY_SECONDS))
            serving = f"{self.current.version} keeps serving" if self.current else "nothing serves"
            detail = str(error) if isinstance(error, StorecastError) else f"{type(error).__name__}: {error}"
            self.reason = f"Version {record.version} could not be loaded, {serving}: {detail}"
            metrics.FAILED_SWAPS.labels("load").inc()
            log.warning("%s", self.reason)
            return False
        before, self.current, self.reason = self.current, forecasts, None
        self._retries.clear()
        metrics.SWAPS.inc()
        log.info(
            "Version %s (%s, cutoff %s) serves after %.0f ms; before it: %s.",
            *(record.version, record.kind, record.cutoff, 1000 * (time.perf_counter() - started)),
            before.version if before else "nothing",
        )
        return True


def _read_source(source: Source, missing: list[str]) -> tuple[ChampionRecord, Path] | None:
    """A source's champion; None, and a sentence why, when it has none."""
    try:
        folder = source()
        return ChampionRecord.read(folder / RECORD), folder
    except StorecastError as error:
        missing.append(str(error))
    except Exception as error:  # a store that is being written to fails in any way
        missing.append(f"The model store cannot be read: {error}.")
    return None


def champion_of_store() -> Path:
    """`storecast:latest` of BentoML's model store; inside a bento, of the store that was built into it."""
    import bentoml

    try:
        return Path(bentoml.models.get(f"{NAME}:latest").path)
    except bentoml.exceptions.NotFound as error:
        raise NoChampionError(
            f"BentoML's model store has no {NAME}:latest.",
            hint="Run `make train`, which imports the champion.",
        ) from error


def champion_of_clone() -> Path:
    """The champion of the checkout the server runs in: found also where BentoML's store is another one."""
    paths = Paths()
    return paths.versions / ChampionRecord.read(paths.champion_json).version


def run_periodically(seconds: float, action: Callable[[], None], name: str) -> threading.Event:
    """Repeat an action in a daemon thread, first at once, until the event that is returned is set."""
    stop = threading.Event()

    def repeat() -> None:
        while True:
            try:
                action()
            except Exception:  # an ended thread would silently keep an old model
                log.exception("%s failed; trying again in %.0f s.", name, seconds)
            if stop.wait(seconds):
                return

    threading.Thread(target=repeat, name=name, daemon=True).start()
    return stop
