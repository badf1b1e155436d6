"""Settings of a deployment, read from the environment: `STORECAST_API_KEYS=…`, `STORECAST_WORKERS=2`, …"""

import os
from pathlib import Path
from typing import Self

from pydantic import HttpUrl, PositiveFloat, PositiveInt, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import StorecastError


class Settings(BaseSettings):
    """Every default suits a first try on one's own machine."""

    model_config = SettingsConfigDict(
        env_prefix="STORECAST_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )  # hidden, because keys and passwords are among the input

    workers: PositiveInt = 1
    """Processes that answer; each holds its own model, the forecast table is shared memory."""
    timeout_seconds: PositiveFloat = 30
    """A request that takes longer is answered 504."""
    max_body_bytes: PositiveInt = 16 * 1024 * 1024
    """A larger body is answered 413."""
    fast_lane: bool = True
    """Answer plain `/predict` bodies before BentoML's own machinery; the answers are the same."""

    api_keys: SecretStr = SecretStr("")
    """Keys that open the data routes, separated by commas; none means open to all."""
    api_keys_file: Path | None = None
    """More keys, one a line, for example a mounted secret."""
    rate_limit_per_minute: PositiveInt | None = None
    """Requests allowed to one key, or one address without keys, over all workers; none means no limit."""
    admin_routes: bool = False
    """Whether `POST /admin/reload` exists; it always needs a key."""

    poll_seconds: PositiveFloat = 1
    """How often a worker looks for a newly promoted champion on disk."""
    champion_url: HttpUrl | None = None
    """Address of a champion.json to follow, for example the raw file on the git host."""
    files_url: HttpUrl | None = None
    """The DVC remote over HTTP that holds the champion's files by md5."""
    files_user: str = ""
    files_password: SecretStr = SecretStr("")
    """Basic authentication of both addresses."""
    remote_poll_seconds: PositiveFloat = 60
    """How often the address of the champion is polled."""
    remote_timeout_seconds: PositiveFloat = 60
    """A download that takes longer is tried again in the next round."""
    max_champion_bytes: PositiveInt = 1024 * 1024 * 1024
    """A remote champion that claims or sends more is refused."""
    cache_dir: Path | None = None
    """Where remote champions are kept; by default a folder in BENTOML_HOME."""

    frame_ancestors: str = "'none'"
    """Who may show the page in a frame, as Content-Security-Policy writes it; a Space needs its host here."""
    reports_dir: Path = Path("reports")
    """Where the last drift summary is looked for."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        try:
            keys = self.keys
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"STORECAST_API_KEYS_FILE cannot be read: {error}") from error
        if self.api_keys_file and not keys:
            raise ValueError(f"STORECAST_API_KEYS_FILE: {self.api_keys_file} holds no key")
        if self.admin_routes and not keys:
            raise ValueError("STORECAST_ADMIN_ROUTES needs STORECAST_API_KEYS or STORECAST_API_KEYS_FILE")
        if (self.champion_url is None) != (self.files_url is None):
            raise ValueError("STORECAST_CHAMPION_URL and STORECAST_FILES_URL are needed together")
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """All API keys, from the environment and from the file."""
        lines = self.api_keys_file.read_text(encoding="utf-8").splitlines() if self.api_keys_file else []
        given = [*self.api_keys.get_secret_value().split(","), *lines]
        return tuple(key for key in map(str.strip, given) if key)

    @property
    def champion_cache(self) -> Path:
        """Folder of remote champions."""
        return self.cache_dir or bentoml_home() / "champions"


def read_settings() -> Settings:
    """The settings of a job's environment; raises `StorecastError` naming the first that is invalid."""
    try:
        return Settings()
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = "".join(f"STORECAST_{field}: ".upper() for field in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        raise StorecastError(f"{name}{message}.", hint="Correct this setting in the environment.") from error


def bentoml_home() -> Path:
    """BentoML's own folder, which has to be writable wherever a server runs."""
    return Path(os.environ.get("BENTOML_HOME") or Path.home() / "bentoml")


def metrics_folder() -> Path | None:
    """A folder that all workers of a server share, empty at its start; None without a server."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(folder) if folder else None
