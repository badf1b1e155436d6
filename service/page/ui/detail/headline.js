/** The name of the series or total, and how much will sell in one line. */

import { formatDate, formatWeekday } from "../data/date_format.js";
import { isStale } from "../data/freshness.js";
import { formatComparison, formatPlural, formatRange, formatUnits } from "../data/number_format.js";
import { seriesName } from "../data/series_names.js";
import { fullReasonText } from "../picker/attention.js";
import { changeOf } from "../picker/series_catalogue.js";
import { addressOf } from "../shell/address.js";
import { find, make } from "../shell/dom.js";
import { methodNotes } from "./method_notes.js";

const COMPARISON_HELP = "The same weekdays 52 weeks earlier, on days that have a record";

/** Name, and links to the totals it is part of. */
export function showTitle(choice, timeline) {
  const { store, item } = choice;
  const link = (text, change) => make("a", { href: addressOf({ ...choice, ...change }) }, text);
  const nSeries = timeline.dailySales.n_series;
  const parts = timeline.isSingleSeries ? [] : [`Total of ${formatPlural(nSeries, "series", "series")}`];
  if (store !== null && item !== null) {
    parts.push(link(seriesName({ store, item: null }), { item: null }));
    parts.push(link(seriesName({ store: null, item }), { store: null }));
  }
  if (store !== null || item !== null) parts.push(link("All stores and items", { store: null, item: null }));
  find("name").textContent = seriesName(choice);
  find("totals").replaceChildren(...parts.flatMap((part, at) => (at ? [" · ", part] : [part])));
}

/** `entry` is the catalogue's entry of the choice, null where it is not known yet. */
export function showHeadline(choice, timeline, entry, reason) {
  // The list's own number where there is one, so that rounding never makes the two differ.
  const total = entry?.forecast ?? timeline.forecastSum(choice.days);
  const sumLine = make("p", { class: "sum-line" }, `${periodText(choice.days, timeline)}: `);
  sumLine.append(make("strong", {}, formatUnits(total)), " ", make("span", { class: "sum-unit" }, "units"));
  const details = make("p", { class: "sum-details" }, ...comparison(entry, choice.days));
  const notes = methodNotes(timeline.dailySales).map((text) => make("p", { class: "sum-note" }, text));
  if (total > 0) details.append(...busiestDay(timeline, choice.days));
  else if (!notes.length) details.append("no sales forecast");
  find("headline").replaceChildren(sumLine, details, ...reasonLine(reason, choice.days), ...notes);
  document.title = `${seriesName(choice)}: ${formatUnits(total)} in ${choice.days} days – Storecast`;
}

function periodText(days, timeline) {
  if (!isStale(timeline.days[timeline.historyDays - 1])) return `Next ${days} days`;
  return `${days} days from ${formatDate(timeline.days[timeline.historyDays])}`;
}

function comparison(entry, days) {
  const change = entry && changeOf(entry);
  if (change === null) return [];
  const text = formatComparison(change, `the same ${days === 7 ? "week" : "weeks"} last year`);
  return [make("span", { title: COMPARISON_HELP }, text), " · "];
}

function busiestDay(timeline, days) {
  const { day, forecast, lower, upper } = timeline.dayAt(timeline.busiestPosition(days));
  const text = `highest on ${formatWeekday(day)}: ${formatUnits(forecast)}`;
  if (lower === null) return [text];
  return [`${text}, likely range `, make("span", { class: "nowrap" }, formatRange(lower, upper))];
}

function reasonLine(reason, days) {
  if (!reason) return [];
  const period = reason.kind === "last year" && reason.days !== days ? ` (over ${reason.days} days)` : "";
  return [make("p", { class: "sum-reason" }, make("b", {}, "Needs you: "), fullReasonText(reason), period)];
}
