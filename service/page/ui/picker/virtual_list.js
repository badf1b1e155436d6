/** A list of any length that draws only the rows in view. */

import { make } from "../shell/dom.js";

const ROW_PX = 54;
const SPARE_ROWS = 6;

export class VirtualList {
  /** `draw(entry)` returns the content of a row, `choose(entry)` is called on a click; entries have a `key`. */
  constructor(box, { draw, choose }) {
    Object.assign(this, { box, draw, entries: [], chosenKey: null, active: -1, focusHolders: [box] });
    this.inner = make("div", { role: "presentation", class: "list-inner" });
    box.append(this.inner);
    box.addEventListener("scroll", () => this.#draw(), { passive: true });
    box.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) choose(this.entries[this.#activate(Number(row.dataset.at))]);
    });
    new ResizeObserver(() => this.#draw()).observe(box);
  }

  /** Name another element (a search field) that has the focus while rows are moved through. */
  addFocusHolder(element) {
    this.focusHolders.push(element);
  }

  show(entries, chosenKey) {
    const isNew = entries !== this.entries;
    Object.assign(this, { entries, chosenKey });
    this.box.hidden = entries.length === 0;
    this.inner.style.height = `${entries.length * ROW_PX}px`;
    this.#activate(entries.findIndex((entry) => entry.key === chosenKey));
    if (isNew) this.box.scrollTop = (Math.max(this.active, 0) + 0.5) * ROW_PX - this.box.clientHeight / 2;
    this.#draw(true);
  }

  /** Move by `step` rows within the list and return the entry there; null in an empty list. */
  move(step) {
    if (!this.entries.length) return null;
    const to = Math.min(Math.max(this.active + step, 0), this.entries.length - 1);
    this.#activate(to);
    this.#scrollToActive();
    this.#draw(true);
    return this.entries[to];
  }

  get pageRows() {
    return Math.max(1, Math.floor(this.box.clientHeight / ROW_PX) - 1);
  }

  #activate(at) {
    this.active = at;
    for (const element of this.focusHolders) {
      if (at < 0) element.removeAttribute("aria-activedescendant");
      else element.setAttribute("aria-activedescendant", `row-${at}`);
    }
    return at;
  }

  #scrollToActive() {
    const top = Math.max(this.active, 0) * ROW_PX;
    const { scrollTop, clientHeight } = this.box;
    if (top < scrollTop) this.box.scrollTop = top;
    else if (top + ROW_PX > scrollTop + clientHeight) this.box.scrollTop = top + ROW_PX - clientHeight;
  }

  #draw(isChanged = false) {
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW_PX) - SPARE_ROWS);
    const rowsInView = Math.ceil(this.box.clientHeight / ROW_PX);
    const last = Math.min(this.entries.length, first + rowsInView + 2 * SPARE_ROWS);
    if (!isChanged && first === this.first && last === this.last) return;
    Object.assign(this, { first, last });
    const rows = [];
    for (let at = first; at < last; at++) rows.push(this.#row(at));
    this.inner.replaceChildren(...rows);
  }

  #row(at) {
    const entry = this.entries[at];
    const attributes = {
      role: "option",
      id: `row-${at}`,
      class: at === this.active ? "row is-active" : "row",
      "data-at": at,
      "aria-selected": String(entry.key === this.chosenKey),
      "aria-posinset": at + 1,
      "aria-setsize": this.entries.length,
    };
    const row = make("div", attributes, ...this.draw(entry));
    row.style.transform = `translateY(${at * ROW_PX}px)`;
    return row;
  }
}
