"""Content of a Hugging Face Space: the bento as a folder with a Dockerfile, and the service's settings."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.atomic_files import atomic_write_text
from data.errors import ArtifactError
from models.storage.bento_store import NAME
from models.storage.version_record import RECORD, ChampionRecord

PORT = 7860
SECRETS = ("STORECAST_API_KEYS", "STORECAST_FILES_USER", "STORECAST_FILES_PASSWORD")
VARIABLES = ("STORECAST_CHAMPION_URL", "STORECAST_FILES_URL", "STORECAST_RATE_LIMIT_PER_MINUTE")
FIXED = {"STORECAST_FRAME_ANCESTORS": "https://huggingface.co"}  # its page shows the Space in a frame

FRONT_MATTER = f"""\
---
title: Storecast
emoji: 📦
colorFrom: blue
colorTo: green
sdk: docker
app_port: {PORT}
license: apache-2.0
---

"""


@dataclass(frozen=True)
class Content:
    """A rendered Space: the folder to upload, its bento and model, and settings by name."""

    folder: Path
    bento: str
    version: str
    secrets: dict[str, str]
    variables: dict[str, str]

    @property
    def follows(self) -> bool:
        """Whether it loads remote champions, and so may serve another version than its own."""
        return "STORECAST_CHAMPION_URL" in self.variables

    def lines(self) -> Iterator[str]:
        """What is uploaded, line by line; only the names of secrets."""
        yield f"Model {self.version} in bento {self.bento}"
        for path in sorted(path for path in self.folder.rglob("*") if path.is_file()):
            yield f"  {path.stat().st_size:>9} {path.relative_to(self.folder)}"
        yield f"Secrets: {', '.join(self.secrets) or 'none'}"
        for name, value in self.variables.items():
            yield f"{name} = {value}"


def render(folder: Path) -> Content:
    """Write `storecast:latest` of BentoML's store to an empty folder, as a Space builds it.

    Raises `ArtifactError` when there is no bento.
    """
    import bentoml

    try:
        bento = bentoml.bentos.get(f"{NAME}:latest")
    except bentoml.exceptions.NotFound as error:
        raise ArtifactError(
            f"There is no bento {NAME}:latest in BentoML's store.", hint="Run `make bento`."
        ) from error
    bentoml.bentos.export_bento(bento.tag, str(folder), output_format="folder")
    dockerfile = (folder / "env" / "docker" / "Dockerfile").read_text(encoding="utf-8")
    atomic_write_text(folder / "Dockerfile", f"{dockerfile.rstrip()}\nENV PORT={PORT}\n")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    atomic_write_text(folder / "README.md", FRONT_MATTER + readme)
    [record] = folder.glob(f"models/{NAME}/*/{RECORD}")
    version = ChampionRecord.read(record).version
    return Content(folder, str(bento.tag.version), version, _given(SECRETS), FIXED | _given(VARIABLES))


def _given(names: tuple[str, ...]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if os.environ.get(name)}
