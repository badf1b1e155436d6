"""Job: deploy the newest bento to a Hugging Face Space: `python -m service.deploy OWNER/NAME [--dry-run]`.

HF_TOKEN and STORECAST_… come from the environment. It succeeds once the new model responds there; otherwise
the files deployed before are restored.
"""

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
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from data.atomic_files import atomic_write_json
from data.errors import StorecastError
from data.jobs.job_exit import exit_code
from data.jobs.job_metrics import reported
from data.params import Paths
from data.text import quoted, shortened
from service.core.service_client import service_client
from service.core.settings import read_settings
from service.deploy.smoke import TIMEOUT_SECONDS, SmokeError, smoke
from service.deploy.space import Content, render

log = logging.getLogger(__name__)

FAILED = (SpaceStage.CONFIG_ERROR, SpaceStage.BUILD_ERROR, SpaceStage.RUNTIME_ERROR, SpaceStage.NO_APP_FILE)
RUNNING = (SpaceStage.RUNNING, SpaceStage.RUNNING_BUILDING, SpaceStage.RUNNING_APP_STARTING)


class DeploymentError(StorecastError):
    """A deployment that failed; the one before is restored, if there was any."""


@dataclass(frozen=True)
class DeployTiming:
    """How long a build may take, how often to poll, how long an error may still be of the previous build."""

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
        """Upload the content, wait until its model responds, and return the summary of the smoke test.

        Raises `DeploymentError` after restoring the previous files, `httpx2.HTTPError` when the hub refuses.
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
            return self._wait_until_served(content, commit, host)
        except StorecastError as error:
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

    def _wait_until_served(self, content: Content, commit: str, host: str) -> str:
        """Wait for the deployed bento: the previous one may go on, and load the new champion remotely.

        Raises `SmokeError`.
        """
        version = None if content.follows else content.version
        started, problem = time.monotonic(), "it never ran"
        with service_client(host, TIMEOUT_SECONDS, follow_redirects=True) as client:
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
                        problem = str(error)
                time.sleep(self.timing.poll_seconds)
        raise SmokeError(f"not within {self.timing.seconds:.0f} s; {problem}")

    def _runtime(self) -> SpaceRuntime | None:
        """The state of the Space; None when the hub does not respond, which says nothing about the Space."""
        try:
            return self.api.get_space_runtime(self.name)
        except httpx2.HTTPError as error:
            log.warning("The hub does not give the state of %s: %s", self.name, error)
            return None

    def _may_be_previous_build(self, runtime: SpaceRuntime, commit: str, waited: float) -> bool:
        built = runtime.raw.get("sha")
        return waited < self.timing.settle_seconds if built is None else built != commit

    def _restore_previous(self, before: str | None) -> str:
        """Upload the files of an earlier commit again; returns a sentence about it."""
        if before is None:
            return "There is no earlier deployment to restore. The log of the build is on the hub."
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.api.snapshot_download(self.name, repo_type="space", revision=before, local_dir=folder)
                self._upload(Path(folder), f"Restore {before[:7]}")
        except httpx2.HTTPError as error:
            return f"Commit {before[:7]} could not be restored: {error}."
        return f"Commit {before[:7]} is restored. The log of the failed build is on the hub."


def run(name: str, is_dry: bool, timing: DeployTiming, paths: Paths) -> None:
    """Render, deploy, and record it in reports/; a dry run prints what would be uploaded."""
    read_settings()  # before the upload, as the Space gets some of them
    with tempfile.TemporaryDirectory() as folder:
        content = render(Path(folder) / "space")
        if is_dry:
            print("\n".join(content.lines()))
            return
        with reported("deploy"):
            summary = _deploy(name, content, timing)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        atomic_write_json(
            paths.reports / "deployment.json", {"space": name, "version": content.version, "at": at}
        )
        log.info("%s", summary)


def _deploy(name: str, content: Content, timing: DeployTiming) -> str:
    """Deploy; raises `DeploymentError` also for what the hub refuses."""
    try:
        return Space(HfApi(), name, timing).deploy(content)
    except HFValidationError as error:
        raise DeploymentError(f"{quoted(name)} is not a Space.", hint="Expected OWNER/NAME.") from error
    except HfHubHTTPError as error:
        raise DeploymentError(
            f"The hub refused: {shortened(' '.join(str(error).split()), 300)}",
            hint="HF_TOKEN has to be a token that may write.",
        ) from error
    except httpx2.HTTPError as error:
        raise DeploymentError(f"The hub cannot be reached: {error}.", hint="Try again later.") from error


def main(argv: Sequence[str] | None = None, timing: DeployTiming | None = None) -> int:
    """Exit 0 when the new model responds, 2 when it does not or the hub refuses."""
    parser = argparse.ArgumentParser(prog="python -m service.deploy", description=__doc__)
    parser.add_argument("space", help="OWNER/NAME")
    parser.add_argument("--dry-run", action="store_true", help="only print what would be uploaded")
    arguments = parser.parse_args(argv)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # one line a request
    return exit_code(lambda: run(arguments.space, arguments.dry_run, timing or DeployTiming(), Paths()))


if __name__ == "__main__":
    sys.exit(main())
