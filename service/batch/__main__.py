"""Job: write forecasts of all series to one file: `python -m service.batch --horizon-days 90 --out FILE`."""

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.atomic_files import sha256_of
from data.errors import DataContractError
from data.jobs.job_exit import exit_code
from data.jobs.progress import progress
from data.loading.cleaning_rules import DataParams
from data.panel.sales_panel import SalesPanel
from data.params import Paths, load_params
from data.text import counted, quoted
from service.api.request_models import MAX_HORIZON_DAYS, MAX_QUANTILES
from service.batch.forecast_sources import TIMEOUT_SECONDS, ForecastSource, LocalForecasts, RemoteForecasts
from service.batch.input import Reject, read_history, read_requested_rows
from service.batch.output import Parts, write_rejects
from service.core.service_client import service_client
from service.core.settings import read_settings

URL_HELP = (
    "use a running server; by default the champion of this directory. With --sales, a server checks each "
    "series alone for being discontinued; a local batch compares the series of the file, 1,000 at a time"
)
logger = logging.getLogger(__name__)


def run(arguments: argparse.Namespace) -> None:
    """Forecast what was requested; raises `StorecastError` when that is not possible."""
    out: Path = arguments.out
    read_settings()  # before BentoML's service class does
    parts = Parts(out)
    params = load_params("data", DataParams) if Paths().params.exists() else DataParams()
    history, rejects = read_history(arguments.sales, params) if arguments.sales else (None, [])
    with _source(arguments.url, history, arguments.quantiles) as source:
        arguments.horizon_days = arguments.horizon_days or source.horizon_days
        requested = None
        if arguments.future:
            requested, more = read_requested_rows(
                arguments.future, params, source.series, source.cutoff, arguments.horizon_days
            )
            rejects += more
        rejects_file = out.with_name(f"{out.name}.rejects.csv")
        write_rejects(rejects_file, rejects)
        if requested is not None and not requested.any():
            raise _nothing_to_forecast(arguments.future, rejects, rejects_file)
        count = _forecast_parts(parts, source, requested, arguments, history)
        n_rows = parts.finish(count)
        size = f"{counted(n_rows, 'row')} of {counted(len(source.series), 'series')}"
        days = f"{arguments.horizon_days} days from {source.cutoff}"
        logger.info("%s: %s, %s, by version %s.", out, size, days, source.version)
    if arguments.url and history:
        logger.info("The server checked each series alone for being discontinued; see --url in --help.")
    if rejects:
        logger.info("Rejected %s; %s gives the reasons.", counted(len(rejects), "row"), rejects_file)


def _nothing_to_forecast(future: Path, rejects: Sequence[Reject], rejects_file: Path) -> DataContractError:
    """The error for a file of requested rows of which none can be forecast."""
    if not rejects:
        return DataContractError(f"{future.name} has no rows, expected dates, stores and items to forecast.")
    return DataContractError(
        f"{future.name} has no row that can be forecast: {rejects[0].reason} (row {rejects[0].row}).",
        hint=f"{rejects_file} gives the reason for each of {counted(len(rejects), 'row')}.",
    )


@contextmanager
def _source(
    url: str | None, history: SalesPanel | None, quantiles: Sequence[float]
) -> Iterator[ForecastSource]:
    if url is None:
        yield LocalForecasts(history, quantiles)
        return
    with service_client(url, TIMEOUT_SECONDS) as client:
        yield RemoteForecasts(client, history, quantiles)


def _forecast_parts(
    parts: Parts,
    source: ForecastSource,
    requested: NDArray[np.bool_] | None,
    arguments: argparse.Namespace,
    history: SalesPanel | None,
) -> int:
    """Write every missing part; returns the number of parts."""
    manifest = {
        "version": source.version,
        "cutoff": str(source.cutoff),
        "horizon_days": arguments.horizon_days,
        "quantiles": arguments.quantiles,
        "chunk": source.chunk,
        "history": history.content_hash() if history else None,
        "future": sha256_of(arguments.future) if arguments.future else None,
    }
    if kept := parts.begin(manifest, arguments.resume):
        logger.info("Keeping %d finished parts of an interrupted run.", kept)
    n_series = len(source.series)
    chunks = np.split(np.arange(n_series), range(source.chunk, n_series, source.chunk))
    with progress(range(n_series), "Forecast") as bar:
        for number, rows in enumerate(chunks):
            if not parts.has(number):
                forecasts = source.forecast(rows, arguments.horizon_days)
                parts.write(number, forecasts, None if requested is None else requested[rows])
            bar.update(len(rows))
    return len(chunks)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the batch; exit 2 with a message when it fails, with finished parts kept for `--resume`."""
    arguments = _parser().parse_args(argv)
    arguments.sales = arguments.sales or arguments.file
    logging.getLogger("httpx").setLevel(logging.WARNING)  # one line a request
    return exit_code(lambda: run(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service.batch", description=__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, help="FILE.parquet or FILE.csv, replaced when complete"
    )
    parser.add_argument("--horizon-days", type=_horizon, help="by default the horizon of the model")
    parser.add_argument(
        "--quantiles", type=_quantiles, default=[], help="such as 0.1,0.5,0.9: columns quantile_0.1 and so on"
    )
    parser.add_argument("--sales", type=Path, help="history to forecast from; by default that of the model")
    parser.add_argument("file", type=Path, nargs="?", metavar="SALES", help="the same as --sales")
    parser.add_argument("--future", type=Path, help="dates, stores and items to forecast; by default all")
    parser.add_argument("--url", help=URL_HELP)
    parser.add_argument("--resume", action="store_true", help="keep the finished parts of an interrupted run")
    return parser


def _quantiles(text: str) -> list[float]:
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not 1 <= len(found) <= MAX_QUANTILES or not all(0.01 <= probability <= 0.99 for probability in found):
        raise argparse.ArgumentTypeError(
            f"found {quoted(text)}, expected up to {MAX_QUANTILES} numbers of 0.01 to 0.99: 0.1,0.5,0.9"
        )
    return list(dict.fromkeys(found))


def _horizon(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MAX_HORIZON_DAYS:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"found {quoted(text)}, expected a whole number from 1 to {MAX_HORIZON_DAYS}"
    )


if __name__ == "__main__":
    sys.exit(main())
