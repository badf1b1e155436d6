"""Benchmark results as tables a person reads: all in reports/bench.md, the short ones in the README."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.atomic_files import atomic_write_text
from tests.benchmarks.forecasting import OURS, Result

BEGIN, END = "<!-- bench: written by make bench -->", "<!-- /bench -->"


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
    """How many times ours, with two digits."""
    return f"{value / ours:.2g}×" if ours > 0 and value / ours < 100 else f"{value / ours:,.0f}×"


def accuracy(results: Sequence[Result]) -> str:
    """Every contender in every case; coverage overall and by thirds of the series, small sellers first."""
    header = (
        "sales",
        "cutoff",
        "",
        "SMAPE",
        "WAPE",
        "RMSSE",
        "bias %",
        "80 % band covers",
        "95 % band covers",
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
    """CPU and memory in the first case of each kind of sales, each beside its multiple of ours."""
    header = ("sales", "", "fit, CPU s", "peak MB", "one series, 90 days", "all series", "from its table")
    return table(header, (_cost_row(result, _ours(results, result)) for result in _first_cases(results)))


def _first_cases(results: Sequence[Result]) -> list[Result]:
    first = {result.case.group: result.case for result in reversed(results)}
    return [result for result in results if result.case == first[result.case.group]]


def _ours(results: Sequence[Result], beside: Result) -> Result:
    return next(result for result in results if result.case == beside.case and result.contender == OURS)


def _cost_row(result: Result, ours: Result) -> list[str]:
    def beside(name: str, unit: str, scale: float) -> str:
        value = result.took[name]
        return f"{value * scale:.3g} {unit} ({times(value, ours.took[name])})"

    look_up = f"{result.took['look_up'] * 1e6:.2g} µs" if "look_up" in result.took else "–"
    return [
        result.case.group,
        result.contender,
        beside("fit", "s", 1),
        f"{result.usage.peak_mb:,.0f}",
        beside("one_series", "ms", 1e3),
        beside("all_series", "s", 1),
        look_up,
    ]


def summary(results: Sequence[Result]) -> str:
    """One line per contender: SMAPE where every day sells, WAPE and RMSSE where many do not, and the cost."""
    groups = list(dict.fromkeys(result.case.group for result in results))
    header = ["", *(f"{group}: {words}" for group in groups for words in _words(group))]
    rows = []
    for contender in dict.fromkeys(result.contender for result in results):
        mine = [result for result in results if result.contender == contender]
        rows.append([contender, *(cell for group in groups for cell in _cells(group, mine))])
    return table(header, rows)


def _words(group: str) -> tuple[str, ...]:
    if group == "shop":
        return ("WAPE", "RMSSE", "bands cover 80 / 95 %")
    return ("SMAPE by cutoff", "bands cover 80 / 95 %", "fit, CPU s", "one series, 90 days")


def _cells(group: str, results: Sequence[Result]) -> list[str]:
    mine = [result for result in results if result.case.group == group]
    scores = [result.card.overall for result in mine]
    covered = [np.mean([getattr(score, f"coverage_{level}") for score in scores]) for level in (80, 95)]
    bands = " / ".join(f"{share:.1f}" for share in covered) if np.isfinite(covered).all() else "–"
    if group == "shop":
        means = (np.mean([score.wape for score in scores]), np.mean([score.rmsse for score in scores]))
        return [f"{means[0]:.2f}", f"{means[1]:.3f}", bands]
    by_cutoff = " / ".join(f"{score.smape:.2f}" for score in scores)
    took = mine[0].took
    return [by_cutoff, bands, f"{took['fit']:.1f}", f"{took['one_series'] * 1e3:.3g} ms"]


def write(folder: Path, sections: Sequence[tuple[str, str]]) -> None:
    """Replace reports/bench.md below `folder`."""
    parts = [
        "# Benchmarks",
        f"`make bench`, {machine()}.",
        *(f"## {name}\n\n{text}" for name, text in sections),
    ]
    atomic_write_text(folder / "reports" / "bench.md", "\n\n".join(parts) + "\n")


def insert(readme: Path, block: str) -> None:
    """Put `block` between the marks of the README; a README without marks is left alone."""
    text = readme.read_text(encoding="utf-8")
    begin, end = text.find(BEGIN), text.find(END)
    if 0 <= begin < end:
        atomic_write_text(readme, f"{text[:begin]}{BEGIN}\n\n{block}\n\n{text[end:]}")
