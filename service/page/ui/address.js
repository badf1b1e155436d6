/** The choice a planner made, as the page's address carries it: `#store=3&item=15&days=28&by=week`. */

const REMEMBERED = "storecast.choice";
const PERIODS = [7, 28, 90];
const KEYS = ["store", "item", "days", "by"];

/** Store and item are labels as text, null for the total over all; null where the address says nothing of it. */
export function readChoice(hash = location.hash) {
  const told = new URLSearchParams(hash.slice(1));
  if (!KEYS.some((key) => told.has(key))) return null;
  const days = Number(told.get("days"));
  return {
    store: told.get("store"),
    item: told.get("item"),
    days: PERIODS.includes(days) ? days : 28,
    by: told.get("by") === "week" ? "week" : "day",
  };
}

export function addressOf({ store, item, days, by }) {
  const told = new URLSearchParams();
  if (store !== null) told.set("store", store);
  if (item !== null) told.set("item", item);
  told.set("days", days);
  if (by === "week") told.set("by", by);
  return `#${told}`;
}

export const sameSeries = (a, b) => a !== null && b !== null && a.store === b.store && a.item === b.item;

/** Storage may be forbidden, in private windows for example: then nothing is remembered. */
export function remember(choice) {
  try {
    localStorage.setItem(REMEMBERED, addressOf(choice));
  } catch {}
}

export function remembered() {
  try {
    return readChoice(localStorage.getItem(REMEMBERED) ?? "");
  } catch {
    return null;
  }
}
