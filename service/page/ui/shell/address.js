/** The choice a planner made, as the page's address holds it: `#store=3&item=15&days=28&by=week&range=90`. */

const STORAGE_KEY = "storecast.choice";
const PERIODS = [7, 28, 90];
const RANGES = [50, 80, 90, 95];
const PARAMETERS = ["store", "item", "days", "by", "range"];

/** Store and item are labels as text, null for a total over all; null where the address holds no choice. */
export function choiceFromAddress(hash = location.hash) {
  const parameters = new URLSearchParams(hash.slice(1));
  if (!PARAMETERS.some((name) => parameters.has(name))) return null;
  const [days, range] = ["days", "range"].map((name) => Number(parameters.get(name)));
  return {
    store: parameters.get("store"),
    item: parameters.get("item"),
    days: PERIODS.includes(days) ? days : 28,
    by: parameters.get("by") === "week" ? "week" : "day",
    range: RANGES.includes(range) ? range : 80,
  };
}

export function addressOf({ store, item, days, by, range }) {
  const parameters = new URLSearchParams();
  if (store !== null) parameters.set("store", store);
  if (item !== null) parameters.set("item", item);
  parameters.set("days", days);
  if (by === "week") parameters.set("by", by);
  if (range !== 80) parameters.set("range", range);
  return `#${parameters}`;
}

/** Save the choice for the next visit. Storage may be forbidden, as in private windows: then nothing is saved. */
export function saveLastChoice(choice) {
  try {
    localStorage.setItem(STORAGE_KEY, addressOf(choice));
  } catch {}
}

export function loadLastChoice() {
  try {
    return choiceFromAddress(localStorage.getItem(STORAGE_KEY) ?? "");
  } catch {
    return null;
  }
}
