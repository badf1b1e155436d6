"""The bento: small, reproducible, without anything that serving does not need, and it serves on its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from models.storage.version_record import RECORD, ChampionRecord
from service.deploy.smoke import smoke
from tests.integration.serving import free_port
from tests.integration.ship.packing import PLANTED, ROOT, SECRETS, build, files, files_with_secrets

MAX_MB_WITHOUT_MODEL = 2


@pytest.fixture(scope="module")
def bento(champion_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(champion_folder, tmp_path_factory.mktemp("bento"))


def contents(bento: Path) -> dict[str, bytes]:
    return {str(path.relative_to(bento)): path.read_bytes() for path in files(bento)}


def pins(requirements: str) -> set[str]:
    return {re.split(r"[;\\]", line)[0].strip() for line in requirements.splitlines() if "==" in line}


def test_the_bento_contains_only_what_serving_needs(bento: Path) -> None:
    entries = {path.relative_to(bento / "src").parts[0] for path in files(bento / "src")}
    assert entries - {"drift"} == {"data", "models", "service", "bentofile.yaml"}
    kinds = {path.suffix for path in files(bento / "src")}
    assert kinds <= {".py", ".js", ".css", ".html", ".svg", ".j2", ".md", ".yaml", ""}
    assert not [path for path in files(bento) if "__pycache__" in path.parts or path.name.startswith("test_")]


def test_the_bento_is_small(bento: Path, champion_folder: Path) -> None:
    size = sum(path.stat().st_size for path in files(bento))
    model = sum(path.stat().st_size for path in files(bento / "models"))
    assert (size - model) / 1e6 < MAX_MB_WITHOUT_MODEL
    record = ChampionRecord.read(champion_folder / RECORD)
    assert {path.name for path in files(bento / "models")} - {"model.yaml", "latest"} == {
        *record.served,
        RECORD,
    }


def test_the_bento_installs_the_lock_and_names_no_index(bento: Path) -> None:
    required = (bento / "env/python/requirements.txt").read_text()
    locked = (ROOT / "requirements/serve.txt").read_text()
    assert pins(required) == pins(locked)
    assert "://" not in required
    assert not re.search(r"evidently|dvc|pandas|pyarrow|scikit-learn|pytest", required)


def test_the_same_sources_and_model_make_the_same_bento(
    bento: Path, champion_folder: Path, tmp_path: Path
) -> None:
    once, again = contents(bento), contents(build(champion_folder, tmp_path))
    for description in (once, again):
        definition = yaml.safe_load(description.pop("bento.yaml"))
        description["bento.yaml"] = json.dumps(
            {
                name: definition[name]
                for name in ("service", "labels", "schema", "image")
                if name in definition
            }
        ).encode()
    strip = re.compile(rb"creation_time: .*|20\d{6}t\d{6}-[0-9a-f]{6}")
    differ = {
        name
        for name in once.keys() | again.keys()
        if strip.sub(b"", once[name]) != strip.sub(b"", again[name])
    }
    assert not differ


def test_no_secret_of_the_building_machine_is_in_it(bento: Path) -> None:
    assert not list(files_with_secrets(bento))


def test_the_bento_serves_with_an_empty_store_and_logs_no_secret(
    bento: Path, tmp_path: Path, champion_folder: Path
) -> None:
    port = free_port()
    keep = {"PATH", "LANG", "SSL_CERT_FILE"}
    environment = {name: value for name, value in os.environ.items() if name in keep} | SECRETS
    environment |= {
        "BENTOML_HOME": str(tmp_path / "home"),
        "BENTOML_DO_NOT_TRACK": "True",
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # other tests look at what was built
    }
    command = [sys.executable, "-m", "bentoml", "serve", "--host", "127.0.0.1", "--port", str(port), "."]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=bento, env=environment, stdout=log, stderr=log)
    try:
        key = {"X-API-Key": SECRETS["STORECAST_API_KEYS"]}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=key, timeout=10) as client:
            version = ChampionRecord.read(champion_folder / RECORD).version
            assert version in smoke(client, version)
            refused = client.post("/predict", json={}, headers={"X-API-Key": "planted-but-wrong"})
            assert refused.status_code == 401
    finally:
        server.terminate()
        server.wait(30)
    assert PLANTED not in (tmp_path / "log").read_bytes()
