"""Benchmark results as Markdown tables: all in reports/bench.md, the short ones in README.md and docs/."""

import os
import platform
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.atomic_files import atomic_write_text
from tests.benchmarks.forecasting import OURS, Result

BEGIN, END = "<!-- bench: written by make bench -->", "<!-- /bench -->"
SOURCES = {
    "Kaggle": "500 series of Kaggle's store-item competition",
    "M5": "45 series of the M5 competition, mean of 4 cutoffs",
    "sample": "generated sample",
}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["-"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> str:
    """Date, processor, cores and Python, in one line."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    processor = found[1] if found else platform.processor() or platform.machine()
    today, python = datetime.now(UTC).date(), platform.python_version()
    return f"{today}, {os.cpu_count()} cores of {processor}, Python {python}"


def times(value: float, ours: float) -> str:
    """`value` as a multiple of `ours`, with two digits."""
    return f"{value / ours:.2g}×" if ours > 0 and value / ours < 100 else f"{value / ours:,.0f}×"


def accuracy(results: Sequence[Result]) -> str:
    """Every contender in every case; coverage overall and by thirds of the series, small sellers first."""
    header = (
        "data",
        "cutoff",
        "",
        "SMAPE",
        "WAPE",
        "RMSSE",
        "bias %",
        "inside the 80 % range",
        "inside the 95 % range",
    )
    return table(header, (_accuracy_row(result) for result in results))


def _accuracy_row(result: Result) -> list[str]:
    scores = result.card.overall
    return [
        result.case.group,
        result.case.cutoff,
        result.contender,
        f"{scores.smape:.3f}",
        f"{scores.wape:.2f}",
        f"{scores.rmsse:.3f}",
        f"{scores.bias:+.1f}",
        _coverage(result, 80),
        _coverage(result, 95),
    ]


def _coverage(result: Result, level: int) -> str:
    overall = getattr(result.card.overall, f"coverage_{level}")
    if not np.isfinite(overall):
        return "–"
    by_size = (getattr(scores, f"coverage_{level}") for scores in result.card.by_seller_size.values())
    return f"{overall:.1f} ({' / '.join(f'{share:.1f}' for share in by_size)})"


def cost(results: Sequence[Result]) -> str:
    """CPU and memory in the first case of each data set, each as a multiple of ours too."""
    header = ("data", "", "training, CPU s", "peak MB", "one series, 90 days", "all series", "table look-up")
    return table(header, (_cost_row(result, _ours(results, result)) for result in _first_cases(results)))


def _first_cases(results: Sequence[Result]) -> list[Result]:
    first = {result.case.group: result.case for result in reversed(results)}
    return [result for result in results if result.case == first[result.case.group]]


def _ours(results: Sequence[Result], beside: Result) -> Result:
    return next(result for result in results if result.case == beside.case and result.contender == OURS)


def _cost_row(result: Result, ours: Result) -> list[str]:
    def with_multiple(name: str, unit: str, scale: float) -> str:
        value = result.seconds[name]
        return f"{value * scale:.3g} {unit} ({times(value, ours.seconds[name])})"

    look_up = f"{result.seconds['look_up'] * 1e6:.2g} µs" if "look_up" in result.seconds else "–"
    return [
        result.case.group,
        result.contender,
        with_multiple("fit", "s", 1),
        f"{result.usage.peak_mb:,.0f}",
        with_multiple("one_series", "ms", 1e3),
        with_multiple("all_series", "s", 1),
        look_up,
    ]


def summary(results: Sequence[Result]) -> str:
    """The README's table: one line per measure with its source, one column per contender."""
    contenders = list(dict.fromkeys(result.contender for result in results))
    rows = [
        [measure, *(cell([r for r in chosen if r.contender == name]) for name in contenders), source]
        for measure, source, cell, chosen in _measures(results)
    ]
    return table(["90 days ahead", *contenders, "data"], rows)


Cell = Callable[[Sequence[Result]], str]


def _measures(results: Sequence[Result]) -> Iterable[tuple[str, str, Cell, list[Result]]]:
    for group in dict.fromkeys(result.case.group for result in results):
        of_group = [result for result in results if result.case.group == group]
        source = SOURCES[group]
        if group == "M5":  # SMAPE is misleading where a quarter of the days have no sales
            yield "WAPE, %", source, lambda mine: _mean(mine, "wape", ".2f"), of_group
            yield "RMSSE", source, lambda mine: _mean(mine, "rmsse", ".3f"), of_group
        else:
            for cutoff in dict.fromkeys(result.case.cutoff for result in of_group):
                at_cutoff = [result for result in of_group if result.case.cutoff == cutoff]
                yield f"SMAPE, %, from {cutoff}", source, lambda mine: _mean(mine, "smape", ".2f"), at_cutoff
        yield "coverage, target 80 / 95 %", source, _coverages, of_group


def _mean(results: Sequence[Result], name: str, digits: str) -> str:
    return format(float(np.mean([getattr(result.card.overall, name) for result in results])), digits)


def _coverages(results: Sequence[Result]) -> str:
    found = [_mean(results, f"coverage_{level}", ".1f") for level in (80, 95)]
    return " / ".join(found) if "nan" not in found else "–"


def write(folder: Path, sections: Sequence[tuple[str, str]]) -> None:
    """Replace reports/bench.md below `folder`."""
    parts = [
        "# Benchmarks",
        f"`make bench`, {machine()}.",
        *(f"## {name}\n\n{text}" for name, text in sections),
    ]
    atomic_write_text(folder / "reports" / "bench.md", "\n\n".join(parts) + "\n")


def insert(document: Path, block: str) -> None:
    """Put `block` between the markers of a document; one without markers stays as it is."""
    text = document.read_text(encoding="utf-8")
    begin, end = text.find(BEGIN), text.find(END)
    if 0 <= begin < end:
        atomic_write_text(document, f"{text[:begin]}{BEGIN}\n\n{block}\n\n{text[end:]}")
