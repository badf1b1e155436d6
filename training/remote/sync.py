"""Job: sales and versions to and from the DVC remote. `python -m training.remote.sync push|pull|restore`.

git holds what names them (dvc.lock, champion.json, one .dvc file for each version), the remote the files.
"""

import argparse
import logging
import os
import shutil
import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from data.atomic_files import exclusive, md5_of
from data.errors import ArtifactError
from data.jobs.job_exit import exit_code
from data.loading.load_history import raw_files
from data.params import Paths
from data.text import shortened
from models.storage.version_record import RECORD, ChampionRecord
from training.registry.locks import registry_lock
from training.registry.promotion import UNFINISHED, paths_of_clone, promote, require_complete
from training.remote.dagshub import account, credentials
from training.remote.dvc_command import Dvc, RemoteError

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS, LIMIT_SECONDS = 10.0, 600.0
SALES_STAGE = "sales"


def push(paths: Paths, dvc: Dvc, remote: str) -> None:
    """Add the present sales and versions to DVC, and send everything DVC holds."""
    with registry_lock(paths):
        complete = [path.parent for path in paths.versions.glob(f"[!.]*/{RECORD}")]
        new = [folder for folder in complete if not folder.with_name(f"{folder.name}.dvc").exists()]
        if new:
            dvc.run("add", *map(str, sorted(new)))
    with exclusive(paths.raw):
        if raw_files(paths.raw).base:
            dvc.run("commit", "--force", SALES_STAGE)
    dvc.run("push", "--remote", remote)


def pull(paths: Paths, dvc: Dvc, remote: str) -> None:
    """Fetch the champion, the versions a roll-back leads to, and the sales."""
    with registry_lock(paths):
        if paths.champion_json.exists():
            restore(paths, dvc, remote)
        targets = sorted(map(str, paths.versions.glob("*.dvc")))
        if paths.dvc_lock.exists():
            targets.append(SALES_STAGE)
        if targets:
            with exclusive(paths.raw):
                dvc.run("pull", "--remote", remote, *targets)


def restore(paths: Paths, dvc: Dvc, remote: str) -> ChampionRecord:
    """Fetch the champion that champion.json names, verify it, and import it to the BentoML store.

    Raises `NoChampionError` where nothing was promoted, `ArtifactError` where this commit or the remote does
    not have its files; the champion served so far stays then.
    """
    with registry_lock(paths):
        record = ChampionRecord.read(paths.champion_json)
        home = paths.versions / record.version
        try:
            require_complete(home, record)
        except ArtifactError:
            _fetch(record, home, paths, dvc, remote)
        promote(home, ["Restored."], paths)
    return record


def _fetch(record: ChampionRecord, home: Path, paths: Paths, dvc: Dvc, remote: str) -> None:
    """Move a damaged version away and delete its damaged files from DVC's cache, or DVC would use them."""
    pointer = home.with_name(f"{home.name}.dvc")
    if not pointer.exists():
        raise ArtifactError(
            f"{paths.champion_json} names version {record.version}, but {pointer} does not exist.",
            hint="Run `make push` in the clone that made the version, then commit models/versions.",
        )
    aside = home.with_name(f"{UNFINISHED}{record.version}")
    shutil.rmtree(aside, ignore_errors=True)
    if home.exists():
        home.rename(aside)
    for digest in record.files.values():
        cached = paths.dvc_cache / digest.md5[:2] / digest.md5[2:]
        if cached.exists() and md5_of(cached) != digest.md5:
            cached.unlink()
    dvc.run("pull", "--remote", remote, str(pointer))


def check_remote_reachable(address: str, account: tuple[str, str] | None) -> None:
    """Raise `RemoteError` when the server does not answer in ten seconds or refuses this account.

    dvc itself takes minutes to report either, and reports a wrong password over HTTP as missing files.
    """
    host = urlsplit(address).netloc.rpartition("@")[2]
    login = {"Authorization": f"Basic {b64encode(':'.join(account).encode()).decode()}"} if account else {}
    try:
        urlopen(Request(address, headers=login), timeout=CONNECT_TIMEOUT_SECONDS).close()
    except HTTPError as error:
        if account and error.code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise RemoteError(
                f"The remote at {shortened(host)} refuses these credentials.",
                hint="Check DAGSHUB_USER and DAGSHUB_TOKEN.",
            ) from error
    except (OSError, HTTPException) as error:
        raise RemoteError(
            f"The remote at {shortened(host)} cannot be reached: {shortened(str(error), 200)}.",
            hint="Nothing was changed. Try again later.",
        ) from error


def sync(action: str, paths: Paths, remote: str | None, limit_seconds: float = LIMIT_SECONDS) -> str:
    """Push, pull or restore with a remote of .dvc/config, by default its default. Return what was done."""
    dvc = Dvc(paths.root, limit_seconds)
    settings = dvc.settings()
    remote = remote or settings.get("core.remote", "")
    url = settings.get(f"remote.{remote}.url")
    if url is None:
        raise RemoteError(f".dvc/config has no remote {remote!r}.", hint="`dvc remote list` shows them.")
    address = settings.get(f"remote.{remote}.endpointurl", url)
    logger.info("%s: %s, at most %g s.", action.capitalize(), address, limit_seconds)
    if address.startswith(("http://", "https://")):
        check_remote_reachable(address, account(remote, settings, os.environ))
    do, done = ACTIONS[action]
    with credentials(remote, settings, os.environ) as environment:
        do(paths, replace(dvc, environment=environment), remote)
    return done


ACTIONS: dict[str, tuple[Callable[[Paths, Dvc, str], object], str]] = {
    "push": (push, "Sent. Now commit the pointers: git add dvc.lock models && git commit, or make publish"),
    "pull": (pull, "Fetched sales and versions. The champion is ready to serve: make serve"),
    "restore": (restore, "The champion is ready to serve: make serve"),
}


def main(argv: Sequence[str]) -> int:
    """Exit 0 when it was done, 2 when it could not be."""
    parser = argparse.ArgumentParser(prog="python -m training.remote.sync", description=__doc__)
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("--remote", help="a remote of .dvc/config, by default its default")
    parser.add_argument("--limit-seconds", type=float, default=LIMIT_SECONDS)
    arguments = parser.parse_args(argv)
    paths = paths_of_clone()
    return exit_code(lambda: print(sync(arguments.action, paths, arguments.remote, arguments.limit_seconds)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
