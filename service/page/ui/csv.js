/** What the page shows as a file for spreadsheets. */

import { make } from "./dom.js";
import { isoDay } from "./words.js";

const COLUMNS = [
  "date",
  "store",
  "item",
  "sold",
  "forecast",
  "lower_80",
  "upper_80",
  "lower_95",
  "upper_95",
  "last_year",
  "method",
];

/** One line a day; a total leaves store or item empty. */
export function csvOf(timeline, choice) {
  const [first, last] = timeline.shown(choice.days);
  const lines = [COLUMNS];
  for (let position = first; position <= last; position++) {
    const one = timeline.at(position);
    lines.push([
      isoDay(one.day),
      choice.store,
      choice.item,
      one.sold,
      one.expected,
      one.low,
      one.high,
      one.wideLow,
      one.wideHigh,
      one.lastYear,
      one.method,
    ]);
  }
  return `${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** Quoted where needed; text that a spreadsheet would run as a formula is kept text. */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) && !/^-?\d/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function saveCsv(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

export function csvName({ store, item, days }) {
  const plain = (label) => (label === null ? "all" : label.replace(/[^\p{L}\p{N}]+/gu, "-"));
  return `storecast-${plain(store)}-${plain(item)}-${days}-days.csv`;
}
