"""The container engine of `make image-local`, and helpers to run commands with it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.integration.ship.packing import ROOT, SECRETS

BASE, IMAGE = "localhost/python-base:3.11", "localhost/storecast-tested:latest"
SERVERS = ("prometheus", "alertmanager", "pushgateway")
LOCKED_DOWN = (
    "--user=1000:1000",
    "--read-only",
    "--tmpfs=/tmp",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
)


def settings_of_engine() -> Path:
    """Where `make image-local` keeps this machine's engine settings."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("LOCAL_ENGINE") or cache / "storecast")
    return Path(os.environ.get("CONTAINERS_CONF") or folder / "containers.conf")


def podman(*arguments: str | Path, check: bool = True) -> str:
    """Run the engine; returns its output, standard error included."""
    return run("podman", *arguments, check=check)


def run(*command: str | Path, check: bool = True, settings: Mapping[str, str] | None = None) -> str:
    """Run a command with the engine's settings and secrets in its environment; returns its output."""
    environment = {**os.environ, **SECRETS, "CONTAINERS_CONF": str(settings_of_engine()), **(settings or {})}
    done = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert not check or done.returncode == 0, done.stdout
    return done.stdout


def monitoring_images(folder: Path) -> Mapping[str, str]:
    """Build images of Debian's servers; returns their names by variable of docker-compose.yml."""
    shutil.copytree(
        "/usr/share/prometheus/alertmanager", folder / "templates", ignore=shutil.ignore_patterns("ui")
    )
    shutil.copy(Path(__file__).with_name("Containerfile"), folder)
    images = {}
    for name in SERVERS:
        program = shutil.which(name) or shutil.which(f"prometheus-{name}")
        assert program, f"{name} is missing: run make tools"
        shutil.copy(program, folder / name)
        images[f"{name.upper()}_IMAGE"] = f"localhost/debian-{name}"
        podman("build", "--quiet", f"--build-arg=NAME={name}", f"--tag=localhost/debian-{name}", folder)
    return images
