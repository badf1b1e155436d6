"""Job: flag -> challenger -> gate -> champion. `python -m training.retrain [--force]`.

Each step leaves a file that says it is done, so that a run that died anywhere is finished by the next:

    flag ─▸ models/challenger ─▸ reports/gate.json ─▸ champion.json ─▸ history.jsonl ─▸ flag cleared
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from data.errors import NoChampionError, StorecastError
from data.panel import SalesPanel
from data.params import Params, Paths, load_params
from data.prepare import load_panel
from data.progress import configure_logging
from drift.flag import Flag, clear_flag, raise_flag, read_flag
from models.store import RECORD, ChampionRecord
from training.cool_down import CoolDownParams, cooling_until
from training.decisions import read_decisions
from training.events import log_event
from training.gate import GateParams
from training.judgement import Judgement, earlier_judgement, judge
from training.registry import champion_record, keep, own_bento_home, promote
from training.retention import prune
from training.roll_forward import open_champion, require_no_way_back
from training.train import Settings, train
from training.version import one_at_a_time, params_hash


class RetrainParams(Params):
    """Section `retrain` of params.yaml."""

    gate: GateParams = GateParams()
    cool_down: CoolDownParams = CoolDownParams()


def run(paths: Paths, force: bool = False) -> Judgement | None:
    """Act on the flag: train a challenger, let the gate decide, promote or keep, clear the flag.

    `force` acts without a flag and in spite of a cool-down. Returns what the gate decided, None where there
    was nothing to decide. Raises `StorecastError` when it cannot be done; champion and flag stay then.
    """
    with one_at_a_time(paths):
        flag = read_flag(paths.flag)
        if flag is None and force:
            flag = raise_flag(paths.flag, "Asked for by hand.", _version(paths))
        if flag is None:
            log_event(paths, "Nothing to do: no flag asks for a retraining.")
            return None
        log_event(paths, f"Started. {flag.reason}")
        judgement = _act_on(flag, force, paths)
        prune(paths)
        clear_flag(paths.flag)
        log_event(paths, "Flag cleared.")
        return judgement


def _act_on(flag: Flag, force: bool, paths: Paths) -> Judgement | None:
    settings, panel = Settings.read(paths), load_panel(paths)
    params = load_params("retrain", RetrainParams, paths.params)
    champion, log = champion_record(paths), read_decisions(paths.history_jsonl)
    if champion:
        require_no_way_back(champion, panel.end.astype(object))
    challenger = _challenger_of(flag, panel, settings, paths)
    if challenger and challenger.version in {entry.version for entry in log}:
        log_event(paths, f"{challenger.version} was decided on already.")
        return None
    cooling = cooling_until(log, params.cool_down)
    if challenger is None and not force and cooling and panel.end.astype(object) <= cooling:
        log_event(paths, f"Cooling down until {cooling}: retraining did not help last time. Kept.")
        return None
    if challenger is None:
        challenger = train(panel, settings, paths)
        log_event(paths, f"Challenger {challenger.version} trained on sales until {challenger.cutoff}.")
    else:
        log_event(paths, f"Challenger {challenger.version} of an interrupted run taken over.")
    judgement = _judgement(challenger, panel, params.gate, paths)
    _carry_out(judgement, challenger, paths)
    return judgement


def _challenger_of(flag: Flag, panel: SalesPanel, settings: Settings, paths: Paths) -> ChampionRecord | None:
    """The challenger that a run which did not end has trained for this flag, on these sales and settings."""
    try:
        challenger = ChampionRecord.read(paths.challenger / RECORD)
    except NoChampionError:
        return None
    learnt = (challenger.data_hash, challenger.params_hash)
    is_of_flag = challenger.created_at >= flag.time and learnt == (
        panel.content_hash(),
        params_hash(settings),
    )
    return challenger if is_of_flag else None


def _judgement(challenger: ChampionRecord, panel: SalesPanel, params: GateParams, paths: Paths) -> Judgement:
    champion = champion_record(paths)
    judgement = earlier_judgement(challenger, champion, paths)
    if judgement is None:
        judgement = judge(challenger, open_champion(paths) if champion else None, panel, params, paths)
        judgement.write(paths)
    return judgement


def _carry_out(judgement: Judgement, challenger: ChampionRecord, paths: Paths) -> None:
    for reason in judgement.reasons:
        log_event(paths, f"Gate: {reason}")
    if judgement.promote:
        promote(paths.challenger, judgement.reasons, paths, judgement.scorecards)
        log_event(paths, f"Promoted {challenger.version}, in place of {judgement.champion or 'nothing'}.")
    else:
        keep(challenger, judgement.reasons, paths, judgement.scorecards or {})
        log_event(paths, f"Kept {judgement.champion}.")


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
    own_bento_home(paths)
    try:
        run(paths, arguments.force)
    except StorecastError as error:
        log_event(paths, f"Failed: {error}")
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
