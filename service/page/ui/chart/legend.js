/** What the lines and bands of the chart mean. */

import { find, make } from "../shell/dom.js";

const DAYS_INSIDE = { 50: "5 of 10", 80: "8 of 10", 90: "9 of 10", 95: "19 of 20" };
const WIDE_RANGE = "95 % interval: 19 of 20 days are expected inside";
const LAST_YEAR = "The same weekday, 52 weeks earlier";
const NO_RANGE = "No range: the ranges of single series do not add up.";

function legendEntry(kind, text, title = null) {
  return make("span", { class: "legend-entry", title }, make("i", { class: `swatch is-${kind}` }), text);
}

export function showLegend({ isSingleSeries, range }) {
  const likelyRange = `${range} % interval: ${DAYS_INSIDE[range]} days are expected inside`;
  const ranges = [
    legendEntry("likely", "Likely range", likelyRange),
    legendEntry("wide", "95 % range", WIDE_RANGE),
  ];
  find("legend").replaceChildren(
    legendEntry("sales", "Sold"),
    legendEntry("forecast", "Forecast"),
    ...(isSingleSeries ? ranges : []),
    legendEntry("last-year", "Last year", LAST_YEAR),
    isSingleSeries ? "" : make("span", { class: "legend-entry" }, NO_RANGE),
  );
}
