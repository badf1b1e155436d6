"""Job: same trees, newer history -> new forecasts. `python -m training.roll_forward`, every day."""

import argparse
import logging
import sys
from collections.abc import Sequence

from data.jobs.job_exit import exit_code
from data.params import Paths
from models.forecaster.roll_forward import roll_forward
from models.storage.version_record import ChampionRecord
from training.gate.correction_policy import has_seen_newest_week
from training.gate.job_context import JobContext, open_champion
from training.registry.champion_metrics import report_champion_metrics
from training.registry.locks import training_lock
from training.registry.promotion import paths_of_clone, promote
from training.registry.retention import delete_old_versions
from training.registry.version_folder import save_rolled_forward

logger = logging.getLogger(__name__)


def run(paths: Paths) -> ChampionRecord:
    """Roll the champion forward to the newest sales and promote it. Without new sales it stays as it is.

    Raises `NoChampionError` when there is none, `DataContractError` when the sales end before its cutoff or
    lack one of its series.
    """
    with training_lock(paths):
        champion = open_champion(paths)
        context = JobContext.open(paths, champion)
        before, panel = champion.record, context.panel
        context.require_not_older_than_champion()
        if panel.content_hash() == before.data_hash:
            logger.info("No new days and no corrections since %s: %s stays.", before.cutoff, before.version)
            return before
        logger.info("Rolling %s forward from %s to %s.", before.version, before.cutoff, context.last_day)
        rolled = roll_forward(champion.forecaster, panel, champion.table)
        correction = context.default_corrections().champion
        if correction and not has_seen_newest_week(champion.trained_until, panel):
            rolled = rolled.with_recent_correction(panel, correction)
        start, end = before.cutoff, context.last_day
        days = f"from {start} to {end}" if start < end else f"to {end} as corrected"
        reason = f"Rolled forward {days} with the same trees.{rolled.recent_correction.words}"
        folder = save_rolled_forward(champion, rolled, panel, paths)
        record = promote(folder, [reason], paths, expected=before.version)
        delete_old_versions(paths)
        logger.info("Champion: %s. %s", record.version, reason)
        return record


def main(argv: Sequence[str]) -> int:
    """Exit 0 when the champion has the newest sales, 2 when it cannot have them."""
    argparse.ArgumentParser(prog="python -m training.roll_forward", description=__doc__).parse_args(argv)
    paths = paths_of_clone()
    reported = report_champion_metrics("roll-forward", paths)
    return exit_code(reported(lambda: run(paths)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
