"""Remote champions: champion.json over HTTP, its files from a DVC remote, verified, kept in a folder.

DVC's HTTP layout names a file by the md5 of its content: `<remote>/files/md5/<first two digits>/<the rest>`.
That and champion.json's sha256 are all it takes, so no image needs dvc. S3 stays for the dvc command.
"""

import hashlib
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from filelock import FileLock, Timeout
from pydantic import ValidationError

from data.atomic_files import atomic_write_text
from data.errors import ArtifactError, NoChampionError
from models.storage.version_record import RECORD, ChampionRecord, FileDigest, verify
from service.api.forecasts import Forecasts
from service.core import metrics
from service.core.settings import Settings

log = logging.getLogger(__name__)

LATEST = "latest"
KEPT_VERSIONS = 2
MAX_RECORD_BYTES = 1024 * 1024
READ_TIMEOUT_SECONDS = 10.0
MAX_CLOCK_SKEW = timedelta(days=1)


class RemoteChampion:
    """Follows a champion.json: `sync` downloads a newer version, `folder` is the newest on disk.

    Workers share the folder: one fetches under a lock, all load the result. A version is put in place by
    one rename once every file is verified, so no reader ever sees half of one.
    """

    def __init__(self, settings: Settings) -> None:
        self._champion_url, self._files_url = str(settings.champion_url), str(settings.files_url).rstrip("/")
        auth = (settings.files_user, settings.files_password.get_secret_value())
        self._client = httpx.Client(
            auth=auth if any(auth) else None,
            timeout=min(READ_TIMEOUT_SECONDS, settings.remote_timeout_seconds),
            follow_redirects=True,
        )
        self._timeout, self._max_bytes = settings.remote_timeout_seconds, settings.max_champion_bytes
        self._cache = settings.champion_cache
        self._problem = "nothing was fetched yet"
        self._rejected: ChampionRecord | None = None
        self._verified: str | None = None  # once for each version: it takes reading all of it

    def folder(self) -> Path:
        """The newest version that was fetched whole; raises `NoChampionError` when there is none."""
        try:
            return self._cache / (self._cache / LATEST).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise NoChampionError(
                f"There is no champion from {_redacted(self._champion_url)}: {self._problem}."
            ) from error

    def sync(self) -> None:
        """Fetch the champion if it is newer; failures are counted and logged, not raised."""
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            with FileLock(self._cache / ".lock", timeout=0):
                self._fetch_newer()
        except Timeout:  # another worker is at it
            return
        except (httpx.HTTPError, OSError, ArtifactError) as error:
            self._problem = str(error) or type(error).__name__
            metrics.FAILED_SWAPS.labels("remote").inc()
            log.warning(
                "The champion from %s was not taken: %s.", _redacted(self._champion_url), self._problem
            )

    def _fetch_newer(self) -> None:
        record = self._record()
        if record.created_at <= self._newest():
            return
        if record == self._rejected:  # fetching it again would not help
            raise ArtifactError(f"version {record.version} could not be loaded")
        claimed = sum(digest.bytes for digest in record.served.values())
        if claimed > self._max_bytes:
            raise ArtifactError(f"it claims {claimed} bytes, expected at most {self._max_bytes}")
        with self._staging_folder() as folder:
            for name, digest in record.served.items():
                self._fetch_file(digest, folder / name)
            record.write(folder / RECORD)
            try:
                Forecasts.open(folder)
            except Exception as error:  # files that are what was promised, and of no use
                self._rejected = record
                raise ArtifactError(f"it cannot be loaded ({type(error).__name__}: {error})") from error
            shutil.rmtree(self._cache / record.version, ignore_errors=True)
            folder.rename(self._cache / record.version)
        atomic_write_text(self._cache / LATEST, record.version)
        self._verified = record.version
        log.info("Version %s was fetched from %s.", record.version, _redacted(self._files_url))
        self._delete_old_versions(record.version)

    def _record(self) -> ChampionRecord:
        content = b"".join(self._get(self._champion_url, MAX_RECORD_BYTES))
        try:
            record = ChampionRecord.model_validate_json(content)
        except ValidationError as error:
            raise ArtifactError(f"it is not a champion record ({error.error_count()} problems)") from error
        if RECORD in record.files:
            raise ArtifactError("it is not a champion record (it names itself among its files)")
        if record.created_at > datetime.now(UTC) + MAX_CLOCK_SKEW:  # later versions would seem older
            raise ArtifactError(
                f"it says that it was made on {record.created_at:%Y-%m-%d}, which is in the future"
            )
        return record

    def _newest(self) -> datetime:
        """When the version that is here was made; long ago when its files are no longer what was fetched."""
        try:
            folder = self.folder()
            record = ChampionRecord.read(folder / RECORD)
            if record.version != self._verified:
                verify(folder, record)
                self._verified = record.version
            return record.created_at
        except (NoChampionError, ArtifactError):
            return datetime.min.replace(tzinfo=UTC)

    def _fetch_file(self, digest: FileDigest, path: Path) -> None:
        url = f"{self._files_url}/files/md5/{digest.md5[:2]}/{digest.md5[2:]}"
        content = hashlib.sha256()
        with path.open("wb") as file:
            for chunk in self._get(url, digest.bytes):
                content.update(chunk)
                file.write(chunk)
        if content.hexdigest() != digest.sha256:
            raise ArtifactError(f"{path.name} is not the file the champion names (its sha256 differs)")

    def _get(self, url: str, max_bytes: int) -> Iterator[bytes]:
        deadline, received = time.monotonic() + self._timeout, 0
        with self._client.stream("GET", url) as response:
            if response.status_code != httpx.codes.OK:
                raise ArtifactError(f"{_redacted(url)} answered {response.status_code}")
            for chunk in response.iter_bytes():
                received += len(chunk)
                if received > max_bytes:
                    raise ArtifactError(f"{_redacted(url)} sends more than the {max_bytes} bytes expected")
                if time.monotonic() > deadline:
                    raise ArtifactError(f"{_redacted(url)} took longer than {self._timeout:g} s")
                yield chunk

    @contextmanager
    def _staging_folder(self) -> Iterator[Path]:
        folder = self._cache / ".unfinished"  # the lock leaves one writer; what a killed one left goes first
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _delete_old_versions(self, newest: str) -> None:
        """Remove all but the newest versions; one before the newest may still be serving somewhere."""
        others = sorted(path.parent for path in self._cache.glob(f"*/{RECORD}") if path.parent.name != newest)
        for folder in others[: 1 - KEPT_VERSIONS]:
            shutil.rmtree(folder, ignore_errors=True)


def _redacted(url: str) -> str:
    """An address without what may be secret in it."""
    parts = httpx.URL(url)
    return f"{parts.host}{parts.path}"
