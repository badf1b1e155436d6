/** The chart: weeks of sales, the forecast with its ranges, last year as a thin line. */

import { find, make } from "../shell/dom.js";
import { dayText } from "./day_text.js";
import { onPaletteChange, palette } from "./palette.js";
import { plotData, plotOptions, secondsOf } from "./plot_options.js";

const HEIGHT_PX = { wide: 330, narrow: 250, print: 175 };
const NARROW_PX = 560;
const PRINT_WIDTH_PX = 700; // fits a portrait page
const HINT = "Point at a day to read it, drag to zoom in";

export class SalesChart {
  /** Calls `pick(position)` when a day is clicked or entered. */
  constructor(pick) {
    this.pick = pick;
    this.host = find("chart");
    this.dayText = find("day-text");
    this.plotBox = make("div", { class: "plot", role: "slider", tabindex: "0", "aria-valuemin": "0" });
    this.resetZoom = make("button", { type: "button", class: "reset-zoom", hidden: "" }, "Show all days");
    this.resetZoom.addEventListener("click", () => this.#zoomOut());
    this.plotBox.addEventListener("keydown", (event) => this.#onKey(event));
    this.plotBox.addEventListener("blur", () => this.plot?.setCursor({ left: -10, top: -10 }));
    this.plotBox.addEventListener("pointerdown", (event) => this.#onTouch(event));
    this.plotBox.addEventListener("pointermove", (event) => this.#onTouch(event));
    this.plotBox.addEventListener("click", () => this.#pickDay());
    new ResizeObserver(() => this.#onResize()).observe(this.host);
    onPaletteChange(() => this.#draw());
  }

  show(timeline, days, name) {
    Object.assign(this, { timeline, days });
    this.host.replaceChildren(this.plotBox, this.resetZoom);
    this.plotBox.setAttribute("aria-label", `${name}, one day: arrow keys move through the days`);
    this.#draw();
  }

  #draw() {
    if (!this.timeline) return;
    this.plot?.destroy();
    const { width, height } = this.#size();
    [this.first, this.last] = this.timeline.shownRange(this.days, width < NARROW_PX);
    const options = plotOptions(this.timeline, palette());
    options.cursor.bind = { dblclick: () => () => this.#zoomOut() };
    options.hooks.setCursor = [(plot) => this.#showDay(plot.cursor.idx ?? null)];
    options.hooks.setSelect = [(plot) => (this.resetZoom.hidden = plot.select.width === 0)];
    const data = plotData(this.timeline, this.first, this.last);
    this.plot = new uPlot({ ...options, width, height }, data, this.plotBox);
    this.plotBox.setAttribute("aria-valuemax", String(this.last - this.first));
    this.resetZoom.hidden = true;
    this.#showDay(null);
  }

  #size() {
    const isPrinting = document.documentElement.hasAttribute("data-print");
    if (isPrinting) return { width: PRINT_WIDTH_PX, height: HEIGHT_PX.print };
    const width = Math.max(this.host.clientWidth, 200);
    return { width, height: width < NARROW_PX ? HEIGHT_PX.narrow : HEIGHT_PX.wide };
  }

  #onResize() {
    if (this.plot && this.plot.width !== this.#size().width) this.#draw();
  }

  /** Describe the day under the cursor, counted from the left; a hint for null. */
  #showDay(index) {
    this.index = index;
    const { isSingleSeries, historyDays, dailySales } = this.timeline;
    const hint = `${HINT}${isSingleSeries ? ", click a forecast day to see why" : ""}.`;
    const text =
      index === null ? hint : dayText(this.timeline.dayAt(this.first + index), dailySales.n_series);
    this.dayText.textContent = text;
    this.dayText.classList.toggle("is-hint", index === null);
    this.plotBox.setAttribute("aria-valuenow", String(index ?? historyDays - this.first));
    this.plotBox.setAttribute("aria-valuetext", index === null ? "No day chosen" : text);
  }

  #goTo(index) {
    const to = Math.min(Math.max(index, 0), this.last - this.first);
    const left = this.plot.valToPos(secondsOf(this.timeline.days[this.first + to]), "x");
    this.plot.setCursor({ left, top: 10 }, false);
    this.#showDay(to);
  }

  #onKey(event) {
    const start = this.timeline.historyDays - this.first; // the first key goes to the forecast's first day
    const by = (days) => (this.index === null ? start : this.index + days);
    const targets = { ArrowLeft: by(-1), ArrowDown: by(-1), ArrowRight: by(1), ArrowUp: by(1) };
    Object.assign(targets, { PageUp: by(-7), PageDown: by(7), Home: 0, End: Infinity });
    if (event.key in targets) this.#goTo(targets[event.key]);
    else if (event.key === "Enter") this.#pickDay();
    else if (event.key === "Escape") this.#zoomOut();
    else return;
    event.preventDefault();
  }

  #pickDay() {
    if (this.index !== null && this.plot.select.width === 0) this.pick(this.first + this.index);
  }

  /** uPlot handles no touch events: a sliding finger moves the cursor, which stays where it is lifted. */
  #onTouch(event) {
    if (event.pointerType === "mouse" || !this.plot) return;
    const box = this.plot.over.getBoundingClientRect();
    this.plot.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
  }

  #zoomOut() {
    this.plot.setData(this.plot.data);
    this.resetZoom.hidden = true;
  }
}
