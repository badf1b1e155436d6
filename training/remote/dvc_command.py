"""The dvc command under a time limit, its failures in plain words."""

from __future__ import annotations

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

GRACE_SECONDS = 5.0
LAST_LINES = 3

# what dvc prints (first match wins), what it means, what to do
FAILURES = (
    (
        r"No module named dvc",
        "dvc is not installed here",
        "`make push` and `make pull` install it.",
    ),
    (
        r"Unable to acquire lock|is busy",
        "another dvc is at work in this clone",
        "Wait for it to end.",
    ),
    (
        r"without confirmation|--force",
        "files here that were never pushed would be lost",
        "`make push` them first, or move them away.",
    ),
    (
        r"Unable to locate credentials|require both 'user' and 'password'|PartialCredentials",
        "the remote needs credentials and none were given",
        "Set DAGSHUB_TOKEN, or what your own remote asks for (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).",
    ),
    (
        r"InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|Unauthorized|Forbidden|\b40[13]\b",
        "the remote refuses these credentials",
        "Check the token, and that it may write to the repository.",
    ),
    (
        r"mismatch|[Cc]orrupt|[Cc]hecksum",
        "the remote sent a file whose content is not the one asked for; it was not taken",
        "Push it again from a clone that has it.",
    ),
    (
        r"Cannot connect|Could not connect|Connection (refused|was closed|reset)|ServerDisconnected"
        r"|max retries|[Tt]imed? ?out|\b50\d\b",
        "the remote cannot be reached or fails",
        "Try again later; what arrived stays.",
    ),
    (
        r"missing-files|neither locally nor on remote|does not exist",
        "the remote lacks files, or failed while it was asked for them",
        "Try again; if it stays so, `make push` where they were made.",
    ),
)


class RemoteError(StorecastError):
    """A DVC remote, or dvc itself, did not do what was asked."""


@dataclass(frozen=True)
class Dvc:
    """Runs dvc in one clone; all runs together end before `limit_seconds` are over."""

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
            stdin=subprocess.DEVNULL,  # or dvc would ask questions
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # its children end with it
        )
        try:
            said, _ = process.communicate(timeout=max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            _stop(process)
            raise RemoteError(
                f"`dvc {arguments[0]}` was stopped: the remote took more than {self.limit_seconds:g} s.",
                hint="What arrived stays: run it again, with LIMIT_SECONDS=… if it needs longer.",
            ) from None
        except BaseException:  # Ctrl-C: dvc has a session of its own and did not hear it
            _stop(process)
            raise
        if process.returncode:
            raise failure(arguments[0], said)
        return said

    def settings(self) -> dict[str, str]:
        """All that is configured, by dotted names such as `remote.local.url`."""
        lines = self.run("config", "--list").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)


def failure(command: str, said: str) -> RemoteError:
    """What a failed command printed, as one sentence with a hint; its own last lines follow."""
    lines = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.strip()]
    told = "\n".join(f"  dvc: {line}" for line in lines[-LAST_LINES:])
    for pattern, found, hint in FAILURES:
        if re.search(pattern, said):
            return RemoteError(f"`dvc {command}` did not succeed: {found}.", hint=f"{hint}\n{told}")
    return RemoteError(f"`dvc {command}` did not succeed.", hint=f"It said:\n{told}")


def _stop(process: subprocess.Popen[str]) -> None:
    """Ask it to end, then end it."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        os.killpg(process.pid, sign)
        try:
            process.communicate(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return
