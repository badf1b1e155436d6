"""`logs/retrain_logs.log`: what a retraining did, one line for each event."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from data.params import Paths

logger = logging.getLogger(__name__)


def log_event(paths: Paths, event: str) -> None:
    """Add a line with the time in UTC, and log it to the terminal."""
    logger.info("%s", event)
    paths.logs.mkdir(parents=True, exist_ok=True)
    with paths.retrain_log.open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {' '.join(event.split())}\n")
