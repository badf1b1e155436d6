"""A policy replay: the same shocks for all policies, and figures that add up."""

import json
from pathlib import Path

import numpy as np
import pytest

from data.panel.sales_panel import SalesPanel
from data.synthetic import SyntheticParams, synthetic_panel
from models.forecaster.forecaster import ForecasterParams
from tests.benchmarks.policy_replay.__main__ import main
from tests.benchmarks.policy_replay.policies import (
    PolicyRun,
    detections,
    false_alarms,
    loop,
    never,
    wape,
    weekly,
    weeks_after,
)
from tests.benchmarks.policy_replay.simulation import PlannedShock, Simulation, plan_shocks, shocked
from training.gate.job_context import RetrainParams

WEEKS = 12
SHOCKS = [PlannedShock(4, "all ×0.5")]


@pytest.fixture(scope="module")
def steady() -> SalesPanel:
    return synthetic_panel(SyntheticParams(stores=2, items=4, days=420 + 40 * 7 + WEEKS * 7))


@pytest.fixture(scope="module")
def simulation(steady: SalesPanel) -> Simulation:
    sales = shocked(steady, SHOCKS, WEEKS, lasting_weeks=0, seed=1)
    return Simulation(sales, WEEKS, ForecasterParams(final_rows=2_000, rounds=10), 0.005)


def test_shocks_begin_in_their_week_and_change_nothing_before(steady: SalesPanel) -> None:
    after = shocked(steady, SHOCKS, WEEKS, lasting_weeks=2, seed=1).sales
    first = steady.n_days - 7 * (WEEKS - 4)
    np.testing.assert_array_equal(after[:, :first], steady.sales[:, :first])
    np.testing.assert_array_equal(after[:, first + 14 :], steady.sales[:, first + 14 :])
    assert after[:, first : first + 14].sum() == pytest.approx(
        0.5 * steady.sales[:, first : first + 14].sum(), rel=0.01
    )


def test_a_seed_plans_the_same_shocks_again_each_in_its_part_of_the_weeks() -> None:
    plans = [plan_shocks(4, 104, seed) for seed in range(20)]
    assert plans == [plan_shocks(4, 104, seed) for seed in range(20)]
    for plan in plans:
        assert len({shock.name for shock in plan}) == 4
        assert [0 <= shock.week - 4 - 25 * k < 12 for k, shock in enumerate(plan)] == [True] * 4


def test_every_policy_serves_every_week_and_pays_for_what_it_did(simulation: Simulation) -> None:
    params = RetrainParams()
    runs = {policy.__name__: policy(simulation, params) for policy in (never, weekly, loop)}
    assert all(len(run.served) == WEEKS for run in runs.values())
    assert len(runs["never"].trained) == 1
    assert len(runs["weekly"].trained) == WEEKS
    costs = {name: sum(simulation.costs.seconds[key] for key in run.costs) for name, run in runs.items()}
    assert costs["never"] < costs["weekly"]
    serving = [simulation.origins[0]]
    for week, model in enumerate(runs["loop"].served):
        if week in runs["loop"].promoted:
            serving.append(simulation.origins[week])
        assert model == serving[-1]


def test_the_loop_finds_the_shock_and_has_a_lower_error_than_without_retraining(
    simulation: Simulation,
) -> None:
    params = RetrainParams()
    run = loop(simulation, params)
    assert detections(run, SHOCKS) == [7]
    weeks = range(7, WEEKS)
    with_loop, without = wape(simulation, run, weeks), wape(simulation, never(simulation, params), weeks)
    assert with_loop is not None
    assert without is not None
    assert with_loop < without


def test_episodes_are_false_outside_the_eight_weeks_after_a_shock() -> None:
    shocks = [PlannedShock(4, "all ×1.3"), PlannedShock(30, "all ×0.8")]
    run = PolicyRun(alarms=[2, 5, 12, 13, 29], opened=[2, 5, 12, 13, 29])
    assert false_alarms(run, shocks) == [2, 13, 29]
    assert detections(run, shocks) == [7, None]
    assert weeks_after(shocks, 32) == [*range(4, 12), 30, 31]


def test_the_job_writes_a_table_and_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "params.yaml").write_text("data:\ndrift:\nretrain:\n")
    sales = tmp_path / "sales.csv"
    rng = np.random.default_rng(1)
    days = np.datetime64("2016-01-01") + np.arange(450)
    rows = [f"{day},1,{item},{rng.poisson(20)}" for item in range(3) for day in days]
    sales.write_text("\n".join(["date,store,item,sales", *rows]))
    monkeypatch.chdir(tmp_path)
    assert (
        main(["--sales", str(sales), "--weeks", "4", "--shocks", "0", "--rows", "500", "--rounds", "2"]) == 0
    )
    written = json.loads(Path("reports/replay.json").read_text())
    assert [one["policy"] for one in written["policies"]] == [
        "never retrain",
        "retrain every week",
        "Storecast's loop",
    ]
    assert Path("reports/replay.md").read_text() == capsys.readouterr().out
    assert main(["--sales", "nothing.csv"]) == 2
    capsys.readouterr()
    assert main(["--weeks", "8"]) == 2
    assert "4 shocks need at least 12 weeks, not 8" in capsys.readouterr().err
    for wrong in (["--weeks", "0"], ["--rounds", "-1"], ["--shocks", "-2"], ["--shocks", "99"]):
        assert main(wrong) == 2
        assert "replay" in capsys.readouterr().err
