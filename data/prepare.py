"""Job: data/raw -> data/processed/sales.parquet and reports/data_quality.json."""

import argparse
import logging
import sys
from collections.abc import Sequence

from data.atomic_files import atomic_write_json, exclusive
from data.jobs.job_exit import exit_code
from data.loading.cleaning_rules import DataParams
from data.loading.file_formats import SUFFIXES
from data.loading.load_history import MANY_ROWS, load_history, raw_files
from data.panel.frames import read_panel, write_panel
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.sample import create_sample

logger = logging.getLogger(__name__)


def load_panel(paths: Paths) -> SalesPanel:
    """Prepare the sales of this project from its raw files; without any, read the processed sales."""
    if not raw_files(paths.raw).base and paths.sales.exists():
        logger.info("No sales in data/raw: using %s as it was prepared before.", paths.sales)
        return read_panel(paths.sales)
    return prepare(paths)


def prepare(paths: Paths) -> SalesPanel:
    """Clean the sales in data/raw, or a sample created there if there are none; write them and the report.

    Raises `DataContractError` when files cannot be used; nothing is written then.
    """
    params = load_params("data", DataParams, paths.params)
    with exclusive(paths.raw):
        if not raw_files(paths.raw).base:
            create_sample(paths)
        files = raw_files(paths.raw)
        for path in files.left_out:
            logger.warning("%s is none of %s: left out.", path, ", ".join(SUFFIXES))
        panel, report = load_history(files, params)
    if report.n_rows >= MANY_ROWS:
        logger.info("Writing %s.", paths.sales)
    write_panel(panel, paths.sales)
    atomic_write_json(paths.data_quality, report.to_json())
    for line in report.summary_lines:
        logger.info("%s", line)
    return panel


def main(argv: Sequence[str]) -> int:
    """Prepare the sales of this project; 2 when they cannot be used."""
    argparse.ArgumentParser(prog="python -m data.prepare", description=__doc__).parse_args(argv)
    return exit_code(lambda: prepare(Paths()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
