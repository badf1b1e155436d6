"""Job: print the address of the page and a request to try, before the server starts."""

import argparse
import json
import os
import shlex
import socket
import sys
from collections.abc import Sequence

import numpy as np

from data.errors import StorecastError
from data.jobs.job_exit import exit_code
from data.params import Paths
from models.storage.forecast_table import ForecastTable
from models.storage.version_record import ChampionRecord

SUGGESTED_STEP_DAYS = 14


def startup_message(table: ForecastTable, version: str, port: int) -> str:
    """Address of the page and a request for the first series, two weeks ahead where the horizon allows."""
    step = min(SUGGESTED_STEP_DAYS, table.horizon_days)
    day = table.cutoff + np.timedelta64(step, "D")
    body = {"store": table.series.stores[0], "item": table.series.items[0], "date": str(day)}
    address = f"http://localhost:{port}"
    request = (
        f"curl -s {address}/predict -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}"
    )
    return (
        f"Champion {version}: {len(table.series)} series, {table.horizon_days} days from {table.cutoff}.\n"
        f"The page, in a few seconds: {address}/\n"
        f"A request to try: {request}"
    )


def require_free_port(port: int) -> None:
    """Raise `StorecastError` when this port cannot be opened, as when another program uses it."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((os.environ.get("BENTOML_HOST", "127.0.0.1"), port))
        except (OSError, OverflowError) as error:
            raise StorecastError(
                f"Port {port} cannot be opened: {error}.", hint="Choose another one: make up PORT=3001."
            ) from error


def main(argv: Sequence[str] | None = None) -> int:
    """Print the message, or why there is no champion yet: a server can still wait for a remote champion.

    Exit 2 when the port is in use. `--check` checks the port alone, before minutes go into a training.
    """
    parser = argparse.ArgumentParser(prog="python -m service.deploy.startup_message", description=__doc__)
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--check", action="store_true", help="only check that the port is free")
    arguments, paths = parser.parse_args(argv), Paths()

    def run() -> None:
        require_free_port(arguments.port)
        if arguments.check:
            return
        try:
            version = ChampionRecord.read(paths.champion_json).version
            table = ForecastTable.open(paths.versions / version)
            print(startup_message(table, version, arguments.port), flush=True)
        except StorecastError as error:
            address = f"http://localhost:{arguments.port}/health"
            print(f"{error} Until there is one, {address} says why.", file=sys.stderr)

    return exit_code(run)


if __name__ == "__main__":
    sys.exit(main())
