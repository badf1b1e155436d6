"""Job: keep sales and versions on DagsHub. `python -m training.remote.dagshub OWNER REPO` writes .dvc/config.

It adds two remotes for the same storage: S3 for the dvc command, HTTP for services, which need no dvc. No
secret is written to a file: the token stays in DAGSHUB_TOKEN.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from configparser import RawConfigParser
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from data.atomic_files import atomic_write_text
from data.errors import DataContractError
from data.jobs.job_exit import exit_code
from data.params import Paths
from data.text import quoted

HOST = "https://dagshub.com"
S3, HTTP = "dagshub", "dagshub-http"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def write_remotes(owner: str, repo: str, config: Path) -> str:
    """Add both remotes to a .dvc/config, S3 as the default; other settings stay. Return the next step."""
    for name in (owner, repo):
        if not NAME.fullmatch(name):
            raise DataContractError(
                f"{quoted(name)} is not a valid name on DagsHub.",
                hint="Example: make dagshub OWNER=ann REPO=sales",
            )
    settings = RawConfigParser()
    settings.read(config, encoding="utf-8")
    settings.read_dict(
        {
            "core": {"remote": S3},
            _section(S3): {"url": "s3://dvc", "endpointurl": f"{HOST}/{owner}/{repo}.s3", "verify": "true"},
            _section(HTTP): {"url": f"{HOST}/{owner}/{repo}.dvc", "auth": "basic", "verify": "true"},
        }
    )
    text = StringIO()
    settings.write(text)
    atomic_write_text(config, text.getvalue())
    return f"{config}: sales and versions go to {HOST}/{owner}/{repo}.\nSet DAGSHUB_TOKEN, then: make push"


def account(
    remote: str, settings: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[str, str] | None:
    """User and password of an HTTP remote: DagsHub's from the environment, others' from dvc's settings."""
    token = environment.get("DAGSHUB_TOKEN")
    if remote == HTTP and token:
        owner = urlsplit(settings[f"remote.{HTTP}.url"]).path.split("/")[1]
        return environment.get("DAGSHUB_USER", owner), token
    user, password = (settings.get(f"remote.{remote}.{name}") for name in ("user", "password"))
    return (user, password) if user and password else None


@contextmanager
def credentials(
    remote: str, settings: Mapping[str, str], environment: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """Variables that make dvc use DAGSHUB_TOKEN for DagsHub's remotes; none for others, which have their own.

    dvc reads the password of an HTTP remote from files only. The file is deleted at the end of the block.
    """
    token = environment.get("DAGSHUB_TOKEN")
    login = account(remote, settings, environment)
    if token and remote == S3:
        yield {"AWS_ACCESS_KEY_ID": token, "AWS_SECRET_ACCESS_KEY": token}
    elif token and remote == HTTP and login:
        with TemporaryDirectory(prefix="storecast-") as folder:  # readable by this user only
            secrets = f"[{_section(HTTP)}]\nuser = {login[0]}\npassword = {login[1]}\n"
            Path(folder, "config").write_text(secrets, encoding="utf-8")
            yield {"DVC_SYSTEM_CONFIG_DIR": folder}
    else:
        yield {}


def _section(remote: str) -> str:
    return f"'remote \"{remote}\"'"


def main(argv: Sequence[str]) -> int:
    """Exit 0 when both remotes were written, 2 when a name is not valid."""
    parser = argparse.ArgumentParser(prog="python -m training.remote.dagshub", description=__doc__)
    parser.add_argument("owner")
    parser.add_argument("repo")
    arguments = parser.parse_args(argv)
    return exit_code(lambda: print(write_remotes(arguments.owner, arguments.repo, Paths().dvc_config)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
