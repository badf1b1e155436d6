/** The days of the chart as a table, by day or summed by week. */

import { missingText } from "../chart/day_text.js";
import {
  formatDate,
  formatDateRange,
  formatDayRange,
  formatIsoDay,
  formatWeekday,
  weekStart,
} from "../data/date_format.js";
import { formatRange, formatSignedPercent, formatUnits, UNKNOWN } from "../data/number_format.js";
import { seriesName } from "../data/series_names.js";
import { find, make } from "../shell/dom.js";
import { groupedTable } from "./grouped_table.js";

const MAX_PRINTED_DAYS = 28; // longer forecasts are printed by week

export function showTable(choice, timeline) {
  const { days, by } = choice;
  const ahead = timeline.forecastPositions(days);
  const makeTable = by === "week" ? weekTable : dayTable;
  const period = formatDateRange(timeline.days[ahead[0]], timeline.days[ahead.at(-1)]);
  const box = find("table");
  box.replaceChildren(makeTable(timeline, ahead, timeline.historyPositions(days)));
  box.scrollTop = 0;
  box.setAttribute("aria-label", `${seriesName(choice)}, ${period}`);
}

/** What fits a page of paper under the chart: the forecast days in two columns, or weeks. */
export function showPrintTable(choice, timeline) {
  const ahead = timeline.forecastPositions(choice.days);
  const half = Math.ceil(ahead.length / 2);
  const isByWeek = choice.by === "week" || ahead.length > MAX_PRINTED_DAYS;
  const tables = isByWeek
    ? [weekTable(timeline, ahead, [])]
    : [ahead.slice(0, half), ahead.slice(half)].map((part) => dayTable(timeline, part, []));
  find("table").replaceChildren(make("div", { class: "columns" }, ...tables));
}

/** Both tables take positions in the timeline, oldest first. */
function dayTable(timeline, ahead, history) {
  const { isSingleSeries, dailySales } = timeline;
  const ranges = isSingleSeries ? ["Likely range", "95\u00a0% range"] : [];
  const row = (position) => dayRow(timeline.dayAt(position), isSingleSeries, dailySales.n_series);
  return groupedTable(
    "Sales by day",
    ["Day", "Units", ...ranges, "Last year", "Note"],
    [
      { name: "Forecast", rows: ahead.map(row) },
      { name: "Sold, newest first", rows: history.map(row).reverse(), isHistory: true },
    ],
  );
}

function dayRow(day, hasRanges, nSeries) {
  const ranges =
    day.lower === null
      ? [UNKNOWN, UNKNOWN]
      : [formatRange(day.lower, day.upper), formatRange(day.lower95, day.upper95)];
  const iso = formatIsoDay(day.day);
  return [
    make("time", { datetime: iso, title: formatDate(day.day) }, formatWeekday(day.day)),
    formatUnits(day.isForecast ? day.forecast : day.sales),
    ...(hasRanges ? ranges : []),
    formatUnits(day.lastYear),
    dayNote(day, nSeries),
  ];
}

function dayNote(day, nSeries) {
  if (day.method === "closed" || day.method === "discontinued") return day.method;
  if (day.method === "cold start") return "from similar series";
  return missingText(day, nSeries) ?? (!day.isForecast && day.sales === null ? "no record" : "");
}

function weekTable(timeline, ahead, history) {
  return groupedTable(
    "Sales by week",
    ["Week", "Units", "Last year", "Change", "Note"],
    [
      { name: "Forecast", rows: weekRows(timeline, ahead, "forecast") },
      { name: "Sold, newest first", rows: weekRows(timeline, history, "sales").reverse(), isHistory: true },
    ],
  );
}

/** Weeks of the reader's calendar; the first and the last may be incomplete, which their notes say. */
function weekRows(timeline, positions, column) {
  const weeks = new Map();
  for (const position of positions) {
    const start = weekStart(timeline.days[position]).getTime();
    weeks.set(start, [...(weeks.get(start) ?? []), timeline.dayAt(position)]);
  }
  return [...weeks.values()].map((week) => weekRow(week, column));
}

function weekRow(week, column) {
  const recorded = week.filter((day) => day[column] !== null);
  const comparable = recorded.filter((day) => day.lastYear !== null);
  const sum = (days, name) => days.reduce((total, day) => total + day[name], 0);
  const lastYear = sum(comparable, "lastYear");
  const gaps = week.length - recorded.length;
  const notes = [week.length < 7 ? `${week.length} of 7 days` : "", gaps ? `${gaps} without a record` : ""];
  return [
    formatDayRange(week[0].day, week.at(-1).day),
    recorded.length ? formatUnits(sum(recorded, column)) : UNKNOWN,
    comparable.length ? formatUnits(lastYear) : UNKNOWN,
    lastYear > 0 ? formatSignedPercent(sum(comparable, column) / lastYear - 1) : UNKNOWN,
    notes.filter(Boolean).join(", "),
  ];
}
