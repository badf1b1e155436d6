"""What a job decides on: sales, settings, champion and decisions, each read and verified once."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from data.errors import DataContractError
from data.panel.sales_panel import SalesPanel
from data.params import Params, Paths, load_params
from data.prepare import load_panel
from drift.result.retrain_flag import Flag
from models.champion import Champion
from models.forecaster.recent_correction import NO_CORRECTION, RecentCorrection
from models.storage.version_record import ChampionRecord
from training.gate.correction_policy import DefaultCorrections, default_corrections
from training.gate.decision_rule import GateParams
from training.gate.retrain_schedule import RetrainScheduleParams, is_adapting, next_attempt
from training.gate.verdict import earlier_verdict
from training.registry.decision_log import Decision, read_decisions, versions_in
from training.registry.promotion import promote


class RetrainParams(Params):
    """Section `retrain` of params.yaml: the gate's thresholds and the schedule of attempts."""

    gate: GateParams = GateParams()
    pace: RetrainScheduleParams = RetrainScheduleParams()


@dataclass(frozen=True)
class JobContext:
    """Open it once for each job and pass it on. `champion` is None before the first promotion."""

    paths: Paths
    panel: SalesPanel
    params: RetrainParams
    champion: Champion | None
    decisions: tuple[Decision, ...]

    @classmethod
    def open(cls, paths: Paths, champion: Champion | None) -> Self:
        """Read sales, settings and decisions for an opened champion."""
        params = load_params("retrain", RetrainParams, paths.params)
        return cls(paths, load_panel(paths), params, champion, tuple(read_decisions(paths.history_jsonl)))

    @property
    def record(self) -> ChampionRecord | None:
        """What champion.json says."""
        return self.champion.record if self.champion else None

    @property
    def last_day(self) -> date:
        """The last day of the sales, which is the day that waits are counted to."""
        return date.fromisoformat(str(self.panel.end))

    @property
    def correction(self) -> RecentCorrection:
        """That of the champion."""
        return RecentCorrection.from_record(self.champion.card) if self.champion else NO_CORRECTION

    def due_attempt(self, flag: Flag | None) -> int | None:
        """The attempt that is due with this flag or without one, or None; a flag by hand is no attempt."""
        if flag and flag.by_hand:
            return None
        kinds, follows = flag.kinds if flag else None, self.correction.follows_breaks
        return next_attempt(self.decisions, kinds, follows, self.last_day, self.params.pace)

    def default_corrections(self, attempt: int | None = None) -> DefaultCorrections:
        """Where the selection of corrections starts at an attempt or without one."""
        adapting = is_adapting(self.decisions, self.last_day, self.params.pace)
        return default_corrections(self.correction, adapting, attempt)

    def require_not_older_than_champion(self) -> None:
        """Raise `DataContractError` for sales that end before the champion's cutoff."""
        if self.record and self.last_day < self.record.cutoff:
            raise DataContractError(
                f"The sales end on {self.last_day}, before the cutoff {self.record.cutoff} of the champion "
                f"{self.record.version}.",
                hint="Add the missing days again; to start over on other sales, run `make train`.",
            )


def open_champion(paths: Paths) -> Champion:
    """The champion of this clone with its files verified; an interrupted promotion is finished first.

    Raises `NoChampionError` before the first promotion, `ArtifactError` for files missing or damaged.
    """
    record = ChampionRecord.read(paths.champion_json)
    home = paths.versions / record.version
    if record.version not in versions_in(read_decisions(paths.history_jsonl)):
        verdict = earlier_verdict(record, record, paths)
        if verdict and verdict.promote:
            verdict.apply(home, record, paths)
        else:
            promote(home, ["Finished after an interruption."], paths)
    return Champion.load(home)
