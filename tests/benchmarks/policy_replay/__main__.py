"""Job: two years simulated week by week with shocks: `python -m tests.benchmarks.policy_replay`.

Every policy fits the same members with the same, reduced effort, and is scored on the same weeks.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from data.atomic_files import atomic_write_json, atomic_write_text
from data.errors import StorecastError
from data.loading.cleaning_rules import DataParams
from data.loading.load_history import RawFiles, load_history
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.progress import configure_logging
from data.synthetic import SyntheticParams, synthetic_panel
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
from tests.benchmarks.policy_replay.simulation import PlannedShock, Simulation, plan_shocks, shocked
from training.gate.params import RetrainParams

logger = logging.getLogger(__name__)

POLICIES: dict[str, Policy] = {"never retrain": never, "retrain every week": weekly, "Storecast's loop": loop}


@dataclass(frozen=True)
class Outcome:
    """One line of the table."""

    policy: str
    wape: float
    wape_after_shocks: float
    trainings: int
    promotions: int
    false_alarms: int | None
    days_to_detect: list[int | None]
    worst_promotion: float | None
    cpu_seconds: float


@dataclass(frozen=True)
class Plan:
    """How long, how hard and what happens."""

    weeks: int
    shocks: int
    lasting_weeks: int
    seed: int
    rows: int
    rounds: int


def replay(
    panel: SalesPanel, plan: Plan, params: RetrainParams, drift: DriftParams
) -> tuple[list[PlannedShock], list[Outcome]]:
    """Live the last weeks of a panel once for each policy; also the shocks there were."""
    shocks = plan_shocks(plan.shocks, plan.weeks, plan.seed)
    sales = shocked(panel, shocks, plan.weeks, plan.lasting_weeks, plan.seed)
    forecaster = ForecasterParams(final_rows=plan.rows, rounds=plan.rounds, seed=plan.seed)
    simulation = Simulation(sales, plan.weeks, forecaster, drift.false_alarm_rate)
    runs = ((name, policy(simulation, params)) for name, policy in POLICIES.items())
    return shocks, [outcome(name, run, simulation, shocks) for name, run in runs]


def outcome(name: str, run: PolicyRun, simulation: Simulation, shocks: list[PlannedShock]) -> Outcome:
    """What a run adds up to."""
    watches = name == "Storecast's loop"
    told = Outcome(
        policy=name,
        wape=wape(simulation, run, range(simulation.n_weeks)),
        wape_after_shocks=wape(
            simulation, run, weeks_after(shocks, simulation.n_weeks) or range(simulation.n_weeks)
        ),
        trainings=len(run.trained),
        promotions=len(run.promoted),
        false_alarms=len(false_alarms(run, shocks)) if watches else None,
        days_to_detect=detections(run, shocks) if watches else [],
        worst_promotion=worst_promotion(simulation, run) if run.promoted else None,
        cpu_seconds=sum(simulation.costs.seconds[key] for key in run.costs),
    )
    logger.info("%s: WAPE %.2f %% with %d trainings.", name, told.wape, told.trainings)
    return told


def table(panel: SalesPanel, plan: Plan, shocks: list[PlannedShock], outcomes: list[Outcome]) -> str:
    """The outcomes as Markdown, with what they were measured on."""
    last = f"for {plan.lasting_weeks} weeks each" if plan.lasting_weeks else "each for good"
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
        f"{plan.rounds} rounds, less than in earnest. Scored are the seven days after each week's start.",
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
    scores = [f"{outcome.wape:.2f}", f"{outcome.wape_after_shocks:.2f}"]
    counts = [str(outcome.trainings), str(outcome.promotions), alarms]
    return [outcome.policy, *scores, *counts, days, worst, f"{outcome.cpu_seconds:.0f}"]


def main(argv: Sequence[str]) -> int:
    """Replay and write reports/replay.md and .json; 2 when the sales cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.policy_replay", description=__doc__)
    parser.add_argument("--sales", type=Path, help="a file; made-up sales unless given")
    defaults = {"weeks": 104, "shocks": 4, "lasting-weeks": 0, "seed": 1, "rows": 20_000, "rounds": 100}
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    given = vars(parser.parse_args(argv))
    configure_logging()
    paths, file = Paths(), given.pop("sales")
    plan = Plan(**given)
    try:
        panel = _sales(file, paths)
        params = load_params("retrain", RetrainParams, paths.params)
        drift = load_params("drift", DriftParams, paths.params)
        shocks, outcomes = replay(panel, plan, params, drift)
    except StorecastError as error:
        print(error, file=sys.stderr)
        return 2
    told = table(panel, plan, shocks, outcomes)
    atomic_write_text(paths.reports / "replay.md", told)
    content = {"plan": asdict(plan), "shocks": [asdict(shock) for shock in shocks]}
    atomic_write_json(
        paths.reports / "replay.json", {**content, "policies": [asdict(one) for one in outcomes]}
    )
    print(told, end="")
    return 0


def _sales(file: Path | None, paths: Paths) -> SalesPanel:
    if file is None:
        return synthetic_panel(SyntheticParams())
    params = load_params("data", DataParams, paths.params)
    return load_history(RawFiles((file,), ()), params)[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
