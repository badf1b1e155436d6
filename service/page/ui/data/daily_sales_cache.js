/** Keeps the newest answers about single series and totals, so that going back to one is immediate. */

import { fetchDailySales } from "./series_requests.js";
import { seriesKey } from "./series_names.js";

const MAX_ENTRIES = 40;

export class DailySalesCache {
  #answers = new Map();

  /** The daily sales of a choice; an answer of another model version than `version` is requested again. */
  async get(choice, version = null) {
    const key = seriesKey(choice);
    const cached = this.#answers.get(key);
    if (cached && (version === null || cached.model_version === version)) return cached;
    const answer = await fetchDailySales(choice);
    this.#answers.set(key, answer);
    if (this.#answers.size > MAX_ENTRIES) this.#answers.delete(this.#answers.keys().next().value);
    return answer;
  }

  clear() {
    this.#answers.clear();
  }
}
