/** The days of one series or total: sales, then forecast, with last year beside both. */

import { addDays, parseDay } from "../data/date_format.js";

// Days of history shown with a forecast of 7, 28 or 90 days, so that the forecast keeps a readable width.
const HISTORY_DAYS_SHOWN = { 7: 28, 28: 112, 90: 112 };
const HISTORY_DAYS_SHOWN_NARROW = { 7: 14, 28: 35, 90: 42 };

/** Arrays with one value per day; null where nothing is known. A position is an index into them. */
export class Timeline {
  /** `dailySales` is the answer of /page/sales; `range` is how many of 100 days the likely range holds. */
  constructor(dailySales, range) {
    const historyDays = dailySales.sales.length;
    const horizonDays = dailySales.forecast.length;
    const noHistory = Array(historyDays).fill(null);
    const noForecast = Array(horizonDays).fill(null);
    const bound = (name) => [...noHistory, ...(dailySales.ranges?.[name] ?? noForecast)];
    const first = parseDay(dailySales.first_day);
    this.dailySales = dailySales;
    this.historyDays = historyDays; // also the position of the first day of the forecast
    this.isSingleSeries = dailySales.ranges !== null;
    this.days = Array.from({ length: historyDays + horizonDays }, (_, at) => addDays(first, at));
    this.sales = [...dailySales.sales, ...noForecast];
    this.forecast = [...noHistory, ...dailySales.forecast];
    this.lastYear = dailySales.last_year;
    this.range = range;
    this.lower = bound(`lower_${range}`);
    this.upper = bound(`upper_${range}`);
    this.lower95 = bound("lower_95");
    this.upper95 = bound("upper_95");
    this.missing = [...dailySales.missing, ...Array(horizonDays).fill(0)];
  }

  /** First and last position shown for a forecast of `days` days. */
  shownRange(days, isNarrow = false) {
    const history = (isNarrow ? HISTORY_DAYS_SHOWN_NARROW : HISTORY_DAYS_SHOWN)[days];
    return [
      this.historyDays - Math.min(history, this.historyDays),
      Math.min(this.historyDays + days, this.days.length) - 1,
    ];
  }

  /** Positions of the days of history that are shown, oldest first. */
  historyPositions(days) {
    const [first] = this.shownRange(days);
    return Array.from({ length: this.historyDays - first }, (_, at) => first + at);
  }

  /** Positions of the first `days` days of the forecast. */
  forecastPositions(days) {
    const last = Math.min(this.historyDays + days, this.days.length);
    return Array.from({ length: last - this.historyDays }, (_, step) => this.historyDays + step);
  }

  /** Everything about one day. */
  dayAt(position) {
    const step = position - this.historyDays;
    return {
      day: this.days[position],
      isForecast: step >= 0,
      sales: this.sales[position],
      forecast: this.forecast[position],
      lower: this.lower[position],
      upper: this.upper[position],
      lower95: this.lower95[position],
      upper95: this.upper95[position],
      lastYear: this.lastYear[position],
      lastYearMissing: this.dailySales.last_year_missing[position],
      missing: this.missing[position],
      method: step >= 0 ? (this.dailySales.methods?.[step] ?? null) : null,
    };
  }

  /** Forecast units summed over the first `days` days; NaN where one of them is unknown. */
  forecastSum(days) {
    return this.forecastPositions(days).reduce((total, at) => total + (this.forecast[at] ?? NaN), 0);
  }

  /** Position of the day with the highest forecast. */
  busiestPosition(days) {
    return this.forecastPositions(days).reduce(
      (best, at) => (this.forecast[at] > this.forecast[best] ? at : best),
      this.historyDays,
    );
  }
}
