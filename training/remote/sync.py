"""Job: sales and versions to and from the DVC remote. `python -m training.remote.sync push|pull|restore`.

git holds what names them (dvc.lock, champion.json, one .dvc file for each version), the remote the files.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
from base64 import b64encode
from collections.abc import Sequence
from http import HTTPStatus
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from data.atomic_files import md5_of
from data.errors import ArtifactError, StorecastError
from data.loading.load_history import raw_files
from data.params import Paths
from data.progress import configure_logging
from models.storage.version_record import RECORD, ChampionRecord, verify
from training.registry.promotion import UNFINISHED, promote, registry_lock, use_local_bentoml_home
from training.remote.dagshub import account, credentials
from training.remote.dvc_command import Dvc, RemoteError

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 10.0
SALES_STAGE = "sales"


def push(paths: Paths, dvc: Dvc, remote: str) -> None:
    """Take sales and versions as they are now into DVC, and send all it holds."""
    with registry_lock(paths):
        whole = [path.parent for path in paths.versions.glob(f"[!.]*/{RECORD}")]
        new = [folder for folder in whole if not folder.with_name(f"{folder.name}.dvc").exists()]
        if new:
            dvc.run("add", *map(str, sorted(new)))
    if raw_files(paths.raw).base:
        dvc.run("commit", "--force", SALES_STAGE)
    dvc.run("push", "--remote", remote)


def pull(paths: Paths, dvc: Dvc, remote: str) -> None:
    """Bring the champion, the versions a roll-back leads to, and the sales."""
    if paths.champion_json.exists():
        restore(paths, dvc, remote)
    targets = sorted(map(str, paths.versions.glob("*.dvc")))
    if paths.dvc_lock.exists():
        targets.append(SALES_STAGE)
    if targets:
        dvc.run("pull", "--remote", remote, *targets)


def restore(paths: Paths, dvc: Dvc, remote: str) -> ChampionRecord:
    """Bring the champion that champion.json names, verify it, and import it to the BentoML store.

    Raises `NoChampionError` where nothing was promoted, `ArtifactError` where this commit or the remote does
    not have its files; the champion served so far stays then.
    """
    record = ChampionRecord.read(paths.champion_json)
    home = paths.versions / record.version
    try:
        verify(home, record)
    except ArtifactError:
        pointer = home.with_name(f"{home.name}.dvc")
        if not pointer.exists():
            raise ArtifactError(
                f"Version {record.version} is named by {paths.champion_json}, but there is no {pointer}.",
                hint="`make push` in the clone that made it, then commit models/versions.",
            ) from None
        _set_damage_aside(record, paths)
        dvc.run("pull", "--remote", remote, str(pointer))
    promote(home, ["Restored."], paths)
    return record


def _set_damage_aside(record: ChampionRecord, paths: Paths) -> None:
    """Otherwise dvc takes a damaged copy, here or in its cache, for the real one."""
    home = paths.versions / record.version
    aside = home.with_name(f"{UNFINISHED}{record.version}")
    shutil.rmtree(aside, ignore_errors=True)
    if home.exists():
        home.rename(aside)
    for digest in record.files.values():
        cached = paths.dvc_cache / digest.md5[:2] / digest.md5[2:]
        if cached.exists() and md5_of(cached) != digest.md5:
            cached.unlink()


def check_remote_reachable(address: str, account: tuple[str, str] | None) -> None:
    """See whether a server answers, and lets this account in.

    dvc would take minutes to find nobody there, and calls a wrong password over HTTP missing files.
    """
    host = urlsplit(address).netloc.rpartition("@")[2]
    request = Request(address)
    if account:
        request.add_header("Authorization", f"Basic {b64encode(':'.join(account).encode()).decode()}")
    try:
        urlopen(request, timeout=CONNECT_TIMEOUT_SECONDS).close()
    except HTTPError as error:
        if account and error.code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise RemoteError(
                f"The remote at {host} refuses these credentials.",
                hint="Check DAGSHUB_USER and DAGSHUB_TOKEN.",
            ) from error
    except (OSError, HTTPException) as error:
        raise RemoteError(
            f"The remote at {host} cannot be reached: {error}.", hint="Nothing was changed; try again later."
        ) from error


def share(what: str, paths: Paths, remote: str | None, limit_seconds: float) -> str:
    """Do one of the three with a remote of .dvc/config, its default unless named; returns what was done."""
    dvc = Dvc(paths.root, limit_seconds)
    settings = dvc.settings()
    remote = remote or settings.get("core.remote", "")
    url = settings.get(f"remote.{remote}.url")
    if url is None:
        raise RemoteError(f".dvc/config has no remote {remote!r}.", hint="`dvc remote list` shows them.")
    address = settings.get(f"remote.{remote}.endpointurl", url)
    logger.info("%s: %s, at most %g s.", what.capitalize(), address, limit_seconds)
    if address.startswith(("http://", "https://")):
        check_remote_reachable(address, account(remote, settings, os.environ))
    with credentials(remote, settings, os.environ) as environment:
        do = {"push": push, "pull": pull, "restore": restore}[what]
        do(paths, Dvc(paths.root, limit_seconds, environment, dvc.started), remote)
    return DONE[what]


DONE = {
    "push": "Sent. What names it belongs into git: git add dvc.lock models && git commit, or make publish",
    "pull": "Sales and versions are here, and the champion is ready to serve: make serve",
    "restore": "The champion is ready to serve: make serve",
}


def main(argv: Sequence[str]) -> int:
    """Exit 0 when it was done, 2 when it could not be."""
    parser = argparse.ArgumentParser(prog="python -m training.remote.sync", description=__doc__)
    parser.add_argument("what", choices=DONE)
    parser.add_argument("--remote", help="one of .dvc/config, its default unless told")
    parser.add_argument("--limit-seconds", type=float, default=600)
    arguments = parser.parse_args(argv)
    configure_logging()
    paths = Paths()
    use_local_bentoml_home(paths)
    try:
        print(share(arguments.what, paths, arguments.remote, arguments.limit_seconds))
    except StorecastError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
