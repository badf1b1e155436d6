/** One line of the list: name, units, and the reason or the change against last year. */

import { directionMark, formatComparison, formatUnits } from "../data/number_format.js";
import { shortName } from "../data/series_names.js";
import { make } from "../shell/dom.js";
import { reasonText } from "./attention.js";
import { changeOf } from "./series_catalogue.js";

export function listRow(entry) {
  return [
    make("span", { class: "row-name" }, shortName(entry)),
    make("span", { class: "row-units" }, formatUnits(entry.forecast)),
    make("span", { class: entry.reason ? "row-note is-reason" : "row-note" }, rowNote(entry)),
  ];
}

function rowNote(entry) {
  if (entry.reason) return reasonText(entry.reason);
  if (entry.isDiscontinued) return "discontinued";
  const change = changeOf(entry);
  if (change === null) return "no sales a year ago to compare with";
  return `${directionMark(change)} ${formatComparison(change, "last year")}`;
}
