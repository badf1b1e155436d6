"""Job: same trees, newer history -> new forecasts. `python -m training.roll_forward`, every day."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import date

from data.errors import DataContractError, NoChampionError, StorecastError
from data.params import Paths
from data.prepare import load_panel
from data.progress import configure_logging
from models.champion import Champion
from models.forecaster.roll_forward import roll_forward
from models.storage.version_record import ChampionRecord
from training.gate.correction_policy import has_seen_newest_week, read_default_corrections
from training.gate.verdict import read_verdict
from training.registry.champion_metrics import report_champion_metrics
from training.registry.decision_log import read_decisions
from training.registry.promotion import champion_record, promote, use_local_bentoml_home
from training.registry.retention import delete_old_versions
from training.registry.version_folder import save_rolled_forward, training_lock

logger = logging.getLogger(__name__)


def run(paths: Paths) -> ChampionRecord:
    """Roll the champion forward to the newest sales and promote it; without news the champion stays as it is.

    Raises `NoChampionError` when there is none, `DataContractError` when the sales end before its cutoff or
    lack one of its series.
    """
    with training_lock(paths):
        champion = open_champion(paths)
        before, panel = champion.record, load_panel(paths)
        require_not_older_than_champion(before, panel.end.astype(object))
        if panel.content_hash() == before.data_hash:
            logger.info("No new days and no corrections since %s: %s stays.", before.cutoff, before.version)
            return before
        rolled = roll_forward(champion.forecaster, panel)
        start = read_default_corrections(paths, panel).champion
        if start and not has_seen_newest_week(champion.trained_until, panel):
            rolled = rolled.with_recent_correction(panel, start)
        folder, record = save_rolled_forward(champion, rolled, panel, paths)
        span, correction = _span(before.cutoff, record.cutoff), rolled.recent_correction.words
        reason = f"Rolled forward {span} on the same trees.{correction}"
        record = promote(folder, [reason], paths)
        delete_old_versions(paths)
        logger.info("Champion: %s. %s", record.version, reason)
        return record


def _span(before: date, cutoff: date) -> str:
    return f"from {before} to {cutoff}" if before < cutoff else f"to {cutoff} as corrected"


def open_champion(paths: Paths) -> Champion:
    """The champion of this clone, its promotion finished where one was cut off, its files verified."""
    record = champion_record(paths)
    if record is None:
        raise NoChampionError("There is no champion to start from.", hint="Run `make train`.")
    home = paths.versions / record.version
    if record.version not in {entry.version for entry in read_decisions(paths.history_jsonl)}:
        verdict = read_verdict(paths)
        if verdict and verdict.promote and verdict.challenger == record.version:
            verdict.apply(home, record, paths)
        else:
            promote(home, ["Finished after an interruption."], paths)
    return Champion.load(home)


def require_not_older_than_champion(champion: ChampionRecord, end: date) -> None:
    """Refuse sales that end before what the champion has seen."""
    if end < champion.cutoff:
        raise DataContractError(
            f"The sales end on {end}, the champion {champion.version} has seen {champion.cutoff}.",
            hint="Bring the missing days back; to start over on other sales, run `make train`.",
        )


def main(argv: Sequence[str]) -> int:
    """Exit 0 when the champion knows the newest sales, 2 when it cannot."""
    argparse.ArgumentParser(prog="python -m training.roll_forward", description=__doc__).parse_args(argv)
    configure_logging()
    paths = Paths()
    use_local_bentoml_home(paths)
    try:
        with report_champion_metrics("roll-forward", paths):
            run(paths)
    except StorecastError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
