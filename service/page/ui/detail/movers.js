/** Why, for a total: its parts that gain or lose most units against last year. */

import { directionMark, formatCount, formatSignedPercent } from "../data/number_format.js";
import { itemName, shortName, storeName } from "../data/series_names.js";
import { changeOf } from "../picker/series_catalogue.js";
import { addressOf } from "../shell/address.js";
import { make } from "../shell/dom.js";

const MAX_MOVERS = 5;

const gainOf = ({ comparableForecast, lastYear }) => comparableForecast - lastYear;

/** Heading and list of the movers of a total; null where fewer than two parts have a record of last year. */
export function makeMovers(catalogue, choice) {
  const movers = (catalogue?.partsOf(choice) ?? [])
    .filter((entry) => entry.lastYear > 0 && !entry.isDiscontinued)
    .sort((a, b) => Math.abs(gainOf(b)) - Math.abs(gainOf(a)))
    .slice(0, MAX_MOVERS);
  if (movers.length < 2) return null;
  return [
    make("h2", {}, "Largest changes against last year"),
    make("ol", { class: "movers" }, ...movers.map((entry) => moverRow(entry, choice))),
  ];
}

function moverRow(entry, choice) {
  const { store, item } = entry;
  const gain = gainOf(entry);
  const change = changeOf(entry);
  const units = `${formatCount(Math.abs(gain))} units ${gain < 0 ? "less" : "more"} than last year`;
  return make(
    "li",
    {},
    make("a", { href: addressOf({ ...choice, store, item }) }, nameWithin(entry, choice)),
    make("span", {}, `${directionMark(change)} ${units} (${formatSignedPercent(change)})`),
  );
}

/** The name of a part without what its total says already: an item within a store, a store of an item. */
function nameWithin(entry, choice) {
  if (choice.store !== null) return itemName(entry.item);
  return choice.item !== null ? storeName(entry.store) : shortName(entry);
}
