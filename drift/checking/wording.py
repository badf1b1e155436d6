"""The result of a check in words: which store, item or weekday changed, and by how much."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.dates.calendar_days import WEEKDAY_NAMES
from data.panel.series_index import SeriesId, SeriesIndex
from drift.calibration.thresholds import Calibration
from drift.checking.data_coverage import lengths_not_checked, nothing_to_compare, short_history
from drift.detector.detector import STATISTICS, TESTS, DetectorResult
from drift.detector.gross_faults import NOTHING_SHARE, missing_share
from drift.detector.group_shifts import Groups
from drift.detector.standardised_shifts import StandardisedShifts
from drift.detector.windows import Floats, Ints, Windows, WindowsByLength
from drift.result.drift_summary import CheckedWindow, DriftSummary, DriftTest, Finding, shown

SHOWN = 5
MAX_FINDINGS = 6
MAX_SHARE = 10.0
FAR_OFF = 3.0  # standard deviations
SERIES_TESTS = ("low tenth", "high tenth", "spread")
REPLACED = {"closed store": "store", "gross total": "total"}  # the first says the same in plainer words


def summarise(
    calibration: Calibration,
    windows: WindowsByLength,
    last: np.datetime64,
    lengths: Sequence[int],
    notes: Sequence[str],
    version: str | None,
    tests: Sequence[DriftTest] = (),
) -> DriftSummary:
    """The summary of windows that end on `last`, with more notes and tests; the days allow all `lengths`."""
    window = CheckedWindow.ending(last, max(windows))
    if (reason := nothing_to_compare(windows)) is not None:
        return DriftSummary.undecided(reason, version, window)
    detector = calibration.thresholds.detector
    formatter = FindingFormatter(calibration.series, Groups.of(calibration.series))
    results = detector.evaluate(windows, formatter.groups)
    notes = [*short_history(detector, results), *notes, *lengths_not_checked(lengths, windows)]
    found, total = formatter.findings(results), _total(results[window.days])
    return DriftSummary.of_findings(window, [*formatter.tests(results), *tests], found, total, notes, version)


@dataclass(frozen=True)
class FindingFormatter:
    """Text about one window of each length."""

    series: SeriesIndex
    groups: Groups

    def tests(self, results: Mapping[int, DetectorResult]) -> list[DriftTest]:
        """Every test that has a value, in the order of lengths and `TESTS`; the threshold of each is 1."""
        return [
            DriftTest.of(f"{name}, {days} days", self._group(name, result), value, 1.0)
            for days, result in sorted(results.items())
            for name, value in zip(TESTS, result.relative[0].tolist(), strict=True)
            if np.isfinite(value)
        ]

    def findings(self, results: Mapping[int, DetectorResult]) -> list[Finding]:
        """What changed: gross faults first, single series last, otherwise the highest score first."""
        best: dict[str, tuple[float, DetectorResult]] = {}  # the highest score of each test that found drift
        for result in results.values():
            for name, value in zip(TESTS, result.relative[0].tolist(), strict=True):
                if value > max(1.0, best.get(name, (1.0, result))[0]):
                    best[name] = value, result
        for gross, statistic in REPLACED.items():
            if gross in best:
                best.pop(statistic, None)
        if "closed store" in best:  # which explains its series
            best = {name: of_best for name, of_best in best.items() if name not in SERIES_TESTS}
        first = [name for name in REPLACED if name in best]
        rest = sorted(best.keys() - REPLACED, key=lambda name: (name in SERIES_TESTS, -best[name][0]))
        found = [finding for name in [*first, *rest] for finding in self._findings(name, best[name][1])]
        distinct = {finding.group: finding for finding in reversed(found)}
        return [finding for finding in found if distinct[finding.group] is finding][:MAX_FINDINGS]

    def _group(self, test: str, result: DetectorResult) -> str:
        if test in ("store", "item"):
            return self._label(test, _largest(_standardised(result).groups[test]))
        if test == "closed store":
            return self._label("store", _largest(missing_share(result.windows, self.groups)))
        if test == "weekday":
            return WEEKDAY_NAMES[_largest(_standardised(result).weekday)]
        return "all series" if "total" in test else "series"

    def _findings(self, test: str, result: DetectorResult) -> Iterator[Finding]:
        if test in ("store", "item"):
            return self._groups_above_limit(test, result)
        if test == "closed store":
            return self._closed_stores(result.windows)
        if test == "weekday":
            return _weekdays(result)
        return iter([_total(result)]) if "total" in test else self._single_series(test, result)

    def _closed_stores(self, windows: Windows) -> Iterator[Finding]:
        missing = missing_share(windows, self.groups)[0]
        for store in np.flatnonzero(missing > 1 - NOTHING_SHARE)[:SHOWN].tolist():
            name, nothing = self._name("store", store), "nothing" if missing[store] >= 1 else "almost nothing"
            group, sold = self._label("store", store), f"sold {nothing} in {windows.length_days} days"
            words = f"Store {shown(name)} {sold}: closed, or data missing?"
            yield Finding(group=group, store=name, change_share=-float(missing[store]), words=words)

    def _groups_above_limit(self, grouping: str, result: DetectorResult) -> Iterator[Finding]:
        """The stores or items that are drift on their own, highest score first."""
        standardised, windows = _standardised(result), result.windows
        scores, shifts = np.abs(standardised.groups[grouping][0]), standardised.shifts[grouping][0].tolist()
        codes = self.groups.store if grouping == "store" else self.groups.item
        n_above = max(int((scores > result.limits[STATISTICS.index(grouping)]).sum()), 1)
        for place, group in enumerate(np.argsort(-scores)[: min(n_above, SHOWN)].tolist()):
            counts_all = place == 0 and n_above > 1
            lead = f"{n_above} of {len(scores)} {grouping}s changed. " if counts_all else ""
            beyond_all = f"{_change(shifts[group])} after removing the change that all series share"
            rest, name = f" over {windows.length_days} days ({beyond_all})", self._name(grouping, group)
            store, item = (name, None) if grouping == "store" else (None, name)
            yield _series_finding(windows, np.flatnonzero(codes == group), store, item, lead, rest)

    def _single_series(self, test: str, result: DetectorResult) -> Iterator[Finding]:
        scores, windows = _standardised(result).series[0], result.windows
        signed = {"low tenth": -scores, "high tenth": scores}.get(test, np.abs(scores))
        n_far = int((np.abs(scores) > FAR_OFF).sum())
        many = f"{n_far} of {len(scores)} series {'is' if n_far == 1 else 'are'} far from the forecast"
        words = many if n_far else "Many series are a little further from their forecasts than usual"
        yield Finding(group="series", change_share=None, words=f"{words} over {windows.length_days} days.")
        n_shown = min(max(int((signed > FAR_OFF).sum()), 1), SHOWN)
        for row in np.argsort(-signed)[:n_shown].tolist():
            yield _series_finding(windows, np.array([row]), self.series.stores[row], self.series.items[row])

    def _label(self, grouping: str, code: int) -> str:
        return f"{grouping} {shown(self._name(grouping, code))}"

    def _name(self, grouping: str, code: int) -> SeriesId:
        return (self.series.store_names if grouping == "store" else self.series.item_names)[code]


def _series_finding(
    windows: Windows, rows: Ints, store: SeriesId | None, item: SeriesId | None, lead: str = "", end: str = ""
) -> Finding:
    """The change of all series of a store, of an item, or of both."""
    names = (("store", store), ("item", item))
    group = ", ".join(f"{kind} {shown(name)}" for kind, name in names if name is not None)
    sold, expected = (float(part[0, rows].sum()) for part in (windows.sold, windows.expected))
    change = sold / max(expected, 1e-9) - 1
    words = f"{lead}{group[0].upper()}{group[1:]} sold {_against_forecast(change)}{end}."
    return Finding(group=group, store=store, item=item, change_share=round(change, 4), words=words)


def _total(result: DetectorResult) -> Finding:
    windows, standardised = result.windows, result.standardised
    over = f"over {windows.length_days} days"
    if windows.expects_nothing[0]:
        words = f"All series together sold {windows.sold.sum():,.0f} units {over}; the forecast was 0."
        return Finding(group="all series", change_share=None, words=words)
    in_units = float(windows.ratio[0]) - 1
    change = in_units if standardised is None else float(standardised.shifts["total"][0, 0])
    units = "" if standardised is None else f" (counted in units: {_change(in_units)})"
    words = f"All series together sold {_against_forecast(change)} {over}{units}."
    return Finding(group="all series", change_share=round(change, 4), words=words)


def _weekdays(result: DetectorResult) -> Iterator[Finding]:
    standardised = _standardised(result)
    for place, day in enumerate(np.argsort(-np.abs(standardised.weekday[0]))[:3].tolist()):
        lead = "The weekly pattern changed: " if place == 0 else ""
        name, change = WEEKDAY_NAMES[day], float(standardised.weekday_shares[0, day])
        words = f"{lead}{name}s sold {_change(change)} than their expected share of the week."
        yield Finding(group=name, change_share=round(change, 4), words=words)


def _standardised(result: DetectorResult) -> StandardisedShifts:
    assert result.standardised is not None, "only fitted lengths have statistics"
    return result.standardised


def _largest(values: Floats) -> int:
    return int(np.nanargmax(np.abs(values[0])))


def _against_forecast(change: float) -> str:
    """A change as "8 % more than forecast", or "as forecast"."""
    return "as forecast" if round(100 * change) == 0 else f"{_change(change)} than forecast"


def _change(change: float) -> str:
    """A change in whole percent; large ones are bounded, as next to nothing was forecast there."""
    if change > MAX_SHARE:
        return f"over {100 * MAX_SHARE:,.0f} % more"
    percent = round(100 * change)
    return f"{abs(percent):,d} % {'less' if percent < 0 else 'more'}"
