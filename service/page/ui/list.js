/** A list of any length that draws only the rows in sight. */

import { make } from "./dom.js";

const ROW_PX = 54;
const SPARE_ROWS = 6;

export class List {
  /** `draw(entry)` gives the content of a row, `choose(entry)` is told of clicks; entries have a `key`. */
  constructor(box, { draw, choose }) {
    Object.assign(this, { box, draw, entries: [], chosen: null, active: -1, owners: [box] });
    this.inner = make("div", { role: "presentation", class: "list-inner" });
    box.append(this.inner);
    box.addEventListener("scroll", () => this.#paint(), { passive: true });
    box.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) choose(this.entries[this.#activate(Number(row.dataset.at))]);
    });
    new ResizeObserver(() => this.#paint()).observe(box);
  }

  /** Other elements (a search field) that hold the focus while the list is moved. */
  ownedBy(element) {
    this.owners.push(element);
  }

  show(entries, chosen) {
    const isNew = entries !== this.entries;
    Object.assign(this, { entries, chosen });
    this.box.hidden = entries.length === 0;
    this.inner.style.height = `${entries.length * ROW_PX}px`;
    this.#activate(entries.findIndex((entry) => entry.key === chosen));
    if (isNew) this.box.scrollTop = (Math.max(this.active, 0) + 0.5) * ROW_PX - this.box.clientHeight / 2;
    this.#paint(true);
  }

  /** The entry `step` rows on, or at the end of the list; null in an empty list. */
  move(step) {
    if (!this.entries.length) return null;
    const to = Math.min(Math.max(this.active + step, 0), this.entries.length - 1);
    this.#activate(to);
    this.#reveal();
    this.#paint(true);
    return this.entries[to];
  }

  get pageRows() {
    return Math.max(1, Math.floor(this.box.clientHeight / ROW_PX) - 1);
  }

  #activate(at) {
    this.active = at;
    for (const owner of this.owners) {
      if (at < 0) owner.removeAttribute("aria-activedescendant");
      else owner.setAttribute("aria-activedescendant", `row-${at}`);
    }
    return at;
  }

  #reveal() {
    const top = Math.max(this.active, 0) * ROW_PX;
    const { scrollTop, clientHeight } = this.box;
    if (top < scrollTop) this.box.scrollTop = top;
    else if (top + ROW_PX > scrollTop + clientHeight) this.box.scrollTop = top + ROW_PX - clientHeight;
  }

  #paint(isChanged = false) {
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW_PX) - SPARE_ROWS);
    const last = Math.min(
      this.entries.length,
      first + Math.ceil(this.box.clientHeight / ROW_PX) + 2 * SPARE_ROWS,
    );
    if (!isChanged && first === this.first && last === this.last) return;
    Object.assign(this, { first, last });
    const rows = [];
    for (let at = first; at < last; at++) rows.push(this.#row(at));
    this.inner.replaceChildren(...rows);
  }

  #row(at) {
    const entry = this.entries[at];
    const row = make(
      "div",
      {
        role: "option",
        id: `row-${at}`,
        class: "row",
        "data-at": at,
        "aria-selected": String(entry.key === this.chosen),
        "aria-posinset": at + 1,
        "aria-setsize": this.entries.length,
      },
      ...this.draw(entry),
    );
    row.style.transform = `translateY(${at * ROW_PX}px)`;
    row.classList.toggle("is-active", at === this.active);
    return row;
  }
}
