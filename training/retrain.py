"""Job: flag -> challenger -> gate -> champion. `python -m training.retrain [--force]`.

Each step leaves a file that says it is done, so that a run that died anywhere is finished by the next:

    flag ─▸ models/challenger ─▸ reports/gate.json ─▸ champion.json ─▸ history.jsonl ─▸ flag cleared
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from data.errors import DataContractError, NoChampionError, StorecastError
from data.jobs.job_exit import exit_code
from data.params import Paths
from drift.result.retrain_flag import Flag, clear_flag, raise_flag, read_flag
from models.forecaster.forecaster import Forecaster
from models.storage.version_record import RECORD, ChampionRecord
from training.gate.decision_rule import decide
from training.gate.head_to_head import compare_head_to_head
from training.gate.job_context import JobContext, open_champion
from training.gate.verdict import GateVerdict, earlier_verdict
from training.registry.champion_metrics import report_champion_metrics
from training.registry.decision_log import read_decisions, versions_in
from training.registry.locks import training_lock
from training.registry.promotion import paths_of_clone
from training.registry.retention import delete_old_versions
from training.registry.version_folder import params_hash
from training.train import Settings, train

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Job:
    """What a run acts on. `attempt` is None for a run by hand and during the cool-down."""

    flag: Flag
    attempt: int | None
    force: bool
    settings: Settings
    context: JobContext


def run(paths: Paths, force: bool = False) -> GateVerdict | None:
    """Act on a flag, or make the next attempt for an earlier one: challenger, gate, promote or keep.

    `force` acts without a flag and during a cool-down. Returns the gate's verdict, None where there was
    nothing to decide. Raises `StorecastError` when it cannot be done; champion and flag stay as they are.
    """
    with training_lock(paths):
        job = _job(paths, force)
        if job is None:
            log_event(paths, "Nothing to do: there is no retraining flag, and no attempt is due.")
            return None
        log_event(paths, f"Started. {job.flag.reason}")
        verdict = _act_on(job)
        delete_old_versions(paths)
        is_cleared = clear_flag(paths.flag, job.flag)
        log_event(paths, "Flag cleared." if is_cleared else "Flag kept: it was extended during this run.")
        return verdict


def _job(paths: Paths, force: bool) -> _Job | None:
    """What to do. A run by hand raises a flag, so that the next run finishes it after an interruption."""
    flag = read_flag(paths.flag)
    if flag is None and not force and not any(entry.attempt for entry in read_decisions(paths.history_jsonl)):
        return None
    settings = Settings.read(paths)
    context = JobContext.open(paths, open_champion(paths) if paths.champion_json.exists() else None)
    attempt = None if force else context.due_attempt(flag)
    if flag is None and not force and attempt is None:
        return None
    context.require_not_older_than_champion()  # before a flag is raised, which outlives a refusal
    if flag is None:
        reason = "Started by hand." if force else f"Attempt {attempt} to adapt to the drift found earlier."
        version = context.record.version if context.record else None
        flag = raise_flag(paths.flag, reason, version, by_hand=force)
    return _Job(flag, attempt, force or flag.by_hand, settings, context)


def _act_on(job: _Job) -> GateVerdict | None:
    context, paths = job.context, job.context.paths
    challenger = _existing_challenger(job)
    if challenger and challenger.version in versions_in(context.decisions):
        log_event(paths, f"Challenger {challenger.version} was decided on already.")
        return None
    if challenger:
        log_event(paths, f"Challenger {challenger.version} was trained for this flag already.")
    elif job.attempt is None and not job.force:
        log_event(paths, "Cooling down: this drift was acted on recently, and no further attempt is due.")
        return None
    else:
        start = context.default_corrections(job.attempt).challenger
        challenger = train(context.panel, job.settings, paths, start)
        log_event(paths, f"Challenger {challenger.version} trained on sales until {challenger.cutoff}.")
    verdict = earlier_verdict(challenger, context.record, paths) or run_gate(job, challenger)
    verdict.write(paths)
    for reason in verdict.reasons:
        log_event(paths, f"Gate: {reason}")
    verdict.apply(paths.challenger, challenger, paths)
    before = verdict.champion or "no champion"
    promoted = f"Promoted {challenger.version}. It replaces {before}."
    log_event(paths, promoted if verdict.promote else f"Kept {before}.")
    return verdict


def _existing_challenger(job: _Job) -> ChampionRecord | None:
    """The challenger that DVC or an interrupted run trained for this flag on these sales and settings."""
    try:
        challenger = ChampionRecord.read(job.context.paths.challenger / RECORD)
    except NoChampionError:
        return None
    trained_on = (challenger.data_hash, challenger.params_hash)
    requested = (job.context.panel.content_hash(), params_hash(job.settings))
    champion = job.context.record
    newest = max(job.flag.time, champion.created_at) if champion else job.flag.time
    return challenger if trained_on == requested and challenger.created_at >= newest else None


def run_gate(job: _Job, challenger: ChampionRecord) -> GateVerdict:
    """Compare the challenger with the champion on the newest days.

    Without a champion, or where it cannot forecast these sales, the challenger is promoted.
    """
    champion, paths = job.context.champion, job.context.paths
    verdict = partial(
        GateVerdict,
        challenger=challenger.version,
        champion=champion.record.version if champion else None,
        attempt=job.attempt,
        kinds=job.flag.kinds,
    )
    if champion is None:
        return verdict(promote=True, reasons=("There was no champion.",))
    log_event(paths, f"Comparing it with champion {champion.record.version} on the newest days.")
    params, corrections = job.context.params.gate, job.context.default_corrections(job.attempt)
    model = Forecaster.load(paths.challenger)
    try:
        cards = compare_head_to_head(champion, model, job.context.panel, params.days, corrections)
    except DataContractError as error:
        return verdict(promote=True, reasons=(f"The champion cannot forecast these sales: {error}",))
    decision = decide(*cards, params)
    scorecards = {"before": cards[0].to_json(), "challenger": cards[1].to_json()}
    return verdict(promote=decision.promote, reasons=decision.reasons, scorecards=scorecards)


def log_event(paths: Paths, event: str) -> None:
    """Log to the terminal, and add a line with the time in UTC to `logs/retrain_logs.log`."""
    logger.info("%s", event)
    paths.logs.mkdir(parents=True, exist_ok=True)
    with paths.retrain_log.open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {' '.join(event.split())}\n")


def _run_logged(paths: Paths, force: bool) -> None:
    """Run with metrics pushed and a failure logged."""
    try:
        with report_champion_metrics("retrain", paths):
            run(paths, force)
    except (StorecastError, OSError) as error:
        with suppress(OSError):  # such as a full disk, which may be the failure
            log_event(paths, f"Failed: {error}")
        raise


def main(argv: Sequence[str]) -> int:
    """Exit 0 when the flag was acted on, also when the champion is kept; 2 when that could not be done."""
    parser = argparse.ArgumentParser(prog="python -m training.retrain", description=__doc__)
    parser.add_argument("--force", action="store_true", help="retrain without a flag")
    arguments = parser.parse_args(argv)
    paths = paths_of_clone()
    return exit_code(lambda: _run_logged(paths, arguments.force))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
