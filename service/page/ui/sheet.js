/** The chart in figures: the same days as a table, by day or summed by week. */

import { find, make } from "./dom.js";
import { table } from "./table.js";
import {
  against,
  count,
  dated,
  from,
  fromYear,
  isoDay,
  namedDay,
  seriesName,
  span,
  units,
  weekStart,
} from "./words.js";

const NOTHING = "–";
const ON_PAPER_DAYS = 28; // more days than these are printed as weeks

const known = (value) => (value === null ? NOTHING : units(value));

export function showSheet(choice, timeline) {
  const { days, by } = choice;
  const ahead = timeline.ahead(days);
  const sheet = by === "week" ? weekSheet : daySheet;
  find("sheet").replaceChildren(sheet(timeline, ahead, timeline.before(days)));
  find("sheet").scrollTop = 0;
  const period = fromYear(timeline.days[ahead[0]], timeline.days[ahead.at(-1)]);
  find("sheet").setAttribute("aria-label", `${seriesName(choice)}, ${period}`);
}

/** What fits a page of paper under the chart: the days ahead in two columns, or weeks. */
export function showPaper(choice, timeline) {
  const ahead = timeline.ahead(choice.days);
  const half = Math.ceil(ahead.length / 2);
  const isByWeek = choice.by === "week" || ahead.length > ON_PAPER_DAYS;
  const sheets = isByWeek
    ? [weekSheet(timeline, ahead, [])]
    : [ahead.slice(0, half), ahead.slice(half)].map((part) => daySheet(timeline, part, []));
  find("sheet").replaceChildren(make("div", { class: "columns" }, ...sheets));
}

/** Both sheets take positions in the timeline, oldest first. */
function daySheet(timeline, ahead, past) {
  const { hasRanges, selection } = timeline;
  const titles = ["Day", "Units", ...(hasRanges ? ["Likely range", "Wide range"] : []), "Last year", "Note"];
  const row = (position) => dayRow(timeline.at(position), hasRanges, selection.n_series);
  return table("Sales day by day", titles, [
    { name: "Expected", rows: ahead.map(row) },
    { name: "Sold, newest first", rows: past.map(row).reverse(), isPast: true },
  ]);
}

function dayRow(one, hasRanges, nSeries) {
  const hasRange = one.isForecast && one.low !== null;
  const ranges = hasRange ? [span(one.low, one.high), span(one.wideLow, one.wideHigh)] : [NOTHING, NOTHING];
  return [
    make("time", { datetime: isoDay(one.day), title: dated(one.day) }, namedDay(one.day)),
    known(one.isForecast ? one.expected : one.sold),
    ...(hasRanges ? ranges : []),
    known(one.lastYear),
    dayNote(one, nSeries),
  ];
}

function dayNote(one, nSeries) {
  if (one.method === "closed") return "closed";
  if (one.method === "cold start") return "from similar series";
  if (one.missing && nSeries > 1) return `${count(one.missing)} of ${count(nSeries)} series not recorded`;
  return !one.isForecast && one.sold === null ? "nothing recorded" : "";
}

function weekSheet(timeline, ahead, past) {
  return table(
    "Sales week by week",
    ["Week", "Units", "Last year", "Change", "Note"],
    [
      { name: "Expected", rows: weekRows(timeline, ahead, "expected") },
      { name: "Sold, newest first", rows: weekRows(timeline, past, "sold").reverse(), isPast: true },
    ],
  );
}

/** Weeks as the reader's calendar has them: the first and last may be parts of one, which is said. */
function weekRows(timeline, positions, of) {
  const weeks = new Map();
  for (const position of positions) {
    const start = weekStart(timeline.days[position]).getTime();
    weeks.set(start, [...(weeks.get(start) ?? []), timeline.at(position)]);
  }
  return [...weeks.values()].map((week) => weekRow(week, of));
}

function weekRow(week, of) {
  const recorded = week.filter((one) => one[of] !== null);
  const both = recorded.filter((one) => one.lastYear !== null);
  const sum = (days, name) => days.reduce((total, one) => total + one[name], 0);
  const lastYear = sum(both, "lastYear");
  const gaps = week.length - recorded.length;
  const notes = [week.length < 7 ? `${week.length} of 7 days` : "", gaps ? `${gaps} without a record` : ""];
  return [
    from(week[0].day, week.at(-1).day),
    recorded.length ? units(sum(recorded, of)) : NOTHING,
    both.length ? units(lastYear) : NOTHING,
    lastYear > 0 ? against(sum(both, of) / lastYear - 1) : NOTHING,
    notes.filter(Boolean).join(", "),
  ];
}
