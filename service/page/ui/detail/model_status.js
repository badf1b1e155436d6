/** The line at the top: can the forecasts be believed? Error, age of the sales and drift, with details on a click. */

import { formatDate, parseDay, withLocalDates } from "../data/date_format.js";
import { formatAge, isStale } from "../data/freshness.js";
import { formatCount, formatPercent, formatPercentSize, formatPlural } from "../data/number_format.js";
import { find, make } from "../shell/dom.js";

const UNBIASED_PERCENT = 0.5;

const lastSalesDay = (health) => parseDay(health.model.cutoff);

/** `health` is /health, `accuracy` the backtest's, `drift` /drift, `card` /model; each may be missing. */
export function showModelStatus({ health, accuracy, drift, card }) {
  const box = find("model-status");
  const isOpen = box.querySelector("details")?.open ?? false;
  const [kind, title] = stateOf(health, drift);
  const line = [errorText(accuracy), salesText(health), driftText(drift)].filter(Boolean).join(" · ");
  const content = [
    make("span", { class: `dot is-${kind}`, "aria-hidden": "true" }),
    make("strong", {}, line ? `${title}:` : title),
    make("span", { class: "status-line" }, line),
  ];
  const rows = detailRows(health, accuracy, drift, card);
  box.replaceChildren(rows.length ? expandable(content, rows, isOpen) : make("p", {}, ...content));
  box.removeAttribute("aria-busy");
}

function expandable(content, rows, isOpen) {
  const terms = rows.flatMap(([term, text]) => [make("dt", {}, term), make("dd", {}, text)]);
  return make(
    "details",
    { open: isOpen ? "" : null },
    make("summary", {}, ...content, make("span", { class: "more" }, "details")),
    make("dl", {}, ...terms),
  );
}

function stateOf(health, drift) {
  if (!health?.model) return ["bad", "No model yet"];
  if (drift?.isOpen) return ["warn", "Sales patterns have changed"];
  if (isStale(lastSalesDay(health))) return ["warn", "Needs newer sales"];
  return ["good", "Healthy"];
}

function errorText(accuracy) {
  if (accuracy?.error == null) return null;
  const naive =
    accuracy.baseline_error == null ? "" : ` (repeating last week: ${formatPercent(accuracy.baseline_error)})`;
  return `error ${formatPercent(accuracy.error)} in the last backtest${naive}`;
}

function salesText(health) {
  if (!health?.model) return null;
  const day = lastSalesDay(health);
  return ["sales to " + formatDate(day), formatAge(day)].filter(Boolean).join(", ");
}

function driftText(drift) {
  if (drift === null) return "drift check not readable";
  return drift?.verdict === "never checked" ? "drift not checked" : null;
}

function detailRows(health, accuracy, drift, card) {
  const rows = accuracy?.error == null ? [] : backtestRows(accuracy);
  if (drift?.verdict) rows.push(["Have sales patterns changed?", driftDetail(drift)]);
  if (card?.adaptive_range?.days) rows.push(["Ranges since the training", realisedText(card.adaptive_range)]);
  if (card?.trained_until) {
    const [first, last] = [card.data.first_day, card.trained_until].map((day) => formatDate(parseDay(day)));
    rows.push(["Trained on", `${formatPlural(card.data.series, "series", "series")}, ${first} to ${last}`]);
  }
  if (health?.model && isStale(lastSalesDay(health)))
    rows.push([
      "Newer sales",
      "Forecasts start on the day after the last recorded sales. To load newer sales run make ingest, then make roll-forward.",
    ]);
  if (health?.model) rows.push(["Version", health.model.version]);
  return rows;
}

function driftDetail({ isOpen, isTrainedOn, words }) {
  if (!words) return "Not checked yet.";
  const note = isOpen || !isTrainedOn ? "" : " The model has been trained on these days since.";
  return withLocalDates(words) + note;
}

function backtestRows({ first_day, last_day, error, baseline_error, bias, coverage_80, coverage_95 }) {
  const [first, last] = [first_day, last_day].map((day) => formatDate(parseDay(day)));
  const rows = [
    [
      "Last backtest",
      `${first} to ${last}, days the model was not trained on. The error is ${formatPercent(error)} of the units sold, added up over every store, item and day (WAPE).`,
    ],
  ];
  if (baseline_error != null)
    rows.push(["Seasonal naive", `Repeating last week, the simplest method: ${formatPercent(baseline_error)}.`]);
  if (bias != null) rows.push(["Bias", biasText(bias)]);
  if (coverage_80 != null) rows.push(["Ranges", coverageText(coverage_80, coverage_95)]);
  return rows;
}

function biasText(bias) {
  if (Math.abs(bias) < UNBIASED_PERCENT) return "None: neither too high nor too low in total.";
  return `${formatPercent(Math.abs(bias))} too ${bias > 0 ? "high" : "low"} in total.`;
}

function coverageText(likely, wide) {
  const both = wide == null ? "" : `, ${formatCount(wide)} in the 95\u00a0% range (target 95)`;
  return `Of 100 days, ${formatCount(likely)} were in the likely range (target 80)${both}.`;
}

function realisedText({ lower, upper, days, coverage_80 }) {
  const inside = `Of 100 sales of the last ${formatPlural(Math.min(days, 28), "day", "days")}, ${formatCount(coverage_80 * 100)} were in the likely range (target 80).`;
  return `${inside} Ranges now reach ${widthText(upper)} up and ${widthText(lower)} down.`;
}

function widthText(factor) {
  if (Math.abs(factor - 1) < 0.005) return "as far";
  return `${formatPercentSize((factor - 1) * 100)} ${factor > 1 ? "further" : "less far"}`;
}
