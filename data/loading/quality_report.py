"""Result of the data checks and how each problem was handled: reports/data_quality.json."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from data.text import counted, share

MAX_EXAMPLES = 5


@dataclass(frozen=True)
class Finding:
    """One kind of problem: how often, in how many rows or days checked, and the rule that was applied."""

    name: str
    rule: str
    count: int
    out_of: int
    examples: tuple[str, ...] = ()
    note: str = ""

    @property
    def summary(self) -> str:
        """A line for the terminal."""
        found = f"{self.name}: {self.count:,} ({share(self.count, self.out_of)}), rule {self.rule}"
        example = f"; first {self.examples[0]}" if self.examples else ""
        return f"{found}{example}{'. ' if self.note else ''}{self.note}"

    def to_json(self) -> dict[str, Any]:
        """Everything known, with the share worked out."""
        return asdict(self) | {"share": self.count / max(self.out_of, 1), "words": self.summary}


def examples(described: Iterable[str]) -> tuple[str, ...]:
    """The first few of them."""
    return tuple(islice(described, MAX_EXAMPLES))


@dataclass(frozen=True)
class QualityReport:
    """Findings, and a description of the clean sales."""

    files: tuple[str, ...]
    n_rows: int
    facts: dict[str, Any]
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """Content of reports/data_quality.json: every kind of problem, also when none was found."""
        return {
            "files": self.files,
            "rows": self.n_rows,
            **self.facts,
            "findings": {finding.name.replace(" ", "_"): finding.to_json() for finding in self.findings},
        }

    @property
    def summary_lines(self) -> list[str]:
        """Lines for the terminal."""
        facts = self.facts
        size = f"{counted(facts['series'], 'series')}, {counted(facts['stores'], 'store')}"
        lines = [
            f"Read {counted(self.n_rows, 'row')} from {', '.join(self.files)}.",
            f"{size}, {counted(facts['items'], 'item')}; {facts['from']} to {facts['to']}, "
            f"{counted(facts['days'], 'day')}.",
            f"{facts['mean_sales']:.4g} sold a day and series; {facts['zero_share']:.1%} of them zero.",
            facts["closed"]["words"],
        ]
        problems = [f"- {finding.summary}" for finding in self.findings if finding.count]
        return [*lines, *(["Data checks found:", *problems] if problems else ["Data checks passed."])]
