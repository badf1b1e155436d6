/** One day of the chart in words. */

import { count, longDay, span, units } from "./words.js";

/** "Saturday, 6 January 2018: about 72 expected, likely 60–85; 66 last year." */
export function readDay(one, nSeries) {
  return `${longDay(one.day)}: ${[...facts(one, nSeries), lastYear(one)].filter(Boolean).join("; ")}.`;
}

function facts(one, nSeries) {
  if (!one.isForecast) {
    const gap =
      one.missing && nSeries > 1 ? `${count(one.missing)} of ${count(nSeries)} series not recorded` : null;
    return [one.sold === null ? "nothing recorded" : `${units(one.sold)} sold`, gap];
  }
  if (one.method === "closed") return ["closed, nothing expected"];
  const range =
    one.low === null
      ? ""
      : `, likely ${span(one.low, one.high)}, almost surely ${span(one.wideLow, one.wideHigh)}`;
  return [`about ${units(one.expected)} expected${range}`];
}

function lastYear(one) {
  if (one.lastYear === null) return null;
  return `${units(one.lastYear)} on the same weekday last year${one.lastYearMissing ? ", records incomplete" : ""}`;
}
