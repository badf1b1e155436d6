"""Job: sample sales in data/raw while there are no others; files put there by hand stay."""

import argparse
import logging
import sys
from collections.abc import Sequence

from data.atomic_files import exclusive
from data.errors import DataContractError
from data.jobs.job_exit import exit_code
from data.loading.load_history import SAMPLE, raw_files
from data.params import Paths, load_params
from data.synthetic import SyntheticParams, synthetic_panel, write_sales

logger = logging.getLogger(__name__)


def create_sample(paths: Paths) -> None:
    """Create sample sales by section `synthetic` of params.yaml, where there are none.

    Raises `DataContractError` where sales are missing that days were added to or a champion was trained on.
    """
    if raw_files(paths.raw).ingested:
        raise DataContractError(
            f"{paths.raw} holds ingested days only; what they were added to is missing.",
            hint="Put the sales back, or remove the ingested files.",
        )
    if paths.champion_json.exists():
        raise DataContractError(
            f"There are no sales in {paths.raw}, and {paths.champion_json} was trained on some.",
            hint="`make pull` fetches shared sales; to start over, remove champion.json.",
        )
    logger.info("No sales in %s: creating sample sales as %s.", paths.raw, SAMPLE)
    _write_sample(paths)


def update_sample(paths: Paths) -> None:
    """Create the sample where there are no sales, and again where there is only the sample."""
    with exclusive(paths.raw):
        files = raw_files(paths.raw)
        if not files.base:
            create_sample(paths)
        elif files.base == (paths.raw / SAMPLE,) and not files.ingested:
            _write_sample(paths)


def _write_sample(paths: Paths) -> None:
    params = load_params("synthetic", SyntheticParams, paths.params)
    write_sales(synthetic_panel(params), paths.raw / SAMPLE)


def main(argv: Sequence[str]) -> int:
    """Create the sample if there are no sales; 2 when sales are missing."""
    argparse.ArgumentParser(prog="python -m data.sample", description=__doc__).parse_args(argv)
    return exit_code(lambda: update_sample(Paths()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
