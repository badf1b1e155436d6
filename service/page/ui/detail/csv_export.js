/** The days on the page as a CSV file for spreadsheets. */

import { formatIsoDay } from "../data/date_format.js";
import { make } from "../shell/dom.js";

const BOUNDS = [50, 80, 90, 95].flatMap((range) => [`lower_${range}`, `upper_${range}`]);
const COLUMNS = [
  "date",
  "store",
  "item",
  "sales",
  "forecast",
  ...BOUNDS,
  "last_year",
  "method",
];
const URL_KEPT_MS = 1000;

/** One line per day; store and item are empty for a total over them, unknown numbers are empty too. */
export function csvText(timeline, choice) {
  const [first, last] = timeline.shownRange(choice.days);
  const lines = [COLUMNS];
  for (let position = first; position <= last; position++)
    lines.push(csvLine(timeline, position, choice));
  return `${lines.map((line) => line.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

function csvLine(timeline, position, { store, item }) {
  const { day, sales, forecast, lastYear, method } = timeline.dayAt(position);
  const bounds = BOUNDS.map((name) => timeline.dailySales.ranges?.[name][position - timeline.historyDays]);
  return [formatIsoDay(day), store, item, sales, forecast, ...bounds, lastYear, method];
}

/** Text is quoted where needed; a leading `'` keeps a label such as "=1+1" from being run as a formula. */
function csvCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[\s]*[=+\-@]|^[\t\r\n]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function saveCsv(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), URL_KEPT_MS);
}

/** "storecast-3-15-28-days.csv" */
export function csvFileName({ store, item, days }) {
  const plain = (label) => (label === null ? "all" : label.replace(/[^\p{L}\p{N}]+/gu, "-"));
  return `storecast-${plain(store)}-${plain(item)}-${days}-days.csv`;
}
