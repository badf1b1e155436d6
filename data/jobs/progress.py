"""Progress bars and log lines of jobs, both on stderr."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from tqdm import tqdm

T = TypeVar("T")
QUIET_SECONDS = 2.0


def progress(work: Iterable[T], description: str) -> tqdm[T]:
    """Show how far work has come: loop over it, or call `update` in a `with`.

    Work under two seconds shows nothing, and nothing is shown where stderr is no terminal.
    """
    from tqdm import tqdm  # not part of the serving image

    return tqdm(work, desc=description, delay=QUIET_SECONDS, disable=None, leave=False)


def wait_for(jobs: Collection[Future[Any]], description: str) -> None:
    """Wait until jobs that run side by side have ended, raising what the first to fail raised.

    The bar appears after two seconds also when none of them has ended by then.
    """
    waiting = set(jobs)
    with progress(range(len(waiting)), description) as bar:
        while waiting:
            ended, waiting = wait(waiting, timeout=QUIET_SECONDS, return_when=FIRST_COMPLETED)
            for job in ended:
                job.result()
            bar.update(len(ended))
            if not ended:
                bar.refresh()


def configure_logging() -> None:
    """Log lines of a job with their time; called by `main` and nowhere else."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
