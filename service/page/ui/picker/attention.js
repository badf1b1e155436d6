/** What needs the planner's attention: series with a reason, and what to say where there are none. */

import { formatDate, parseDay, withLocalDates } from "../data/date_format.js";
import { isStale } from "../data/freshness.js";
import {
  directionMark,
  formatComparison,
  formatCount,
  formatPlural,
  formatSignedPercent,
} from "../data/number_format.js";
import { seriesKey } from "../data/series_names.js";

/** Entries with a reason: what the drift check found first, then the `ranked` ones it did not find. */
export function attentionList(drift, ranked, byKey) {
  const found = new Map();
  for (const { store = null, item = null, words } of drift?.isOpen ? drift.moved : []) {
    if (store === null && item === null) continue; // a finding about all series
    const key = seriesKey({ store: labelOf(store), item: labelOf(item) });
    const entry = byKey.get(key);
    if (entry && !found.has(key)) found.set(key, { ...entry, reason: { kind: "drift", text: withLocalDates(words) } });
  }
  return [...found.values(), ...ranked.filter((entry) => !found.has(entry.key))];
}

const labelOf = (name) => (name === null ? null : String(name));

/** Why a series needs attention, in about six words. */
export function reasonText(reason) {
  const { kind, days, change } = reason;
  if (kind === "drift") return reason.text;
  if (kind === "silent") return `No records for ${formatPlural(days, "day")}`;
  if (kind === "zeros") return `Nothing sold for ${formatPlural(days, "day")}`;
  const [what, reference] = kind === "recent" ? ["Last week", "usual"] : ["Forecast", "last year"];
  return `${directionMark(change)} ${what} ${formatComparison(change, reference)}`;
}

/** The reason, with the change of all series beside that of this one. */
export function fullReasonText(reason) {
  const isComparison = reason.kind === "recent" || reason.kind === "last year";
  const isKnown = isComparison && reason.common !== null;
  return reasonText(reason) + (isKnown ? ` (most series: ${formatSignedPercent(reason.common)})` : "");
}

/** The message where no series is listed. It states that nothing needs attention only where this is known. */
export function nothingListedText({ cutoff, drift, series }) {
  const lastDay = parseDay(cutoff);
  if (isStale(lastDay)) return `Sales end on ${formatDate(lastDay)}. Load newer sales to see what needs you.`;
  if (drift === undefined) return ""; // the last drift check has not been read yet
  if (drift === null) return "No single series stands out. The last drift check could not be read.";
  if (drift.isOpen) return "Sales patterns have changed, but no single series stands out.";
  return `Nothing needs you today: ${formatCount(series.length)} series checked.`;
}
