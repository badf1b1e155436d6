"""The dvc command under a time limit, with its failures in plain words."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from data.errors import StorecastError
from data.text import shortened

GRACE_SECONDS = 5.0
LAST_LINES = 3
MAX_LINE, MAX_PRINTED = 200, 100_000  # characters

# what dvc prints (first match wins), what it means, what to do
FAILURES = (
    (r"No module named dvc", "dvc is not installed here", "`make pull` and `make push` install it."),
    (r"Unable to acquire lock|is busy", "another dvc command runs in this clone", "Wait for it to end."),
    (r"without confirmation|--force", "files that were never pushed would be lost", "Push them first."),
    (
        r"Unable to locate credentials|require both 'user' and 'password'|PartialCredentials",
        "the remote needs credentials, and none are set",
        "Set DAGSHUB_TOKEN, or for S3 AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    ),
    (
        r"InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|Unauthorized|Forbidden|\b40[13]\b",
        "the remote refuses these credentials",
        "Check the token, and that it may write to the repository.",
    ),
    (r"(?i)mismatch|corrupt|checksum", "a file had other content than requested", "Push the file again."),
    (
        r"Cannot connect|Could not connect|Connection (refused|was closed|reset)|ServerDisconnected"
        r"|max retries|[Tt]imed? ?out|\b50\d\b",
        "the remote cannot be reached or fails",
        "Try again later: it continues where it stopped.",
    ),
    (
        r"missing-files|neither locally nor on remote|does not exist",
        "the remote lacks files, or failed while sending them",
        "Try again; if it fails again, run `make push` in the clone that made them.",
    ),
)


class RemoteError(StorecastError):
    """A DVC remote, or dvc itself, failed."""


@dataclass(frozen=True)
class Dvc:
    """Runs dvc in one clone. All runs together take at most `limit_seconds`."""

    root: Path
    limit_seconds: float
    environment: Mapping[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def run(self, *arguments: str) -> str:
        """Run one command and return what it printed; raises `RemoteError` when it fails or time is up."""
        end = self.started + self.limit_seconds
        process = subprocess.Popen(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=self.root,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,  # otherwise dvc waits for answers
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # its children end with it
        )
        try:
            printed, _ = process.communicate(timeout=max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            _stop(process)
            raise RemoteError(
                f"`dvc {arguments[0]}` was stopped: the remote took more than {self.limit_seconds:g} s.",
                hint="Run it again: it continues where it stopped. LIMIT_SECONDS=… sets another limit.",
            ) from None
        except BaseException:  # Ctrl-C does not reach dvc, which has a session of its own
            _stop(process)
            raise
        if process.returncode:
            raise failure(arguments[0], printed)
        return printed

    def settings(self) -> dict[str, str]:
        """All that is configured, by dotted names such as `remote.local.url`."""
        lines = self.run("config", "--list").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)


def failure(command: str, printed: str) -> RemoteError:
    """An error for what a failed command printed: a sentence, a hint, and dvc's own last lines."""
    printed = printed[-MAX_PRINTED:]
    lines = [line.removeprefix("ERROR: ") for line in printed.splitlines() if line.strip()]
    last = "\n".join(f"  dvc: {shortened(line, MAX_LINE)}" for line in lines[-LAST_LINES:])
    for pattern, found, hint in FAILURES:
        if re.search(pattern, printed):
            return RemoteError(f"`dvc {command}` failed: {found}.", hint=f"{hint}\n{last}")
    return RemoteError(f"`dvc {command}` failed.", hint=f"It printed:\n{last}")


def _stop(process: subprocess.Popen[str]) -> None:
    """Ask it to end, then end it."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        os.killpg(process.pid, sign)
        try:
            process.communicate(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return
