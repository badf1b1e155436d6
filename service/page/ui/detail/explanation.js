/** Why: the parts of the forecast of one day of a series, as text and bars. */

import { formatIsoDay, formatLongDate } from "../data/date_format.js";
import { formatUnits } from "../data/number_format.js";
import { fetchExplanation } from "../data/series_requests.js";
import { seriesKey } from "../data/series_names.js";
import { ServiceError } from "../data/service_client.js";
import { find, make } from "../shell/dom.js";

const PART_NAMES = { level: "Sales level", weekday: "Weekday", season: "Season", learned: "Recent weeks" };
const SMALLEST_PART = 0.05; // units; smaller parts would be shown as 0.0
const SMALLEST_BAR_PERCENT = 0.4;

export class Explanation {
  constructor() {
    this.box = find("explanation");
    this.isAvailable = true; // until the service answers that it has no explanations
    this.shownKey = null; // the series whose explanation is shown
  }

  hide() {
    this.request?.abort();
    this.shownKey = null;
    this.box.removeAttribute("aria-busy");
    this.box.hidden = true;
    this.box.replaceChildren();
  }

  /** Explain one forecast day of a series; hidden where there is nothing to explain or the service cannot. */
  async explain(choice, day) {
    this.request?.abort();
    if (!this.isAvailable || day.method === "discontinued" || day.method === "closed") return this.hide();
    this.request = new AbortController();
    const { signal } = this.request;
    this.#showSkeleton(seriesKey(choice));
    try {
      const explanation = await fetchExplanation(choice, formatIsoDay(day.day), signal);
      if (!signal.aborted) this.showContent(explanationParts(explanation, day), seriesKey(choice));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ServiceError)) throw error;
      if (error.status === 404 && error.code !== "unknown_series") this.isAvailable = false;
      this.hide();
    }
  }

  /** Show elements in the place of the explanation; hidden where there are none. */
  showContent(elements, key = null) {
    if (!elements) return this.hide();
    if (key === null) this.request?.abort();
    this.shownKey = key;
    this.box.removeAttribute("aria-busy");
    this.box.replaceChildren(...elements);
    this.box.hidden = false;
  }

  /** Keep the space of the answer. An explanation of another series is removed at once. */
  #showSkeleton(key) {
    if (this.shownKey !== key || this.box.hidden)
      this.box.replaceChildren(make("span", { class: "skeleton skeleton-explanation" }));
    this.shownKey = key;
    this.box.setAttribute("aria-busy", "true");
    this.box.hidden = false;
  }
}

function explanationParts({ forecast, parts, words }, { day }) {
  return [
    make("h2", {}, `Why ${formatUnits(forecast)} units on ${formatLongDate(day)}?`),
    make("p", { class: "explanation-text" }, words.replaceAll(" %", "\u00a0%")),
    partBars(parts, forecast),
  ];
}

/** One bar per part, from the sum of the parts before it to the sum with it; parts of nothing are left out. */
function partBars(allParts, forecast) {
  const parts = allParts.filter((part, at) => at === 0 || Math.abs(part.sales) >= SMALLEST_PART);
  let sum = 0;
  const spans = parts.map((part) => [sum, (sum += part.sales)]);
  const scale = Math.max(forecast, ...spans.flat()) || 1;
  const row = (part, at) => {
    const kind = part.sales < 0 ? "is-less" : at === 0 ? "is-base" : "is-more";
    const sign = at === 0 ? "" : part.sales < 0 ? "−" : "+";
    const bar = make("span", { class: `bar ${kind}` });
    bar.style.insetInlineStart = `${(100 * Math.min(...spans[at])) / scale}%`;
    bar.style.inlineSize = `${Math.max((100 * Math.abs(part.sales)) / scale, SMALLEST_BAR_PERCENT)}%`;
    return make(
      "li",
      {},
      make("span", { class: "part-name" }, PART_NAMES[part.name] ?? part.name),
      make("span", { class: "part-units" }, `${sign}${formatUnits(Math.abs(part.sales))}`),
      make("span", { class: "bar-track", "aria-hidden": "true" }, bar),
    );
  };
  return make("ol", { class: "parts" }, ...parts.map(row));
}
