"""What a request costs, as tables."""

from collections.abc import Sequence

from tests.benchmarks.growth import Lifecycle
from tests.benchmarks.report import table
from tests.benchmarks.serving import Cost

HEADER = ("CPU, µs a request", "requests/s", "p50 / p99 ms", "not answered 200")
PEERS = ("empty BentoML endpoint", "empty FastAPI endpoint", "original project")


def costs(measured: Sequence[Cost]) -> str:
    """One line per endpoint, the best of all rounds."""
    return table(("", *HEADER), ([cost.endpoint.name, *_cells(cost)] for cost in measured))


def compared(measured: Sequence[Cost]) -> str:
    """The same, each with its CPU as a multiple of each peer's."""
    by_name = {cost.endpoint.name: cost.cpu_us for cost in measured}
    header = ("", *HEADER, *(f"CPU, {peer} = 1" for peer in PEERS))
    rows = []
    for cost in measured:
        ratios = [f"{cost.cpu_us / by_name[peer]:.2f}" for peer in PEERS]
        rows.append([cost.endpoint.name, *_cells(cost), *ratios])
    return table(header, rows)


def short(measured: Sequence[Cost]) -> str:
    """What the README shows."""
    empty = next(cost.cpu_us for cost in measured if cost.endpoint.name == PEERS[0])
    header = ("one worker", f"CPU, {PEERS[0]} = 1", *HEADER[:-1])
    rows = ([cost.endpoint.name, f"{cost.cpu_us / empty:.2f}", *_cells(cost)[:-1]] for cost in measured)
    return table(header, rows)


def lifecycle(life: Lifecycle) -> str:
    """Start, memory and swaps in one paragraph."""
    return (
        f"Two workers on 500 series: ready after {life.ready_seconds:.1f} s, an empty BentoML service after "
        f"{life.empty_ready_seconds:.1f} s; private memory of a worker "
        f"{life.private_mb:.0f} MB, {life.private_mb_after_model:.0f} MB after its first call of the model. "
        f"{life.swaps} swaps, over both workers, under 100 connections: "
        f"{life.requests_while_swapping:,} requests, {life.failed_while_swapping} failed."
    )


def _cells(cost: Cost) -> list[str]:
    latency = f"{cost.p50_ms:.1f} / {cost.p99_ms:.1f}"
    return [f"{cost.cpu_us:,.0f}", f"{cost.per_second:,.0f}", latency, str(cost.failed)]
