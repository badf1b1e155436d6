/** All series with their sums, and the totals of stores and items: what can be chosen and found. */

export const keyOf = ({ store, item }) => JSON.stringify([store, item]);

/** An entry of the list: `compared` of its `forecast` stands beside `lastYear`, like for like. */
function entry(store, item, forecast = 0, compared = 0, lastYear = 0) {
  return { key: keyOf({ store, item }), store, item, forecast, compared, lastYear, reason: null };
}

function add(total, part) {
  total.forecast += part.forecast;
  total.compared += part.compared;
  total.lastYear += part.lastYear;
}

/** Change against the same weeks of last year as a share, null where too little is known. */
export const changeOf = ({ compared, lastYear }) => (lastYear > 0 ? compared / lastYear - 1 : null);

export class Catalogue {
  constructor(overview) {
    const { stores, items, series } = overview;
    this.version = overview.model_version;
    this.days = overview.days;
    this.cutoff = overview.cutoff;
    const storeNames = stores.map(String);
    const itemNames = items.map(String);
    this.numbered = [...storeNames, ...itemNames].every((name) => /^\d+$/.test(name));
    this.everything = entry(null, null);
    this.stores = storeNames.map((name) => entry(name, null));
    this.items = itemNames.map((name) => entry(null, name));
    this.series = series.store.map((store, row) => {
      const item = series.item[row];
      const sums = [series.forecast[row], series.compared[row], series.last_year[row]];
      const one = entry(storeNames[store], itemNames[item], ...sums);
      for (const total of [this.everything, this.stores[store], this.items[item]]) add(total, one);
      return one;
    });
    this.needs = overview.attention.map((reason) => ({ ...this.series[reason.series], reason }));
    this.rankedCount = overview.attention_count;
    this.needsCount = this.rankedCount;
    this.byKey = new Map(
      [this.everything, ...this.stores, ...this.items, ...this.series].map((one) => [one.key, one]),
    );
  }

  /** Put what a drift check saw move first; true where some of it is in this list. */
  tellMoved(drift) {
    const moved = (drift?.drift_found ? drift.moved : []).flatMap(({ group, words }) => {
      const [, side, name] = /^(store|item)\W+(.+)$/i.exec(group) ?? [];
      const one = side && this.byKey.get(keyOf({ store: null, item: null, [side.toLowerCase()]: name }));
      return one ? [{ ...one, reason: { kind: "moved", words } }] : [];
    });
    this.needs = [...moved, ...this.needs.filter((one) => one.reason.kind !== "moved")];
    this.needsCount = this.rankedCount + moved.length;
    return moved.length > 0;
  }

  /** What a shelf holds: needs, series, stores or items; totals begin with the one over everything. */
  shelf(name) {
    if (name === "stores" || name === "items") return [this.everything, ...this[name]];
    return this[name];
  }

  entryOf(choice) {
    return this.byKey.get(keyOf(choice)) ?? null;
  }

  reasonOf(choice) {
    return this.needs.find((one) => one.key === keyOf(choice))?.reason ?? null;
  }

  /** The parts of a total, those with most units gained or lost against last year first. */
  moversOf({ store, item }) {
    let parts = [];
    if (store === null && item === null) parts = this.stores.length > 1 ? this.stores : this.items;
    else if (item === null) parts = this.series.filter((one) => one.store === store);
    else if (store === null) parts = this.series.filter((one) => one.item === item);
    const moved = (one) => Math.abs(one.compared - one.lastYear);
    return parts.filter((one) => one.lastYear > 0).sort((a, b) => moved(b) - moved(a));
  }

  /** Entries that fit what was typed, exact ones first: "3 15", "store 3", "item 15", any part of a name. */
  search(entries, typed) {
    const words = typed
      .toLowerCase()
      .split(/[\s·,/]+/)
      .filter(Boolean);
    if (!words.length) return entries;
    const isNumbers = this.numbered && words.every((word) => /^(\d+|store|item)$/.test(word));
    const fit = isNumbers ? fitNumbers(words) : fitText(words);
    const found = [[], []];
    for (const one of entries) {
      const rank = fit(one);
      if (rank > 0) found[rank === 2 ? 0 : 1].push(one);
    }
    return found.flat();
  }
}

/** 2 where all numbers are whole labels, 1 where they begin them, 0 where not; first number store, second item. */
function fitNumbers(words) {
  const wanted = { store: null, item: null, any: null };
  const numbers = words.filter((word) => /^\d+$/.test(word));
  for (const side of ["store", "item"]) {
    const at = words.indexOf(side);
    if (at >= 0) wanted[side] = words[at + 1] ?? "";
  }
  if (wanted.store === null && wanted.item === null) {
    if (numbers.length === 1) wanted.any = numbers[0];
    else [wanted.store, wanted.item] = numbers;
  }
  const rank = (label, part) =>
    part === null || part === undefined
      ? 2
      : label === null
        ? 0
        : label === part
          ? 2
          : label.startsWith(part)
            ? 1
            : 0;
  if (wanted.any !== null) return (one) => Math.max(rank(one.store, wanted.any), rank(one.item, wanted.any));
  return (one) => Math.min(rank(one.store, wanted.store), rank(one.item, wanted.item));
}

function fitText(words) {
  return ({ store, item }) => {
    const labels = `${store ?? ""} ${item ?? ""}`.trim().toLowerCase();
    const name = `${store === null ? "" : "store"} ${item === null ? "" : "item"} ${labels}`;
    if (!words.every((word) => name.includes(word))) return 0;
    return labels === words.join(" ") ? 2 : 1;
  };
}
