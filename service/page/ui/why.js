/** Why: one day's forecast taken apart for a series, the parts that move a total for a total. */

import { addressOf } from "./address.js";
import { changeOf } from "./catalogue.js";
import { find, make } from "./dom.js";
import { post, ServiceError } from "./service.js";
import { against, arrow, count, isoDay, itemName, longDay, shortName, storeName, units } from "./words.js";

const NAMES = { level: "Level", weekday: "Weekday", season: "Season", learned: "What it learned" };
const MOVERS = 5;
const NOTHING = 0.05; // units that are shown as 0.0

export class Why {
  constructor() {
    this.box = find("why");
    this.isKnown = true; // until the service says it explains nothing
  }

  hide() {
    this.asking?.abort();
    this.box.removeAttribute("aria-busy");
    this.box.hidden = true;
  }

  /** Explain one forecast day of a series; says nothing where the service cannot. */
  async explain(choice, one) {
    this.asking?.abort();
    if (!this.isKnown) return this.hide();
    this.asking = new AbortController();
    this.#wait();
    const { signal } = this.asking;
    const date = isoDay(one.day);
    try {
      const told = await post("explain", { store: choice.store, item: choice.item, date }, signal);
      const words = told.words.replaceAll(" %", "\u00a0%");
      this.#show(`Why about ${units(told.forecast)} on ${longDay(one.day)}?`, words, steps(told));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ServiceError)) throw error;
      if (error.status === 404 && error.code !== "unknown_series") this.isKnown = false;
      this.hide();
    }
  }

  /** Show which parts of a total gain or lose most against last year. */
  showMovers(catalogue, choice) {
    this.asking?.abort();
    const movers = (catalogue?.moversOf(choice) ?? []).slice(0, MOVERS);
    if (movers.length < 2) return this.hide();
    this.#show("What moves it most against last year", null, moverTable(movers, choice));
  }

  /** Keep the place of the answer, so that nothing jumps when it comes. */
  #wait() {
    this.box.setAttribute("aria-busy", "true");
    if (this.box.hidden) this.box.replaceChildren(make("span", { class: "bone bone-why" }));
    this.box.hidden = false;
  }

  #show(title, words, body) {
    this.box.removeAttribute("aria-busy");
    this.box.replaceChildren(
      make("h2", {}, title),
      ...(words ? [make("p", { class: "why-words" }, words)] : []),
      body,
    );
    this.box.hidden = false;
  }
}

/** Each part as a bar from where the parts before it end to where it brings the sum; none for nothing. */
function steps({ parts: all, forecast }) {
  const parts = all.filter((part, at) => at === 0 || Math.abs(part.sales) >= NOTHING);
  let reached = 0;
  const ends = parts.map((part) => [reached, (reached += part.sales)]);
  const scale = Math.max(forecast, ...ends.flat()) || 1;
  const row = (part, at) => {
    const [from, to] = ends[at];
    const bar = make("span", {
      class: part.sales < 0 ? "bar is-less" : at === 0 ? "bar is-base" : "bar is-more",
    });
    bar.style.insetInlineStart = `${(100 * Math.min(from, to)) / scale}%`;
    bar.style.inlineSize = `${Math.max((100 * Math.abs(part.sales)) / scale, 0.4)}%`;
    const sign = at === 0 ? "" : part.sales < 0 ? "−" : "+";
    return make(
      "li",
      {},
      make("span", { class: "step-name" }, NAMES[part.name] ?? part.name),
      make("span", { class: "step-units" }, `${sign}${units(Math.abs(part.sales))}`),
      make("span", { class: "track", "aria-hidden": "true" }, bar),
    );
  };
  return make("ol", { class: "steps" }, ...parts.map(row));
}

function moverTable(movers, choice) {
  const name = (one) => {
    if (choice.store !== null) return itemName(one.item);
    return choice.item !== null ? storeName(one.store) : shortName(one);
  };
  const row = (one) => {
    const more = one.compared - one.lastYear;
    return make(
      "li",
      {},
      make("a", { href: addressOf({ ...choice, store: one.store, item: one.item }) }, name(one)),
      make(
        "span",
        {},
        `${arrow(changeOf(one))} ${count(Math.abs(more))} ${more < 0 ? "fewer" : "more"}, ${against(changeOf(one))} last year`,
      ),
    );
  };
  return make("ol", { class: "movers" }, ...movers.map(row));
}
