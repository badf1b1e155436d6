/** One selection day by day: what was sold, what is expected, and last year beside both. */

import { addDays, toDay } from "./words.js";

// Days of history beside the days ahead: a week would vanish beside 16, and these on a phone.
const HISTORY_SHOWN = { 7: 28, 28: 112, 90: 112 };
const HISTORY_SHOWN_NARROW = { 7: 14, 28: 35, 90: 42 };

export class Timeline {
  constructor(selection) {
    const history = selection.sales.length;
    const horizon = selection.forecast.length;
    const first = toDay(selection.first_day);
    const past = Array(history).fill(null);
    const future = Array(horizon).fill(null);
    const range = (name) => [...past, ...(selection.ranges?.[name] ?? future)];
    this.selection = selection;
    this.history = history; // days sold; the position of the first day of the forecast
    this.hasRanges = selection.ranges !== null;
    this.days = [...past, ...future].map((_, at) => addDays(first, at));
    this.sold = [...selection.sales, ...future];
    this.expected = [...past, ...selection.forecast];
    this.lastYear = selection.last_year;
    this.low = range("lower_80");
    this.high = range("upper_80");
    this.wideLow = range("lower_95");
    this.wideHigh = range("upper_95");
    this.missing = [...selection.missing, ...Array(horizon).fill(0)];
  }

  /** First and last position shown for a number of days ahead. */
  shown(days, isNarrow = false) {
    const back = Math.min((isNarrow ? HISTORY_SHOWN_NARROW : HISTORY_SHOWN)[days], this.history);
    return [this.history - back, Math.min(this.history + days, this.days.length) - 1];
  }

  /** Positions of the newest days sold that are shown, oldest first. */
  before(days) {
    const [first] = this.shown(days);
    return Array.from({ length: this.history - first }, (_, at) => first + at);
  }

  /** Positions of the forecast's first days. */
  ahead(days) {
    const last = Math.min(this.history + days, this.days.length);
    return Array.from({ length: last - this.history }, (_, step) => this.history + step);
  }

  /** Everything about one day. */
  at(position) {
    const step = position - this.history;
    return {
      day: this.days[position],
      isForecast: step >= 0,
      sold: this.sold[position],
      expected: this.expected[position],
      low: this.low[position],
      high: this.high[position],
      wideLow: this.wideLow[position],
      wideHigh: this.wideHigh[position],
      lastYear: this.lastYear[position],
      lastYearMissing: this.selection.last_year_missing[position],
      missing: this.missing[position],
      method: step >= 0 ? (this.selection.methods?.[step] ?? null) : null,
    };
  }

  /** Units expected over the first days. */
  sum(days) {
    return this.ahead(days).reduce((total, position) => total + this.expected[position], 0);
  }

  /** Position of the day on which most is expected. */
  busiest(days) {
    return this.ahead(days).reduce(
      (best, at) => (this.expected[at] > this.expected[best] ? at : best),
      this.history,
    );
  }
}
