"""DagsHub's two remotes in .dvc/config, and the token that only the environment knows."""

from configparser import RawConfigParser
from pathlib import Path

import pytest

from data.errors import DataContractError
from training.remote.dagshub import account, credentials, main, write_remotes

CONFIG = "[core]\n    remote = local\n    analytics = false\n['remote \"local\"']\n    url = ../../there\n"
URL = {"remote.dagshub-http.url": "https://dagshub.com/ann/sales.dvc"}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvc").mkdir()
    path = tmp_path / ".dvc" / "config"
    path.write_text(CONFIG)
    return path


def read(path: Path) -> RawConfigParser:
    parser = RawConfigParser()
    parser.read(path)
    return parser


def test_both_remotes_are_written_and_the_rest_stays(config: Path) -> None:
    assert main(["ann", "sales"]) == 0
    written = read(config)
    assert written["core"]["remote"] == "dagshub"
    assert written["core"]["analytics"] == "false"
    assert written["'remote \"local\"'"]["url"] == "../../there"
    assert written["'remote \"dagshub\"'"]["endpointurl"] == "https://dagshub.com/ann/sales.s3"
    assert written["'remote \"dagshub-http\"'"]["url"] == "https://dagshub.com/ann/sales.dvc"
    assert {written[f"'remote \"{name}\"'"]["verify"] for name in ("dagshub", "dagshub-http")} == {"true"}


def test_a_second_time_replaces_the_first(config: Path) -> None:
    write_remotes("ann", "sales", config)
    write_remotes("bob", "shop", config)
    assert "ann" not in config.read_text()
    write_remotes("ann", "sales", config)
    again = config.read_text()
    write_remotes("ann", "sales", config)
    assert config.read_text() == again


@pytest.mark.parametrize("name", ["", "a/b", "a b", "..", "a\nurl=x", "-ann"])
def test_what_is_no_name_changes_nothing(config: Path, name: str) -> None:
    with pytest.raises(DataContractError, match="not a valid name on DagsHub"):
        write_remotes(name, "sales", config)
    assert main(["ann", "--", name] if name.startswith("-") else ["ann", name]) == 2
    assert config.read_text() == CONFIG


def test_s3_takes_the_token_as_both_keys() -> None:
    with credentials("dagshub", {}, {"DAGSHUB_TOKEN": "secret"}) as variables:
        assert variables == {"AWS_ACCESS_KEY_ID": "secret", "AWS_SECRET_ACCESS_KEY": "secret"}


def test_http_gets_a_file_that_others_cannot_read_and_that_is_gone_afterwards() -> None:
    with credentials("dagshub-http", URL, {"DAGSHUB_TOKEN": "secret"}) as variables:
        folder = Path(variables["DVC_SYSTEM_CONFIG_DIR"])
        assert folder.stat().st_mode & 0o077 == 0
        written = read(folder / "config")["'remote \"dagshub-http\"'"]
        assert (written["user"], written["password"]) == ("ann", "secret")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("remote", "environment"), [("local", {"DAGSHUB_TOKEN": "secret"}), ("dagshub", {}), ("dagshub-http", {})]
)
def test_other_remotes_never_see_the_token(remote: str, environment: dict[str, str]) -> None:
    with credentials(remote, URL, environment) as variables:
        assert variables == {}


def test_the_account_is_the_owners_by_default() -> None:
    token = {"DAGSHUB_TOKEN": "secret"}
    assert account("dagshub-http", URL, token) == ("ann", "secret")
    assert account("dagshub-http", URL, {**token, "DAGSHUB_USER": "bob"}) == ("bob", "secret")
    assert account("dagshub", URL, token) is None


def test_the_account_of_another_http_remote_comes_from_dvcs_settings() -> None:
    mine = {"remote.mine.user": "eve", "remote.mine.password": "word"}
    assert account("mine", mine, {"DAGSHUB_TOKEN": "secret"}) == ("eve", "word")
    assert account("mine", {"remote.mine.user": "eve"}, {}) is None
