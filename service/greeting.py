"""Job: say where the page will be, and one request to try, before the server takes over the terminal."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence

import numpy as np

from data.errors import StorecastError
from data.params import Paths
from models.store import ChampionRecord
from models.table import ForecastTable

LEAD_DAYS = 14


def greeting(table: ForecastTable, version: str, port: int) -> str:
    """Address of the page and a request for the first series, two weeks after the cutoff."""
    day = table.cutoff + np.timedelta64(LEAD_DAYS, "D")
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


def main(argv: Sequence[str] | None = None) -> int:
    """Greet; 2 when there is no champion to serve."""
    parser = argparse.ArgumentParser(prog="python -m service.greeting", description=__doc__)
    parser.add_argument("--port", type=int, default=3000)
    port = parser.parse_args(argv).port
    paths = Paths()
    try:
        record = ChampionRecord.read(paths.champion_json)
        print(greeting(ForecastTable.open(paths.versions / record.version), record.version, port), flush=True)
    except StorecastError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
