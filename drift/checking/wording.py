"""The alarm's tests and findings as a planner reads them: which store, item or weekday moved, by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from data.panel.sales_panel import SeriesIndex
from drift.detector.detector import STATISTICS, TESTS, Judgement
from drift.detector.gross_faults import NOTHING_SHARE, missing_share
from drift.detector.group_shifts import Groups
from drift.detector.windows import Floats, Windows
from drift.result.drift_summary import DriftTest, Moved

WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHOWN = 5
MOST_MOVED = 6
MOST_SHARE = 10.0
FAR_OFF = 3.0  # standard deviations
OF_SERIES = ("low tenth", "high tenth", "spread")
OFTEN_HIDDEN = {"closed store": "store", "gross total": "total"}  # told once, by the plainer words, first


@dataclass(frozen=True)
class Teller:
    """Words about one judged window of each length."""

    series: SeriesIndex
    groups: Groups

    def tests(self, judgements: Mapping[int, Judgement]) -> list[DriftTest]:
        """Every test that could be judged, in the order of `TESTS` and lengths; 1 is the threshold of all."""
        return [
            DriftTest(
                name=f"{name}, {days} days",
                group=self._group(name, judged),
                value=round(value, 4),
                threshold=1.0,
                found=value > 1,
            )
            for days, judged in sorted(judgements.items())
            for name, value in zip(TESTS, judged.relative[0].tolist(), strict=True)
            if np.isfinite(value)
        ]

    def moved(self, judgements: Mapping[int, Judgement]) -> list[Moved]:
        """What moved: the plainest faults first and single series last, then by how far beyond they are."""
        best: dict[str, tuple[float, Judgement]] = {}
        for judged in judgements.values():
            for name, value in zip(TESTS, judged.relative[0].tolist(), strict=True):
                if value > max(1.0, best.get(name, (1.0, judged))[0]):
                    best[name] = value, judged
        for plain, hidden in OFTEN_HIDDEN.items():
            if plain in best:
                best.pop(hidden, None)
        if "closed store" in best:  # its series are no further news
            best = {name: of_best for name, of_best in best.items() if name not in OF_SERIES}
        first = [name for name in OFTEN_HIDDEN if name in best]
        rest = sorted(best.keys() - OFTEN_HIDDEN, key=lambda name: (name in OF_SERIES, -best[name][0]))
        told = [moved for name in [*first, *rest] for moved in self._moved(name, best[name][1])]
        distinct = {moved.group: moved for moved in reversed(told)}
        return [moved for moved in told if distinct[moved.group] is moved][:MOST_MOVED]

    def total(self, judgements: Mapping[int, Judgement]) -> Moved:
        """How all series together did, over the longest window."""
        return _total(judgements[max(judgements)])

    def _group(self, test: str, judged: Judgement) -> str:
        if test in ("store", "item"):
            return self._label(test, _largest(_read(judged, test)))
        if test == "closed store":
            return self._label("store", int(np.nanargmax(missing_share(judged.windows, self.groups)[0])))
        if test == "weekday":
            return WEEKDAY_NAMES[_largest(_weekday(judged))]
        return "all series" if "total" in test else "series"

    def _moved(self, test: str, judged: Judgement) -> Iterator[Moved]:
        if test == "closed store":
            yield from self._closed_stores(judged.windows)
        elif test in ("store", "item"):
            yield from self._beyond(test, judged)
        elif test == "weekday":
            yield from _weekdays(judged)
        elif "total" in test:
            yield _total(judged)
        else:
            yield from self._series(test, judged)

    def _closed_stores(self, windows: Windows) -> Iterator[Moved]:
        missing = missing_share(windows, self.groups)[0]
        for store in np.flatnonzero(missing > 1 - NOTHING_SHARE)[:SHOWN].tolist():
            label = self._label("store", store)
            words = f"{_sentence(label)} sold nothing in {windows.length_days} days: closed, or data missing?"
            yield Moved(group=label, change_share=-float(missing[store]), words=words)

    def _beyond(self, level: str, judged: Judgement) -> Iterator[Moved]:
        """The stores or items that would alarm alone, furthest off first."""
        deviations = np.abs(_read(judged, level))
        n_beyond = max(int((deviations > judged.limits[STATISTICS.index(level)]).sum()), 1)
        for place, group in enumerate(np.argsort(-deviations)[: min(n_beyond, SHOWN)].tolist()):
            counts_all = place == 0 and n_beyond > 1
            lead = f"{n_beyond} of {len(deviations)} {level}s moved. " if counts_all else ""
            yield self._one_group(level, group, lead, judged)

    def _one_group(self, level: str, group: int, lead: str, judged: Judgement) -> Moved:
        codes = self.groups.store if level == "store" else self.groups.item
        own = _ratio(judged.windows.sold[0, codes == group], judged.windows.expected[0, codes == group]) - 1
        label = self._label(level, group)
        assert judged.readings is not None
        beyond = float(judged.readings.shifts[level][0, group])
        words = (
            f"{lead}{_sentence(label)} sold {_percent(own)} against its forecast "
            f"over {judged.windows.length_days} days ({_percent(beyond)} relative to all)."
        )
        return Moved(group=label, change_share=round(own, 4), words=words)

    def _series(self, test: str, judged: Judgement) -> Iterator[Moved]:
        assert judged.readings is not None
        off, windows = judged.readings.series[0], judged.windows
        signed = {"low tenth": -off, "high tenth": off}.get(test, np.abs(off))
        n_far = int((np.abs(off) > FAR_OFF).sum())
        told = (
            f"{n_far} of {len(off)} series {'is' if n_far == 1 else 'are'} far off"
            if n_far
            else "Many series are a little off"
        )
        words = f"{told} over {windows.length_days} days."
        yield Moved(group="series", change_share=None, words=words)
        n_shown = min(max(int((signed > FAR_OFF).sum()), 1), SHOWN)
        for row in np.argsort(-signed)[:n_shown].tolist():
            change = _ratio(windows.sold[0, [row]], windows.expected[0, [row]]) - 1
            label = f"store {self.series.stores[row]}, item {self.series.items[row]}"
            words = f"{_sentence(label)} sold {_percent(change)} against its forecast."
            yield Moved(group=label, change_share=round(change, 4), words=words)

    def _label(self, level: str, code: int) -> str:
        names = self.series.store_names if level == "store" else self.series.item_names
        return f"{level} {names[code]}"


def _total(judged: Judgement) -> Moved:
    windows = judged.windows
    if windows.expects_nothing[0]:
        sold = f"{windows.sold.sum():,.0f} units over {windows.length_days} days"
        words = f"All series together sold {sold}, where nothing was expected."
        return Moved(group="all series", change_share=None, words=words)
    raw = float(judged.windows.ratio[0]) - 1
    change = raw if judged.readings is None else float(judged.readings.shifts["total"][0, 0])
    in_units = "" if judged.readings is None else f" ({_percent(raw)} counted in units)"
    words = (
        f"All series together sold {_percent(change)} against the forecast "
        f"over {judged.windows.length_days} days{in_units}."
    )
    return Moved(group="all series", change_share=round(change, 4), words=words)


def _weekdays(judged: Judgement) -> Iterator[Moved]:
    assert judged.readings is not None
    shares = judged.readings.weekday_shares[0]
    for place, day in enumerate(np.argsort(-np.abs(_weekday(judged)))[:3].tolist()):
        lead = "The pattern of the week moved: " if place == 0 else ""
        words = f"{lead}{WEEKDAY_NAMES[day]}s sold {_percent(float(shares[day]))} against their share of it."
        yield Moved(group=WEEKDAY_NAMES[day], change_share=round(float(shares[day]), 4), words=words)


def _read(judged: Judgement, level: str) -> Floats:
    assert judged.readings is not None, "only learnt lengths have statistics"
    deviations: Floats = judged.readings.groups[level][0]
    return deviations


def _weekday(judged: Judgement) -> Floats:
    assert judged.readings is not None
    assert judged.readings.weekday is not None
    deviations: Floats = judged.readings.weekday[0]
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
