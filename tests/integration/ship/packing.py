"""Bentos of the small champion, built as `make bento` does, and secrets that none of them may contain."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

from tests.integration.serving import import_champion

ROOT = Path(__file__).resolve().parents[3]
SECRETS = {
    "STORECAST_API_KEYS": "planted-api-key",
    "STORECAST_FILES_USER": "planted-user",
    "STORECAST_FILES_PASSWORD": "planted-password",
    "STORECAST_PUSHGATEWAY": "http://planted-user:planted-password@127.0.0.1:9",
    "HF_TOKEN": "hf_planted-token",
    "AWS_SECRET_ACCESS_KEY": "planted-aws-secret",
}
PLANTED = b"planted-"


def bentoml(home: Path, *command: str) -> str:
    """Run BentoML in the project's root with secrets in its environment; returns its output."""
    environment = {**os.environ, **SECRETS, "BENTOML_HOME": str(home), "BENTOML_DO_NOT_TRACK": "True"}
    run = [sys.executable, "-m", "bentoml", *command]
    done = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(champion_folder: Path, folder: Path) -> Path:
    """Build a bento in a store of its own, export and unpack it; returns its folder."""
    home, unpacked = folder / "home", folder / "bento"
    if not home.exists():
        import_champion(champion_folder, home)
    bentoml(home, "build")
    archive = folder / "storecast.bento"
    archive.unlink(missing_ok=True)
    bentoml(home, "export", "storecast:latest", str(archive))
    with tarfile.open(archive) as packed:
        packed.extractall(unpacked, filter="data")
    return unpacked


def files_with_secrets(folder: Path) -> Iterator[Path]:
    """Files that hold a planted secret."""
    return (path for path in files(folder) if PLANTED in path.read_bytes())


def files(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
