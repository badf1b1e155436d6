"""Tests and findings of a check as text: which store, item or weekday changed, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from data.dates.calendar_days import WEEKDAY_NAMES
from data.panel.sales_panel import SeriesIndex
from drift.detector.detector import STATISTICS, TESTS, DetectorResult
from drift.detector.gross_faults import NOTHING_SHARE, missing_share
from drift.detector.group_shifts import Groups
from drift.detector.windows import Floats, Windows
from drift.result.drift_summary import DriftTest, Finding

SHOWN = 5
MOST_MOVED = 6
MOST_SHARE = 10.0
FAR_OFF = 3.0  # standard deviations
OF_SERIES = ("low tenth", "high tenth", "spread")
OFTEN_HIDDEN = {"closed store": "store", "gross total": "total"}  # told once, by the plainer words, first


@dataclass(frozen=True)
class FindingFormatter:
    """Words about one judged window of each length."""

    series: SeriesIndex
    groups: Groups

    def tests(self, results: Mapping[int, DetectorResult]) -> list[DriftTest]:
        """Every test that could be result, in the order of `TESTS` and lengths; 1 is the threshold of all."""
        return [
            DriftTest(
                name=f"{name}, {days} days",
                group=self._group(name, result),
                value=round(value, 4),
                threshold=1.0,
                found=value > 1,
            )
            for days, result in sorted(results.items())
            for name, value in zip(TESTS, result.relative[0].tolist(), strict=True)
            if np.isfinite(value)
        ]

    def findings(self, results: Mapping[int, DetectorResult]) -> list[Finding]:
        """What moved: the plainest faults first and single series last, then by how far beyond they are."""
        best: dict[str, tuple[float, DetectorResult]] = {}
        for result in results.values():
            for name, value in zip(TESTS, result.relative[0].tolist(), strict=True):
                if value > max(1.0, best.get(name, (1.0, result))[0]):
                    best[name] = value, result
        for plain, hidden in OFTEN_HIDDEN.items():
            if plain in best:
                best.pop(hidden, None)
        if "closed store" in best:  # its series are no further news
            best = {name: of_best for name, of_best in best.items() if name not in OF_SERIES}
        first = [name for name in OFTEN_HIDDEN if name in best]
        rest = sorted(best.keys() - OFTEN_HIDDEN, key=lambda name: (name in OF_SERIES, -best[name][0]))
        found = [finding for name in [*first, *rest] for finding in self._findings(name, best[name][1])]
        distinct = {finding.group: finding for finding in reversed(found)}
        return [finding for finding in found if distinct[finding.group] is finding][:MOST_MOVED]

    def total(self, results: Mapping[int, DetectorResult]) -> Finding:
        """How all series together did, over the longest window."""
        return _total(results[max(results)])

    def _group(self, test: str, result: DetectorResult) -> str:
        if test in ("store", "item"):
            return self._label(test, _largest(_read(result, test)))
        if test == "closed store":
            return self._label("store", int(np.nanargmax(missing_share(result.windows, self.groups)[0])))
        if test == "weekday":
            return WEEKDAY_NAMES[_largest(_weekday(result))]
        return "all series" if "total" in test else "series"

    def _findings(self, test: str, result: DetectorResult) -> Iterator[Finding]:
        if test == "closed store":
            yield from self._closed_stores(result.windows)
        elif test in ("store", "item"):
            yield from self._beyond(test, result)
        elif test == "weekday":
            yield from _weekdays(result)
        elif "total" in test:
            yield _total(result)
        else:
            yield from self._series(test, result)

    def _closed_stores(self, windows: Windows) -> Iterator[Finding]:
        missing = missing_share(windows, self.groups)[0]
        for store in np.flatnonzero(missing > 1 - NOTHING_SHARE)[:SHOWN].tolist():
            label = self._label("store", store)
            words = f"{_sentence(label)} sold nothing in {windows.length_days} days: closed, or data missing?"
            yield Finding(group=label, change_share=-float(missing[store]), words=words)

    def _beyond(self, grouping: str, result: DetectorResult) -> Iterator[Finding]:
        """The stores or items that would alarm alone, furthest off first."""
        deviations = np.abs(_read(result, grouping))
        n_beyond = max(int((deviations > result.limits[STATISTICS.index(grouping)]).sum()), 1)
        for place, group in enumerate(np.argsort(-deviations)[: min(n_beyond, SHOWN)].tolist()):
            counts_all = place == 0 and n_beyond > 1
            lead = f"{n_beyond} of {len(deviations)} {grouping}s finding. " if counts_all else ""
            yield self._one_group(grouping, group, lead, result)

    def _one_group(self, grouping: str, group: int, lead: str, result: DetectorResult) -> Finding:
        codes = self.groups.store if grouping == "store" else self.groups.item
        own = _ratio(result.windows.sold[0, codes == group], result.windows.expected[0, codes == group]) - 1
        label = self._label(grouping, group)
        assert result.standardised is not None
        beyond = float(result.standardised.shifts[grouping][0, group])
        words = (
            f"{lead}{_sentence(label)} sold {_percent(own)} against its forecast "
            f"over {result.windows.length_days} days ({_percent(beyond)} relative to all)."
        )
        return Finding(group=label, change_share=round(own, 4), words=words)

    def _series(self, test: str, result: DetectorResult) -> Iterator[Finding]:
        assert result.standardised is not None
        off, windows = result.standardised.series[0], result.windows
        signed = {"low tenth": -off, "high tenth": off}.get(test, np.abs(off))
        n_far = int((np.abs(off) > FAR_OFF).sum())
        told = (
            f"{n_far} of {len(off)} series {'is' if n_far == 1 else 'are'} far off"
            if n_far
            else "Many series are a little off"
        )
        words = f"{told} over {windows.length_days} days."
        yield Finding(group="series", change_share=None, words=words)
        n_shown = min(max(int((signed > FAR_OFF).sum()), 1), SHOWN)
        for row in np.argsort(-signed)[:n_shown].tolist():
            change = _ratio(windows.sold[0, [row]], windows.expected[0, [row]]) - 1
            label = f"store {self.series.stores[row]}, item {self.series.items[row]}"
            words = f"{_sentence(label)} sold {_percent(change)} against its forecast."
            yield Finding(group=label, change_share=round(change, 4), words=words)

    def _label(self, grouping: str, code: int) -> str:
        names = self.series.store_names if grouping == "store" else self.series.item_names
        return f"{grouping} {names[code]}"


def _total(result: DetectorResult) -> Finding:
    windows = result.windows
    if windows.expects_nothing[0]:
        sold = f"{windows.sold.sum():,.0f} units over {windows.length_days} days"
        words = f"All series together sold {sold}, where nothing was expected."
        return Finding(group="all series", change_share=None, words=words)
    raw = float(result.windows.ratio[0]) - 1
    change = raw if result.standardised is None else float(result.standardised.shifts["total"][0, 0])
    in_units = "" if result.standardised is None else f" ({_percent(raw)} counted in units)"
    words = (
        f"All series together sold {_percent(change)} against the forecast "
        f"over {result.windows.length_days} days{in_units}."
    )
    return Finding(group="all series", change_share=round(change, 4), words=words)


def _weekdays(result: DetectorResult) -> Iterator[Finding]:
    assert result.standardised is not None
    shares = result.standardised.weekday_shares[0]
    for place, day in enumerate(np.argsort(-np.abs(_weekday(result)))[:3].tolist()):
        lead = "The pattern of the week moved: " if place == 0 else ""
        words = f"{lead}{WEEKDAY_NAMES[day]}s sold {_percent(float(shares[day]))} against their share of it."
        yield Finding(group=WEEKDAY_NAMES[day], change_share=round(float(shares[day]), 4), words=words)


def _read(result: DetectorResult, grouping: str) -> Floats:
    assert result.standardised is not None, "only learnt lengths have statistics"
    deviations: Floats = result.standardised.groups[grouping][0]
    return deviations


def _weekday(result: DetectorResult) -> Floats:
    assert result.standardised is not None
    assert result.standardised.weekday is not None
    deviations: Floats = result.standardised.weekday[0]
    return deviations


def _largest(deviations: Floats) -> int:
    return int(np.nanargmax(np.abs(deviations)))


def _ratio(sold: Floats, expected: Floats) -> float:
    return float(sold.sum() / max(float(expected.sum()), 1e-9))


def _sentence(label: str) -> str:
    """A label at the start of a sentence; the user's own names stay as she writes them."""
    return label[:1].upper() + label[1:]


def _percent(share: float) -> str:
    """Whole percents, never -0; where next to nothing was expected the number itself says nothing."""
    return "over +1,000 %" if share > MOST_SHARE else f"{round(100 * share):+,d} %"
