/** How figures and days are said: in the reader's own style, with units, words before numbers. */

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 3 });
const date = (style) => new Intl.DateTimeFormat(undefined, { timeZone: "UTC", ...style });

const plainDay = date({ day: "numeric", month: "short" });
const weekDay = date({ weekday: "short", day: "numeric", month: "short" });
const fullDay = date({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const dateOnly = date({ day: "numeric", month: "short", year: "numeric" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

const locale = new Intl.Locale(navigator.language || "en");
const week = locale.getWeekInfo?.() ?? locale.weekInfo ?? { firstDay: 1, weekend: [6, 7] };

const DAY_MS = 86_400_000;
export const daysAgo = (day) => Math.floor((Date.now() - day.getTime()) / DAY_MS);
export const toDay = (text) => new Date(`${text}T00:00:00Z`);
export const addDays = (day, days) => new Date(day.getTime() + days * DAY_MS);
export const isoDay = (day) => day.toISOString().slice(0, 10);

/** Weekday from 1 (Monday) to 7, as the reader's week counts its weekend. */
export const isWeekend = (day) => week.weekend.includes(day.getUTCDay() || 7);
/** First day of the reader's week that holds a day. */
export const weekStart = (day) => addDays(day, -(((day.getUTCDay() || 7) - week.firstDay + 7) % 7));

export const count = (value) => whole.format(value);
/** Units sold: a decimal only where it says something. */
export const units = (value) => (Math.abs(value) < 9.95 && value !== 0 ? fine : whole).format(value);
export const axisUnits = (value) =>
  (Math.abs(value) >= 10_000 ? short : Number.isInteger(value) ? whole : fine).format(value);
/** A range, both ends as fine as the upper one needs: "9–28", "0.4–3.1". */
export const span = (low, high) => {
  const style = Math.abs(high) < 9.95 ? fine : whole;
  return `${style.format(low)}–${style.format(high)}`;
};

/** "10.6 %", where a tenth matters. */
export const exactPercent = (points) => `${fine.format(points)}\u00a0%`;
/** Points of a hundred, with a decimal below ten: "7.9 %", "21 %". The space does not break. */
export const percent = (points) =>
  `${(Math.abs(points) < 9.95 ? fine : whole).format(Math.abs(points))}\u00a0%`;

/** "6 % above", "12 % below", "level with": what a change is, not how it is signed. */
export function against(share) {
  if (Math.abs(share) < 0.005) return "level with";
  if (share >= 2) return `${fine.format(share + 1)} times`;
  return `${count(Math.abs(share * 100))}\u00a0% ${share > 0 ? "above" : "below"}`;
}

export const arrow = (share) => (Math.abs(share) < 0.005 ? "=" : share > 0 ? "▲" : "▼");

export const shortDay = (day) => plainDay.format(day);
export const namedDay = (day) => weekDay.format(day);
export const longDay = (day) => fullDay.format(day);
export const dated = (day) => dateOnly.format(day);
export const from = (first, last) => plainDay.formatRange(first, last);
export const fromYear = (first, last) => dateOnly.formatRange(first, last);
export const time = (moment) => clock.format(moment);

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** A label as people say it: "Store 3", but "Berlin Mitte" as it is. */
const label = (word, name) => (/^.{1,3}$|^\d+$/.test(name) ? `${word} ${name}` : String(name));

export const storeName = (store) => (store === null ? "All stores" : label("Store", String(store)));
export const itemName = (item) => (item === null ? "all items" : label("Item", String(item)));

export function seriesName({ store, item }) {
  if (store === null && item === null) return "All stores and items";
  if (store === null) return `${itemName(item)} · all stores`;
  return `${storeName(store)} · ${itemName(item)}`;
}

/** The name in a list whose heading says stores or items: "Store 3", "Item 15", both only for a series. */
export function shortName({ store, item }) {
  if ((store === null) === (item === null)) return seriesName({ store, item });
  return item === null ? storeName(store) : itemName(item);
}

/** Why a series needs a look, in about six words. */
export function reasonWords({ kind, days, change, common, words }) {
  if (kind === "moved") return words;
  if (kind === "silent") return `Nothing recorded for ${plural(days, "day")}`;
  if (kind === "zeros") return `Nothing sold for ${plural(days, "day")}`;
  const what = kind === "recent" ? "Last week" : "Forecast";
  const than = kind === "recent" ? "usual" : "last year";
  return `${arrow(change)} ${what} ${against(change)} ${than}${common === null ? "" : `; all:\u00a0${signed(common)}`}`;
}

const signed = (share) =>
  `${share < -0.005 ? "−" : share > 0.005 ? "+" : "±"}${count(Math.abs(share * 100))}\u00a0%`;
