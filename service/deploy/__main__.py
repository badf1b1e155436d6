"""Job: put the newest bento on a Hugging Face Space, and believe it only when the new model answers there.

`python -m service.deploy OWNER/NAME [--dry-run]`; HF_TOKEN and STORECAST_… come from the environment.
What does not answer in time is replaced by what was there before.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import httpx2  # what huggingface_hub speaks HTTP with, and the root of its errors
from huggingface_hub import HfApi, SpaceRuntime, SpaceStage
from huggingface_hub.errors import HfHubHTTPError

from data.atomic_files import atomic_write_json
from data.errors import StorecastError
from data.job_exit import exit_code
from data.job_metrics import reported
from data.params import Paths
from data.text import shortened
from service.deploy.smoke import SmokeError, client_of, smoke
from service.deploy.space import Content, render

log = logging.getLogger(__name__)

FAILED = (SpaceStage.CONFIG_ERROR, SpaceStage.BUILD_ERROR, SpaceStage.RUNTIME_ERROR, SpaceStage.NO_APP_FILE)
RUNNING = (SpaceStage.RUNNING, SpaceStage.RUNNING_BUILDING, SpaceStage.RUNNING_APP_STARTING)


class DeploymentError(StorecastError):
    """A Space that did not become what it should; what was there before is back, if there was anything."""


@dataclass(frozen=True)
class DeployTiming:
    """How long a build may take, how often to ask, how long an error may be one of the build before."""

    seconds: float = 1800
    poll_seconds: float = 10
    settle_seconds: float = 60


@dataclass(frozen=True)
class Space:
    """One Space on the hub."""

    api: HfApi
    name: str
    timing: DeployTiming

    def deploy(self, content: Content) -> str:
        """Bring content there, wait until its model answers, and return the proof.

        Raises `DeploymentError` after putting back what was there, `HfHubHTTPError` when the hub refuses.
        """
        is_there = self.api.repo_exists(self.name, repo_type="space")
        self.api.create_repo(self.name, repo_type="space", space_sdk="docker", exist_ok=True)
        found = self.api.space_info(self.name)
        before = found.sha if is_there else None
        host = found.host or f"https://{self.name.replace('/', '-')}.hf.space"
        for secret, value in content.secrets.items():
            self.api.add_space_secret(self.name, secret, value)
        for variable, value in content.variables.items():
            self.api.add_space_variable(self.name, variable, value)
        commit = self._upload(content.folder, f"Serve {content.version}")
        try:
            return self._proof(content, commit, host)
        except SmokeError as error:
            raise DeploymentError(
                f"{content.version} does not serve on {self.name}: {error}",
                hint=self._restore_previous(before),
            ) from error

    def _upload(self, folder: Path, message: str) -> str:
        info = self.api.upload_folder(
            repo_id=self.name,
            repo_type="space",
            folder_path=folder,
            commit_message=message,
            delete_patterns="*",
        )
        return info.oid

    def _proof(self, content: Content, commit: str, host: str) -> str:
        """Wait until our own bento answers: the build before may run on, and take the new champion from afar.

        Raises `SmokeError`.
        """
        version = None if content.follows else content.version
        started, lacking = time.monotonic(), "it never ran"
        with client_of(host) as client:
            while (waited := time.monotonic() - started) < self.timing.seconds:
                runtime = self._runtime()
                if (
                    runtime
                    and runtime.stage in FAILED
                    and not self._may_be_previous_build(runtime, commit, waited)
                ):
                    raise SmokeError(f"its build ended with {runtime.stage}")
                if runtime and runtime.stage in RUNNING:
                    try:
                        return smoke(client, version, wait_seconds=0, bento=content.bento)
                    except (SmokeError, httpx.HTTPError) as error:
                        lacking = str(error)
                time.sleep(self.timing.poll_seconds)
        raise SmokeError(f"not within {self.timing.seconds:.0f} s; {lacking}")

    def _runtime(self) -> SpaceRuntime | None:
        """How the Space does; None when the hub does not tell, which says nothing about the Space."""
        try:
            return self.api.get_space_runtime(self.name)
        except httpx2.HTTPError as error:
            log.warning("The hub did not tell how %s does: %s", self.name, error)
            return None

    def _may_be_previous_build(self, runtime: SpaceRuntime, commit: str, waited: float) -> bool:
        built = runtime.raw.get("sha")
        return waited < self.timing.settle_seconds if built is None else built != commit

    def _restore_previous(self, before: str | None) -> str:
        """Upload the files of an earlier commit again; returns what was done, for people."""
        if before is None:
            return "There was nothing before it to put back. The log of its build is on the hub."
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.api.snapshot_download(self.name, repo_type="space", revision=before, local_dir=folder)
                self._upload(Path(folder), f"Back to {before[:7]}")
        except httpx2.HTTPError as error:
            return f"Commit {before[:7]} could not be put back either: {error}."
        return f"Commit {before[:7]} is back. The log of the failed build is on the hub."


def run(name: str, is_dry: bool, timing: DeployTiming, paths: Paths) -> None:
    """Render, deploy, and keep a record in reports/; a dry run prints what would go."""
    with tempfile.TemporaryDirectory() as folder:
        content = render(Path(folder) / "space")
        if is_dry:
            print("\n".join(content.lines()))
            return
        with reported("deploy"):
            proof = Space(HfApi(), name, timing).deploy(content)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        atomic_write_json(
            paths.reports / "deployment.json", {"space": name, "version": content.version, "at": at}
        )
        log.info("%s", proof)


def main(argv: Sequence[str] | None = None, timing: DeployTiming | None = None) -> int:
    """Exit 0 when the new model answers, 2 when it does not or the hub refuses."""
    parser = argparse.ArgumentParser(prog="python -m service.deploy", description=__doc__)
    parser.add_argument("space", help="OWNER/NAME")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")
    arguments = parser.parse_args(argv)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs each request
    return exit_code(lambda: _run(arguments.space, arguments.dry_run, timing or DeployTiming()))


def _run(name: str, is_dry: bool, timing: DeployTiming) -> None:
    try:
        run(name, is_dry, timing, Paths())
    except HfHubHTTPError as error:
        raise DeploymentError(
            f"The hub refused: {shortened(str(error), 300)}.",
            hint="HF_TOKEN has to be a token that may write.",
        ) from error
    except httpx2.HTTPError as error:
        raise DeploymentError(
            f"The hub cannot be reached: {shortened(str(error), 300)}.",
            hint="Nothing was deployed. Try again later.",
        ) from error


if __name__ == "__main__":
    sys.exit(main())
