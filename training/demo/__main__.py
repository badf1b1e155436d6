"""Job: the closed loop on one machine, weeks in minutes. `python -m training.demo [--shock item-mix]`.

Sales, models and settings of the demo are in reports/demo, apart from those of the project.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence

from data.atomic_files import atomic_write_text
from data.jobs.job_exit import exit_code
from data.params import Paths, load_params
from data.synthetic import DRIFTS
from models.forecaster.forecaster import ForecasterParams
from training.demo import demo_weeks
from training.demo.demo_report import demo_page


def run(shocks: tuple[str, ...], project: Paths) -> None:
    """Run the weeks and write reports/demo.html."""
    started, paths = time.monotonic(), Paths(project.reports / "demo")
    os.environ["BENTOML_HOME"] = str(paths.bentoml_home.resolve())  # whatever the shell has set
    all_sales = demo_weeks.prepare_root(shocks, paths, project)
    params = load_params("forecaster", ForecasterParams, paths.params)
    weeks = demo_weeks.run_weeks(all_sales, demo_weeks.possible_errors(shocks, params), paths)
    page, shock_day = project.reports / "demo.html", demo_weeks.first_day(demo_weeks.WEEKS_BEFORE_SHOCK)
    atomic_write_text(page, demo_page(shocks, shock_day, weeks))
    print(f"{len(weeks)} weeks in {time.monotonic() - started:.0f} s: {page}")


def main(argv: Sequence[str]) -> int:
    """Exit 0 when the report was written, 2 when a step failed."""
    parser = argparse.ArgumentParser(prog="python -m training.demo", description=__doc__)
    shocks = demo_weeks.SHOCKS
    parser.add_argument("--shock", choices=DRIFTS, help=f"default: {' and '.join(shocks)}")
    shock = parser.parse_args(argv).shock
    return exit_code(lambda: run((shock,) if shock else shocks, Paths()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
