"""service.core.settings: what the environment may set."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from service import openapi_snapshot
from service.batch import __main__ as batch
from service.core.settings import Settings, bentoml_home, metrics_folder
from service.deploy import __main__ as deploy
from service.deploy import smoke


def test_every_guard_is_off_by_default() -> None:
    settings = Settings()
    assert settings.keys == ()
    assert settings.rate_limit_per_minute is None
    assert not settings.admin_routes
    assert settings.champion_url is None


def test_keys_come_from_the_environment_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").write_text("three\n\n four \n", encoding="utf-8")
    monkeypatch.setenv("STORECAST_API_KEYS", "one, two,")
    monkeypatch.setenv("STORECAST_API_KEYS_FILE", str(tmp_path / "keys"))
    assert Settings().keys == ("one", "two", "three", "four")


@pytest.mark.parametrize("content", [None, b"\n", b"\xff\xfe"])
def test_a_key_file_without_keys_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "keys").write_bytes(content)
    monkeypatch.setenv("STORECAST_API_KEYS_FILE", str(tmp_path / "keys"))
    with pytest.raises(ValidationError, match="STORECAST_API_KEYS_FILE"):
        Settings()


def test_a_key_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORECAST_API_KEYS", "sesame")
    monkeypatch.setenv("STORECAST_FILES_PASSWORD", "open")
    assert "sesame" not in repr(Settings())
    assert "open" not in repr(Settings().files_password)
    monkeypatch.setenv("STORECAST_CHAMPION_URL", "https://example.org/champion.json")
    with pytest.raises(ValidationError, match="needed together") as refused:
        Settings()
    assert "sesame" not in str(refused.value)
    assert "open" not in str(refused.value)


def test_admin_routes_need_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORECAST_ADMIN_ROUTES", "true")
    with pytest.raises(ValidationError, match="needs STORECAST_API_KEYS"):
        Settings()


def test_a_remote_champion_needs_both_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORECAST_CHAMPION_URL", "https://example.org/champion.json")
    with pytest.raises(ValidationError, match="needed together"):
        Settings()


def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORECAST_RATE_LIMIT_PER_MINUTE", "")
    assert Settings().rate_limit_per_minute is None


@pytest.mark.parametrize("variable", ["WORKERS", "TIMEOUT_SECONDS", "MAX_BODY_BYTES", "POLL_SECONDS"])
def test_zero_is_refused(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"STORECAST_{variable}", "0")
    with pytest.raises(ValidationError):
        Settings()


def test_remote_champions_are_kept_where_bentoml_may_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENTOML_HOME", "/somewhere")
    assert bentoml_home() == Path("/somewhere")
    assert Settings().champion_cache == Path("/somewhere/champions")


def test_without_a_server_there_is_no_metrics_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    assert metrics_folder() is None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("STORECAST_WORKERS", "many", "STORECAST_WORKERS: Input should be a valid integer"),
        ("STORECAST_API_KEYS_FILE", "/none/keys", "STORECAST_API_KEYS_FILE cannot be read"),
        ("STORECAST_ADMIN_ROUTES", "1", "STORECAST_ADMIN_ROUTES needs STORECAST_API_KEYS"),
    ],
)
@pytest.mark.parametrize(
    "job",
    [
        lambda out: smoke.main(["http://127.0.0.1:9", "--wait-seconds", "0"]),
        lambda out: batch.main(["--out", out, "--url", "http://127.0.0.1:9"]),
        lambda out: batch.main(["--out", out]),
        lambda out: deploy.main(["shop/storecast"]),
        lambda out: openapi_snapshot.main([]),
    ],
)
def test_a_job_names_an_invalid_setting_in_one_line(
    job: Callable[[str], int],
    name: str,
    value: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    assert job(str(tmp_path / "f.csv")) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(message)
    assert printed.count("\n") == 1
