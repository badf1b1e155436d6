/** What the lines and bands of the chart mean. */

import { find, make } from "../shell/dom.js";

const LIKELY_RANGE = "80 % interval: 4 of 5 days are expected inside";
const WIDE_RANGE = "95 % interval: 19 of 20 days are expected inside";
const LAST_YEAR = "The same weekday, 52 weeks earlier";
const NO_RANGE = "No range: the ranges of single series do not add up.";

function legendEntry(kind, text, title = null) {
  return make("span", { class: "legend-entry", title }, make("i", { class: `swatch is-${kind}` }), text);
}

export function showLegend({ isSingleSeries }) {
  const ranges = [
    legendEntry("likely", "Likely range", LIKELY_RANGE),
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
