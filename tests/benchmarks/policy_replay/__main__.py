"""Job: two years simulated week by week with shocks: `python -m tests.benchmarks.policy_replay`.

Every policy fits the same members with the same, reduced effort, and is scored on the same weeks.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from data.atomic_files import atomic_write_json, atomic_write_text
from data.dates.calendar_days import WEEK_DAYS
from data.errors import DataContractError
from data.jobs.job_exit import exit_code
from data.loading.cleaning_rules import DataParams
from data.loading.load_history import RawFiles, load_history
from data.panel.sales_panel import SalesPanel
from data.params import Params, Paths, load_params, validate_section
from data.synthetic import SyntheticParams, synthetic_panel
from data.text import counted
from drift.params import DriftParams
from models.forecaster.forecaster import ForecasterParams
from tests.benchmarks.policy_replay.policies import (
    AFTER_WEEKS,
    Policy,
    PolicyRun,
    detections,
    false_alarms,
    loop,
    never,
    wape,
    weekly,
    weeks_after,
    worst_promotion,
)
from tests.benchmarks.policy_replay.simulation import (
    MIN_TRAINING_DAYS,
    PLANNED_KINDS,
    PlannedShock,
    Simulation,
    plan_shocks,
    shocked,
    weeks_needed,
)
from training.gate.job_context import RetrainParams

logger = logging.getLogger(__name__)

POLICIES: dict[str, Policy] = {"never retrain": never, "retrain every week": weekly, "Storecast's loop": loop}


@dataclass(frozen=True)
class Outcome:
    """One line of the table."""

    policy: str
    wape: float | None
    wape_after_shocks: float | None
    trainings: int
    promotions: int
    false_alarms: int | None
    days_to_detect: list[int | None]
    worst_promotion: float | None
    cpu_seconds: float


class Plan(Params):
    """Arguments of the job: length, shocks and training effort of a replay."""

    weeks: int = Field(default=104, ge=1)
    shocks: int = Field(default=4, ge=0, le=len(PLANNED_KINDS))
    lasting_weeks: int = Field(default=0, ge=0)
    seed: int = Field(default=1, ge=0)
    rows: int = Field(default=20_000, ge=1)
    rounds: int = Field(default=100, ge=0)

    @model_validator(mode="after")
    def _shocks_fit_into_the_weeks(self) -> Self:
        needed = weeks_needed(self.shocks)
        if self.weeks < needed:
            raise ValueError(f"{self.shocks} shocks need at least {needed} weeks, not {self.weeks}")
        return self


def require_enough_sales(panel: SalesPanel, weeks: int) -> None:
    """Raise `DataContractError` for a history that is too short, or without sales in the scored weeks."""
    needed = MIN_TRAINING_DAYS + weeks * WEEK_DAYS
    if panel.n_days < needed:
        raise DataContractError(
            f"The sales cover {counted(panel.n_days, 'day')}, expected at least {needed:,} days.",
            hint=f"Use a longer history or fewer than {weeks} --weeks.",
        )
    if not np.nansum(panel.sales[:, -weeks * WEEK_DAYS :]) > 0:
        raise DataContractError(
            f"Nothing was sold in the last {weeks * WEEK_DAYS} days, so that errors cannot be scored."
        )


def replay(
    panel: SalesPanel, plan: Plan, params: RetrainParams, drift: DriftParams
) -> tuple[list[PlannedShock], list[Outcome]]:
    """Run each policy over the last weeks of a panel. Return the shocks too."""
    require_enough_sales(panel, plan.weeks)
    shocks = plan_shocks(plan.shocks, plan.weeks, plan.seed)
    sales = shocked(panel, shocks, plan.weeks, plan.lasting_weeks, plan.seed)
    forecaster = ForecasterParams(final_rows=plan.rows, rounds=plan.rounds, seed=plan.seed)
    simulation = Simulation(sales, plan.weeks, forecaster, drift.false_alarm_rate)
    runs = ((name, policy(simulation, params)) for name, policy in POLICIES.items())
    return shocks, [outcome(name, run, simulation, shocks) for name, run in runs]


def outcome(name: str, run: PolicyRun, simulation: Simulation, shocks: list[PlannedShock]) -> Outcome:
    """The figures of a run."""
    has_detector = name == "Storecast's loop"
    result = Outcome(
        policy=name,
        wape=wape(simulation, run, range(simulation.n_weeks)),
        wape_after_shocks=wape(
            simulation, run, weeks_after(shocks, simulation.n_weeks) or range(simulation.n_weeks)
        ),
        trainings=len(run.trained),
        promotions=len(run.promoted),
        false_alarms=len(false_alarms(run, shocks)) if has_detector else None,
        days_to_detect=detections(run, shocks) if has_detector else [],
        worst_promotion=worst_promotion(simulation, run),
        cpu_seconds=sum(simulation.costs.seconds[key] for key in run.costs),
    )
    logger.info("%s: WAPE %.2f %% with %d trainings.", name, result.wape or 0, result.trainings)
    return result


def table(panel: SalesPanel, plan: Plan, shocks: list[PlannedShock], outcomes: list[Outcome]) -> str:
    """The outcomes as Markdown, with what they were measured on."""
    last = f"for {plan.lasting_weeks} weeks each" if plan.lasting_weeks else "each until the end"
    happened = ", ".join(f"{shock.name} from week {shock.week}" for shock in shocks) or "none"
    heads = [
        "policy",
        "WAPE %",
        f"WAPE % of the {AFTER_WEEKS} weeks after each shock",
        "trainings",
        "promotions",
        "episodes without a shock",
        "days to detect each shock",
        "worst promotion, its 28 days",
        "CPU seconds",
    ]
    lines = [
        f"{panel.n_series:,} series, the {plan.weeks} weeks up to {panel.end}, seed {plan.seed}. "
        f"Shocks, {last}: {happened}.",
        f"All policies roll forward every week and fit the same three members on {plan.rows:,} rows in "
        f"{plan.rounds} rounds, fewer than in a real training. Each week's seven days are scored.",
        "",
        f"| {' | '.join(heads)} |",
        f"|{'-|' * len(heads)}",
        *(f"| {' | '.join(cells(outcome))} |" for outcome in outcomes),
    ]
    return "\n".join(lines) + "\n"


def cells(outcome: Outcome) -> list[str]:
    """One line of the table."""
    days = ", ".join("not found" if days is None else str(days) for days in outcome.days_to_detect)
    worst = "" if outcome.worst_promotion is None else f"{outcome.worst_promotion:+.1f} %"
    alarms = "" if outcome.false_alarms is None else str(outcome.false_alarms)
    scores = ["–" if wape is None else f"{wape:.2f}" for wape in (outcome.wape, outcome.wape_after_shocks)]
    counts = [str(outcome.trainings), str(outcome.promotions), alarms]
    return [outcome.policy, *scores, *counts, days, worst, f"{outcome.cpu_seconds:.0f}"]


def main(argv: Sequence[str]) -> int:
    """Write reports/replay.md and .json and exit 0, or exit 2 for arguments or sales that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.policy_replay", description=__doc__)
    parser.add_argument("--sales", type=Path, help="a file (default: synthetic sales)")
    for name, value in Plan().model_dump().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=value, help=f"default: {value}")
    arguments = vars(parser.parse_args(argv))
    file = arguments.pop("sales")
    return exit_code(lambda: _run(file, validate_section("replay", Plan, arguments), Paths()))


def _run(file: Path | None, plan: Plan, paths: Paths) -> None:
    panel = _sales(file, paths)
    params = load_params("retrain", RetrainParams, paths.params)
    drift = load_params("drift", DriftParams, paths.params)
    shocks, outcomes = replay(panel, plan, params, drift)
    markdown = table(panel, plan, shocks, outcomes)
    atomic_write_text(paths.reports / "replay.md", markdown)
    content = {"plan": plan.model_dump(), "shocks": [asdict(shock) for shock in shocks]}
    policies = [asdict(outcome) for outcome in outcomes]
    atomic_write_json(paths.reports / "replay.json", {**content, "policies": policies})
    print(markdown, end="")


def _sales(file: Path | None, paths: Paths) -> SalesPanel:
    if file is None:
        return synthetic_panel(SyntheticParams())
    params = load_params("data", DataParams, paths.params)
    return load_history(RawFiles((file,), ()), params)[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
