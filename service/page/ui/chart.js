/** The chart: weeks sold, days expected with their ranges, last year as a thin line. */

import { find, make } from "./dom.js";
import { onColours, palette } from "./palette.js";
import { plotData, plotOptions, secondsOf } from "./plot.js";
import { readDay } from "./reading.js";

const HEIGHT_PX = { wide: 330, narrow: 250, print: 175 };
const NARROW_PX = 560;
const PRINT_WIDTH_PX = 700; // what fits a portrait page
const HINT = "Point at a day to read it, drag to zoom in";

export class Chart {
  /** `pick(position)` is told of a day that was clicked or entered. */
  constructor(pick) {
    this.pick = pick;
    this.host = find("chart");
    this.reading = find("reading");
    this.stage = make("div", { class: "stage", role: "slider", tabindex: "0", "aria-valuemin": "0" });
    this.whole = make("button", { type: "button", class: "whole", hidden: "" }, "Show all days");
    this.whole.addEventListener("click", () => this.#zoomOut());
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.stage.addEventListener("blur", () => this.plot?.setCursor({ left: -10, top: -10 }));
    this.stage.addEventListener("pointerdown", (event) => this.#touch(event));
    this.stage.addEventListener("pointermove", (event) => this.#touch(event));
    this.stage.addEventListener("click", () => this.#click());
    new ResizeObserver(() => this.#resize()).observe(this.host);
    onColours(() => this.#draw());
  }

  show(timeline, days, name) {
    Object.assign(this, { timeline, days });
    this.host.replaceChildren(this.stage, this.whole);
    this.stage.setAttribute("aria-label", `${name}, one day: arrow keys move through the days`);
    this.#draw();
  }

  #draw() {
    if (!this.timeline) return;
    this.plot?.destroy();
    const { width, height } = this.#size();
    [this.first, this.last] = this.timeline.shown(this.days, width < NARROW_PX);
    const options = plotOptions(this.timeline, palette());
    options.cursor.bind = { dblclick: () => () => this.#zoomOut() };
    options.hooks.setCursor = [(plot) => this.#read(plot.cursor.idx ?? null)];
    options.hooks.setSelect = [(plot) => (this.whole.hidden = plot.select.width === 0)];
    const data = plotData(this.timeline, this.first, this.last);
    this.plot = new uPlot({ ...options, width, height }, data, this.stage);
    this.stage.setAttribute("aria-valuemax", String(this.last - this.first));
    this.whole.hidden = true;
    this.#read(null);
  }

  #size() {
    const isPrinting = document.documentElement.hasAttribute("data-print");
    if (isPrinting) return { width: PRINT_WIDTH_PX, height: HEIGHT_PX.print };
    const width = Math.max(this.host.clientWidth, 200);
    return { width, height: width < NARROW_PX ? HEIGHT_PX.narrow : HEIGHT_PX.wide };
  }

  #resize() {
    if (this.plot && this.plot.width !== this.#size().width) this.#draw();
  }

  /** Say the day under the cursor, by its position from the left; null for none. */
  #read(index) {
    this.at = index;
    const { hasRanges, history, selection } = this.timeline;
    const hint = `${HINT}${hasRanges ? ", click a day ahead for its reason" : ""}.`;
    const words = index === null ? hint : readDay(this.timeline.at(this.first + index), selection.n_series);
    this.reading.textContent = words;
    this.reading.classList.toggle("is-hint", index === null);
    this.stage.setAttribute("aria-valuenow", String(index ?? history - this.first));
    this.stage.setAttribute("aria-valuetext", index === null ? "No day chosen" : words);
  }

  #goTo(index) {
    const to = Math.min(Math.max(index, 0), this.last - this.first);
    const left = this.plot.valToPos(secondsOf(this.timeline.days[this.first + to]), "x");
    this.plot.setCursor({ left, top: 10 }, false);
    this.#read(to);
  }

  #key(event) {
    const start = this.timeline.history - this.first; // where the first key lands: the forecast's first day
    const by = (days) => (this.at === null ? start : this.at + days);
    const goals = { ArrowLeft: by(-1), ArrowDown: by(-1), ArrowRight: by(1), ArrowUp: by(1) };
    Object.assign(goals, { PageUp: by(-7), PageDown: by(7), Home: 0, End: Infinity });
    if (event.key in goals) this.#goTo(goals[event.key]);
    else if (event.key === "Enter") this.#click();
    else if (event.key === "Escape") this.#zoomOut();
    else return;
    event.preventDefault();
  }

  #click() {
    if (this.at !== null && this.plot.select.width === 0) this.pick(this.first + this.at);
  }

  /** uPlot hears no fingers: sliding one reads days, lifting it leaves the last one read. */
  #touch(event) {
    if (event.pointerType === "mouse" || !this.plot) return;
    const box = this.plot.over.getBoundingClientRect();
    this.plot.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
  }

  #zoomOut() {
    this.plot.setData(this.plot.data);
    this.whole.hidden = true;
  }
}
