"""The image and the Compose stack, built and run without a registry."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from models.storage.version_record import RECORD, ChampionRecord
from service.deploy.smoke import smoke
from tests.integration.serving import free_port, import_champion, wait_until
from tests.integration.ship.engine import (
    BASE,
    IMAGE,
    LOCKED_DOWN,
    monitoring_images,
    podman,
    run,
    settings_of_engine,
)
from tests.integration.ship.packing import PLANTED, SECRETS

pytestmark = [pytest.mark.tools, pytest.mark.timeout(900)]

MAX_BYTES = 520_000_000
STACK = "storecast-tested"
IN_STACK = (
    "storecast",
    "pushgateway",
    "alertmanager",
    "prometheus",
)  # without Grafana, which is not a Debian package
KEY = {"X-API-Key": SECRETS["STORECAST_API_KEYS"]}


@pytest.fixture(scope="module")
def home(champion_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BentoML home with the champion, and later its bento."""
    home = tmp_path_factory.mktemp("image") / "home"
    import_champion(champion_folder, home)
    return home


@pytest.fixture(scope="module")
def build_log(home: Path) -> str:
    """The output of `make image-local`, which builds the image."""
    if os.geteuid() != 0:
        pytest.skip("building images here needs root")
    port, settings = free_port(), {"BENTOML_HOME": str(home)}
    return run("make", "image-local", f"IMAGE={IMAGE}", f"SMOKE_PORT={port}", settings=settings)


@pytest.fixture(scope="module")
def version(champion_folder: Path) -> str:
    return ChampionRecord.read(champion_folder / RECORD).version


def test_make_image_local_runs_the_image(build_log: str, version: str) -> None:
    assert f"serves {version}" in build_log
    assert "It ran as user 1000, read-only, without capabilities." in build_log


@pytest.mark.usefixtures("build_log")
def test_the_image_is_small_not_root_and_has_a_health_check() -> None:
    [image] = json.loads(podman("image", "inspect", IMAGE))
    assert image["Size"] < MAX_BYTES
    assert image["Config"]["User"] == "bentoml"
    assert "/readyz" in str(image["HealthCheck"] if "HealthCheck" in image else image["Healthcheck"])


@pytest.mark.usefixtures("build_log")
def test_no_layer_of_the_image_holds_a_secret_or_settings_of_this_machine(tmp_path: Path) -> None:
    podman("save", "--format=docker-archive", f"--output={tmp_path}/image.tar", IMAGE)
    found = [
        text
        for text in (PLANTED.decode(), str(settings_of_engine().parent))
        if subprocess.run(["grep", "-qaF", text, tmp_path / "image.tar"]).returncode == 0
    ]
    assert not found
    assert PLANTED.decode() not in podman("history", "--no-trunc", IMAGE)


@pytest.mark.usefixtures("build_log")
def test_a_container_answers_on_its_port_and_logs_no_secret(version: str) -> None:
    port, name = free_port(), "storecast-tested-alone"
    secrets = [f"--env={name}" for name in SECRETS]
    published = f"--publish=127.0.0.1:{port}:7860"
    podman("run", "--detach", f"--name={name}", published, "--env=PORT=7860", *secrets, *LOCKED_DOWN, IMAGE)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=KEY, timeout=10) as client:
            assert version in smoke(client, version)
            client.post("/predict", json={}, headers={"X-API-Key": "planted-but-wrong"})
        assert podman("exec", name, "id", "-u").strip() == "1000"
        assert "CapEff:\t0000000000000000" in podman("exec", name, "cat", "/proc/1/status")
        podman("exec", name, "python", "-c", "open('/tmp/writable', 'w')")
        assert "Read-only file system" in podman(
            "exec", name, "python", "-c", "open('/home/bentoml/no', 'w')", check=False
        )
        assert PLANTED.decode() not in podman("logs", name)
    finally:
        podman("rm", "--force", "--time=15", name)


@pytest.mark.usefixtures("build_log")
def test_the_folder_deployed_to_a_space_builds_and_answers(home: Path, version: str, tmp_path: Path) -> None:
    render = "import sys, pathlib, service.deploy.space as space; space.render(pathlib.Path(sys.argv[1]))"
    run(sys.executable, "-c", render, tmp_path / "space", settings={"BENTOML_HOME": str(home)})
    image, port, name = "localhost/storecast-space", free_port(), "storecast-tested-space"
    podman(
        "build",
        "--quiet",
        "--format=docker",
        f"--build-arg=BASE_IMAGE={BASE}",
        f"--tag={image}",
        tmp_path / "space",
    )
    podman("run", "--detach", f"--name={name}", f"--publish=127.0.0.1:{port}:7860", "--user=1000", image)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            assert version in smoke(client, version)
    finally:
        podman("rm", "--force", "--time=15", name)


@pytest.fixture(scope="module")
def stack(build_log: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """The running services of docker-compose.yml, by name with their ports."""
    assert build_log
    assert podman("image", "exists", BASE) == ""
    names = {"storecast": "PORT", **{name: f"{name.upper()}_PORT" for name in IN_STACK[1:]}}
    ports = {name: free_port() for name in IN_STACK}
    settings = {names[name]: str(port) for name, port in ports.items()}
    settings |= {"STORECAST_IMAGE": IMAGE, "GRAFANA_PASSWORD": "planted-grafana"}
    settings |= monitoring_images(tmp_path_factory.mktemp("images"))
    compose = ("podman-compose", "--project-name", STACK)
    try:
        printed = run(*compose, "up", "--detach", *IN_STACK, settings=settings)
        assert SECRETS["STORECAST_API_KEYS"] not in printed
        yield ports
    finally:
        run(*compose, "down", "--volumes", settings=settings)


def test_the_stack_serves_and_prometheus_scrapes_all_of_it(stack: dict[str, int], version: str) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{stack['storecast']}", headers=KEY, timeout=10) as client:
        assert version in smoke(client, version)

    def health() -> dict[str, str]:
        answer = httpx.get(f"http://127.0.0.1:{stack['prometheus']}/api/v1/targets").json()
        return {target["labels"]["job"]: target["health"] for target in answer["data"]["activeTargets"]}

    everything = dict.fromkeys((*IN_STACK,), "up")
    wait_until(lambda: health() == everything, "every target to be up")


def test_pushed_metrics_survive_a_restart(stack: dict[str, int]) -> None:
    gateway, name = f"http://127.0.0.1:{stack['pushgateway']}", f"{STACK}_pushgateway_1"
    httpx.put(f"{gateway}/metrics/job/train", content="storecast_wape_share 0.1\n").raise_for_status()
    podman("restart", "--time=15", name)

    def is_kept() -> bool:
        try:
            return 'storecast_wape_share{instance="",job="train"} 0.1' in httpx.get(f"{gateway}/metrics").text
        except httpx.TransportError:
            return False

    wait_until(is_kept, "the pushed metric after the restart")


def test_prometheus_raises_an_alert_and_knows_its_alertmanager(stack: dict[str, int]) -> None:
    podman("stop", "--time=2", f"{STACK}_pushgateway_1")

    def is_pending() -> bool:
        answer = httpx.get(f"http://127.0.0.1:{stack['prometheus']}/api/v1/alerts").json()
        return "StorecastPushgatewayDown" in str(answer["data"]["alerts"])

    wait_until(is_pending, "the alert in Prometheus")
    receivers = httpx.get(f"http://127.0.0.1:{stack['prometheus']}/api/v1/alertmanagers").json()
    assert receivers["data"]["activeAlertmanagers"]
    assert httpx.get(f"http://127.0.0.1:{stack['alertmanager']}/-/ready").status_code == 200
