/** Can I believe it: one line at the top, the figures behind it one click away. */

import { find, make } from "./dom.js";
import { count, dated, daysAgo, exactPercent, plural, toDay } from "./words.js";

const STALE_DAYS = 7;
const soldUntil = (health) => toDay(health.model.cutoff);
/** Whether newer sales than those of a day are overdue. */
export const isStale = (day) => daysAgo(day) > STALE_DAYS;

/** `health` is GET /health, `accuracy` the backtest's, `drift` GET /drift, `card` GET /model; each may be null. */
export function showTrust({ health, accuracy, drift, card }) {
  const box = find("trust");
  const wasOpen = box.querySelector("details")?.open ?? false;
  const [state, title] = verdict(health, drift);
  const line = [accuracyWords(accuracy), dataWords(health)].filter(Boolean).join(" · ");
  const rows = details(health, accuracy, drift, card);
  const summary = make(
    "summary",
    {},
    make("span", { class: `dot is-${state}`, "aria-hidden": "true" }),
    make("strong", {}, title),
    make("span", { class: "trust-line" }, line),
    make("span", { class: "more" }, "details"),
  );
  const list = make(
    "dl",
    {},
    ...rows.flatMap(([term, words]) => [make("dt", {}, term), make("dd", {}, words)]),
  );
  box.replaceChildren(
    rows.length
      ? make("details", wasOpen ? { open: "" } : {}, summary, list)
      : make("p", {}, ...summary.childNodes),
  );
  box.querySelector("p .more")?.remove();
  box.removeAttribute("aria-busy");
}

function verdict(health, drift) {
  if (!health?.model) return ["bad", "No model yet"];
  if (drift?.drift_found) return ["warn", "Sales have moved away from what was expected"];
  if (isStale(soldUntil(health))) return ["warn", "Needs newer sales"];
  return ["good", "On course"];
}

function accuracyWords(accuracy) {
  if (accuracy?.error == null) return null;
  const naive =
    accuracy.baseline_error == null
      ? ""
      : ` (repeating the last week: ${exactPercent(accuracy.baseline_error)})`;
  return `off by ${exactPercent(accuracy.error)} in its last test${naive}`;
}

function dataWords(health) {
  if (!health?.model) return null;
  const until = soldUntil(health);
  return `knows sales up to ${dated(until)}${daysAgo(until) < 0 ? "" : `, ${ago(daysAgo(until))}`}`;
}

/** An age as people say it: days while they can be counted, then months, then years. */
function ago(days) {
  if (days === 0) return "today";
  if (days <= 60) return `${plural(days, "day")} ago`;
  if (days < 730) return `${plural(Math.round(days / 30.4), "month")} ago`;
  return `${plural(Math.floor(days / 365.25), "year")} ago`;
}

function details(health, accuracy, drift, card) {
  const rows = [];
  if (accuracy?.error != null) {
    const [first, last] = [accuracy.first_day, accuracy.last_day].map((day) => dated(toDay(day)));
    rows.push([
      "The test",
      `${first} to ${last}: the model forecast these days knowing none of them. Per store, item and day it missed ${exactPercent(accuracy.error)} of what was sold, either way.`,
    ]);
    if (accuracy.bias != null) rows.push(["Leaning", lean(accuracy.bias)]);
    if (accuracy.coverage_80 != null) {
      const wide =
        accuracy.coverage_95 == null
          ? ""
          : `, ${count(accuracy.coverage_95)} in the wide range (95 are meant)`;
      rows.push([
        "The ranges",
        `Of 100 days ${count(accuracy.coverage_80)} fell in the likely range (80 are meant)${wide}.`,
      ]);
    }
  }
  if (drift?.verdict) rows.push(["Has the world changed?", drift.words ?? driftWords(drift)]);
  if (card?.data?.first_day) {
    rows.push([
      "Learned from",
      `${plural(card.data.series, "series", "series")}, ${dated(toDay(card.data.first_day))} to ${dated(toDay(card.data.last_day))}`,
    ]);
  }
  if (health?.model && isStale(soldUntil(health)))
    rows.push([
      "Newer sales",
      "The forecast begins on the day after the newest sales it knows. Give it newer ones: make ingest, then make roll-forward.",
    ]);
  if (health?.model) rows.push(["Version", health.model.version]);
  return rows;
}

function lean(bias) {
  if (Math.abs(bias) < 0.5) return "Neither too high nor too low on the whole.";
  return `On the whole ${exactPercent(Math.abs(bias))} too ${bias > 0 ? "high" : "low"}.`;
}

function driftWords({ verdict }) {
  const said = { steady: "No: new sales are as expected.", undecided: "Not decided yet.", drift: "Yes." };
  return said[verdict] ?? "Not checked yet.";
}
