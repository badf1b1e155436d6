/** What the lines and bands of the chart mean. */

import { find, make } from "./dom.js";

const LIKELY = "80 % interval: 4 of 5 days are meant to fall inside";
const WIDE = "95 % interval: 19 of 20 days are meant to fall inside";
const LAST_YEAR = "The same weekday, 52 weeks earlier";

function key(kind, words, title = null) {
  return make("span", { class: "key", title }, make("i", { class: `swatch is-${kind}` }), words);
}

export function showLegend({ hasRanges }) {
  const ranges = [key("likely", "Likely range", LIKELY), key("wide", "Wide range", WIDE)];
  find("legend").replaceChildren(
    key("sold", "Sold"),
    key("expected", "Expected"),
    ...(hasRanges ? ranges : []),
    key("lastyear", "Last year", LAST_YEAR),
    hasRanges ? "" : make("span", { class: "key" }, "No range: those of single series do not add up."),
  );
}
