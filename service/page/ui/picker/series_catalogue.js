/** All series with their sums, the totals of stores and items, and those that need attention. */

import { seriesKey } from "../data/series_names.js";
import { attentionList } from "./attention.js";
import { searchEntries } from "./series_search.js";

/**
 * One line of the list, in units over the period. `comparableForecast` is the part of the forecast on days
 * that have a record one year before, `lastYear` the sum of these records.
 */
function makeEntry(store, item, forecast = 0, comparableForecast = 0, lastYear = 0) {
  const key = seriesKey({ store, item });
  return { key, store, item, forecast, comparableForecast, lastYear, isDiscontinued: false, reason: null };
}

function addTo(total, entry) {
  total.forecast += entry.forecast ?? NaN; // an unknown part makes the total unknown
  total.comparableForecast += entry.comparableForecast;
  total.lastYear += entry.lastYear;
}

/** Change of an entry against the same weeks of last year as a share; null where too little is known. */
export const changeOf = ({ comparableForecast, lastYear }) =>
  lastYear > 0 ? comparableForecast / lastYear - 1 : null;

export class SeriesCatalogue {
  /** `list` is the answer of /page/overview, `drift` that of /drift: undefined until loaded, null on an error. */
  constructor(list, drift) {
    const storeNames = list.stores.map(String);
    const itemNames = list.items.map(String);
    this.version = list.model_version;
    this.days = list.days;
    this.cutoff = list.cutoff;
    this.hasNumericLabels = [...storeNames, ...itemNames].every((name) => /^\d+$/.test(name));
    this.all = makeEntry(null, null);
    this.stores = storeNames.map((name) => makeEntry(name, null));
    this.items = itemNames.map((name) => makeEntry(null, name));
    this.series = this.#makeSeries(list, storeNames, itemNames);
    this.byKey = new Map(
      [this.all, ...this.stores, ...this.items, ...this.series].map((entry) => [entry.key, entry]),
    );
    this.reasons = list.attention;
    this.reasonCount = list.attention_count;
    this.setDrift(drift);
  }

  /** One entry per series, added to its totals; the numbers of discontinued ones are 0. */
  #makeSeries({ series, discontinued = [] }, storeNames, itemNames) {
    const isDiscontinued = new Set(discontinued);
    return series.store.map((store, row) => {
      const item = series.item[row];
      const sums = [series.forecast[row], series.comparable_forecast[row], series.last_year[row]];
      const entry = makeEntry(storeNames[store], itemNames[item], ...sums);
      entry.isDiscontinued = isDiscontinued.has(row);
      for (const total of [this.all, this.stores[store], this.items[item]]) addTo(total, entry);
      return entry;
    });
  }

  /** List what the last drift check found before the other series that need attention. */
  setDrift(drift) {
    this.drift = drift;
    const ranked = this.reasons.map((reason) => ({ ...this.series[reason.row], reason }));
    this.attention = attentionList(drift, ranked, this.byKey);
    this.attentionCount = this.reasonCount + this.attention.length - ranked.length;
  }

  /** Entries of a tab: attention, series, stores or items; those of stores and items begin with the grand total. */
  entriesOf(tab) {
    return tab === "stores" || tab === "items" ? [this.all, ...this[tab]] : this[tab];
  }

  find(choice) {
    return this.byKey.get(seriesKey(choice)) ?? null;
  }

  reasonOf(choice) {
    return this.attention.find((entry) => entry.key === seriesKey(choice))?.reason ?? null;
  }

  /** The parts of a total: its stores, its items or its series. */
  partsOf({ store, item }) {
    if (store === null && item === null) return this.stores.length > 1 ? this.stores : this.items;
    if (item === null) return this.series.filter((entry) => entry.store === store);
    return store === null ? this.series.filter((entry) => entry.item === item) : [];
  }

  search(entries, text) {
    return searchEntries(entries, text, this.hasNumericLabels);
  }
}
