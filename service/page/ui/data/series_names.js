/** Names of series and totals. A series has a store and an item; null stands for all of them. */

/** Short labels and numbers get the word before them: "Store 3", but "Berlin Mitte" as it is. */
const withWord = (word, label) => (/^.{1,3}$|^\d+$/.test(label) ? `${word} ${label}` : label);

export const storeName = (store) => (store === null ? "All stores" : withWord("Store", String(store)));
export const itemName = (item) => (item === null ? "all items" : withWord("Item", String(item)));

/** "Store 3 · Item 15", "Store 3 · all items", "Item 15 · all stores", "All stores and items". */
export function seriesName({ store, item }) {
  if (store === null && item === null) return "All stores and items";
  if (store === null) return `${itemName(item)} · all stores`;
  return `${storeName(store)} · ${itemName(item)}`;
}

/** The name within a list of stores or of items: "Store 3", "Item 15"; both for a series. */
export function shortName({ store, item }) {
  if ((store === null) === (item === null)) return seriesName({ store, item });
  return item === null ? storeName(store) : itemName(item);
}

/** One text for a store and an item, to look entries up by. */
export const seriesKey = ({ store, item }) => JSON.stringify([store, item]);

export const isSameSeries = (a, b) => a !== null && b !== null && a.store === b.store && a.item === b.item;
