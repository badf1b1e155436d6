/** The name of what was chosen and the answer in one line: how much will sell. */

import { addressOf } from "./address.js";
import { changeOf } from "./catalogue.js";
import { find, make } from "./dom.js";
import { isStale } from "./trust.js";
import { against, count, dated, namedDay, plural, reasonWords, seriesName, span, units } from "./words.js";

const COMPARED = "The same weekdays 52 weeks earlier, on days that have a record then";

export function showTitle(choice, timeline) {
  const { store, item } = choice;
  const link = (words, to) => make("a", { href: addressOf({ ...choice, ...to }) }, words);
  const many = timeline.selection.n_series;
  const parts = many > 1 ? [`Total of ${plural(many, "series", "series")}`] : [];
  if (store !== null && item !== null) {
    parts.push(link(seriesName({ store, item: null }), { item: null }));
    parts.push(link(seriesName({ store: null, item }), { store: null }));
  }
  if (store !== null || item !== null) parts.push(link("Everything", { store: null, item: null }));
  find("name").textContent = seriesName(choice);
  find("up").replaceChildren(...parts.flatMap((part, at) => (at ? [" · ", part] : [part])));
}

/** `entry` is the catalogue's line of the choice, null where it is not there yet. */
export function showSum(choice, timeline, entry, reason) {
  // The list's own figure where there is one, so that the two never differ by a rounding.
  const expected = entry ? entry.forecast : timeline.sum(choice.days);
  const first = dated(timeline.days[timeline.history]);
  const when = isStale(timeline.days[timeline.history - 1])
    ? `${choice.days} days from ${first}`
    : `Next ${choice.days} days`;
  const line = make("p", { class: "sum-line" }, `${when} `, make("strong", {}, units(expected)));
  line.append(" ", make("span", { class: "sum-unit" }, "units"));
  const more = make("p", { class: "sum-more" }, ...comparison(entry, choice.days));
  more.append(...(expected > 0 ? busiest(timeline, choice.days) : ["no sales expected"]));
  const remarks = methodWords(timeline.selection).map((words) => make("p", { class: "sum-method" }, words));
  find("sum").replaceChildren(line, more, ...reasonLine(reason, choice.days), ...remarks);
  document.title = `${seriesName(choice)}: ${units(expected)} in ${choice.days} days – Storecast`;
}

function comparison(entry, days) {
  const change = entry && changeOf(entry);
  if (change === null) return [];
  const words = `${against(change)} the same ${days === 7 ? "week" : "weeks"} last year`;
  return [make("span", { title: COMPARED }, words), " · "];
}

function busiest(timeline, days) {
  const top = timeline.at(timeline.busiest(days));
  const words = `most on ${namedDay(top.day)}, about ${units(top.expected)}`;
  if (top.low === null) return [words];
  return [`${words}, likely `, make("span", { class: "whole-word" }, span(top.low, top.high))];
}

function reasonLine(reason, days) {
  if (!reason) return [];
  const over = reason.kind === "last year" && reason.days !== days ? ` (over ${reason.days} days)` : "";
  return [make("p", { class: "sum-reason" }, make("b", {}, "Needs you: "), reasonWords(reason), over)];
}

/** Said where an answer does not come from the model itself. */
function methodWords({ n_series: all, method_counts: counts }) {
  const fresh = counts["cold start"] ?? 0;
  if (all > 1)
    return fresh
      ? [`${count(fresh)} of them are too new for a forecast of their own: expected from similar ones.`]
      : [];
  if (fresh) return ["Too new for a forecast of its own: expected from similar stores and items."];
  return counts.closed ? ["Closed on all of these days."] : [];
}
