"""Job: flag -> challenger -> gate -> champion. `python -m training.retrain [--force]`.

Each step leaves a file that says it is done, so that a run that died anywhere is finished by the next:

    flag ─▸ models/challenger ─▸ reports/gate.json ─▸ champion.json ─▸ history.jsonl ─▸ flag cleared
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from data.errors import NoChampionError, StorecastError
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.prepare import load_panel
from data.progress import configure_logging
from drift.result.retrain_flag import Flag, clear_flag, raise_flag, read_flag
from models.champion import Champion
from models.storage.version_record import RECORD, ChampionRecord
from training.gate.correction_policy import DefaultCorrections, due_attempt, read_default_corrections
from training.gate.params import RetrainParams
from training.gate.verdict import GateVerdict, earlier_verdict, run_gate
from training.registry.champion_metrics import report_champion_metrics
from training.registry.decision_log import read_decisions
from training.registry.event_log import log_event
from training.registry.promotion import champion_record, use_local_bentoml_home
from training.registry.retention import delete_old_versions
from training.registry.version_folder import params_hash, training_lock
from training.roll_forward import open_champion, require_not_older_than_champion
from training.train import Settings, train


@dataclass(frozen=True)
class _Job:
    """What a run does, and on what. `attempt` is None by hand and while cooling down."""

    flag: Flag
    attempt: int | None
    force: bool
    corrections: DefaultCorrections
    panel: SalesPanel
    settings: Settings
    params: RetrainParams
    paths: Paths


def run(paths: Paths, force: bool = False) -> GateVerdict | None:
    """Act on a flag, or try again what one began: challenger, gate, promote or keep, clear the flag.

    `force` acts without a flag and in spite of a cool-down. Returns what the gate decided, None where there
    was nothing to decide. Raises `StorecastError` when it cannot be done; champion and flag stay then.
    """
    with training_lock(paths):
        job = _job(paths, force)
        if job is None:
            log_event(paths, "Nothing to do: no flag asks for a retraining.")
            return None
        log_event(paths, f"Started. {job.flag.reason}")
        verdict = _act_on(job)
        delete_old_versions(paths)
        is_cleared = clear_flag(paths.flag, job.flag)
        log_event(paths, "Flag cleared." if is_cleared else "Flag kept: it was extended during this run.")
        return verdict


def _job(paths: Paths, force: bool) -> _Job | None:
    """What is to be done; it has a flag, so that a run that dies is known to have begun."""
    flag, log = read_flag(paths.flag), read_decisions(paths.history_jsonl)
    if flag is None and not force and not any(entry.attempt for entry in log):
        return None
    settings, panel = Settings.read(paths), load_panel(paths)
    params = load_params("retrain", RetrainParams, paths.params)
    force = force or (flag is not None and flag.by_hand)  # or one by hand that died
    attempt = None if force else due_attempt(paths, panel, flag)
    if flag is None and not force and attempt is None:
        return None
    _require_champion_to_judge(paths, panel)  # first: a flag that was raised outlives a refusal
    if flag is None:
        reason = "Asked for by hand." if force else f"Attempt {attempt} to learn what has drifted."
        flag = raise_flag(paths.flag, reason, _version(paths), by_hand=force)
    return _Job(
        flag, attempt, force, read_default_corrections(paths, panel, attempt), panel, settings, params, paths
    )


def _require_champion_to_judge(paths: Paths, panel: SalesPanel) -> None:
    """Refuse what no challenger could be compared on: sales that end too early, a champion without files."""
    champion = champion_record(paths)
    if champion:
        require_not_older_than_champion(champion, panel.end.astype(object))
        Champion.load(paths.versions / champion.version)


def _act_on(job: _Job) -> GateVerdict | None:
    paths = job.paths
    challenger = _challenger_of(job)
    if challenger and challenger.version in {entry.version for entry in read_decisions(paths.history_jsonl)}:
        log_event(paths, f"{challenger.version} was decided on already.")
        return None
    if challenger is None and job.attempt is None and not job.force:
        log_event(paths, "Cooling down: this drift was acted on recently. No further attempt is due yet.")
        return None
    if challenger is None:
        challenger = train(job.panel, job.settings, paths, job.corrections.challenger)
        log_event(paths, f"Challenger {challenger.version} trained on sales until {challenger.cutoff}.")
    else:
        log_event(paths, f"Challenger {challenger.version} is there already, trained for this flag.")
    verdict = _verdict(job, challenger)
    _apply_verdict(job, verdict, challenger)
    return verdict


def _challenger_of(job: _Job) -> ChampionRecord | None:
    """The challenger trained for this flag on these sales and settings: by DVC, or by a run that died."""
    try:
        challenger = ChampionRecord.read(job.paths.challenger / RECORD)
    except NoChampionError:
        return None
    trained_on = (challenger.data_hash, challenger.params_hash)
    requested = (job.panel.content_hash(), params_hash(job.settings))
    champion = champion_record(job.paths)
    newest = max(job.flag.time, champion.created_at) if champion else job.flag.time
    return challenger if trained_on == requested and challenger.created_at >= newest else None


def _verdict(job: _Job, challenger: ChampionRecord) -> GateVerdict:
    champion = champion_record(job.paths)
    verdict = earlier_verdict(challenger, champion, job.paths)
    if verdict is None:
        opened = open_champion(job.paths) if champion else None
        judged = run_gate(challenger, opened, job.panel, job.params.gate, job.corrections, job.paths)
        verdict = judged.model_copy(update={"attempt": job.attempt, "kinds": job.flag.kinds})
        verdict.write(job.paths)
    return verdict


def _apply_verdict(job: _Job, verdict: GateVerdict, challenger: ChampionRecord) -> None:
    for reason in verdict.reasons:
        log_event(job.paths, f"Gate: {reason}")
    verdict.apply(job.paths.challenger, challenger, job.paths)
    before = verdict.champion or "nothing"
    if verdict.promote:
        log_event(job.paths, f"Promoted {challenger.version}, in place of {before}.")
    else:
        log_event(job.paths, f"Kept {before}.")


def _version(paths: Paths) -> str | None:
    champion = champion_record(paths)
    return champion.version if champion else None


def main(argv: Sequence[str]) -> int:
    """Exit 0 when the flag was acted on, also when the champion is kept; 2 when that could not be done."""
    parser = argparse.ArgumentParser(prog="python -m training.retrain", description=__doc__)
    parser.add_argument("--force", action="store_true", help="retrain without a flag")
    arguments = parser.parse_args(argv)
    configure_logging()
    paths = Paths()
    use_local_bentoml_home(paths)
    try:
        with report_champion_metrics("retrain", paths):
            run(paths, arguments.force)
    except StorecastError as error:
        log_event(paths, f"Failed: {error}")
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
