/** Search, shelves and list: how a planner gets to a series, by mouse or by keys. */

import { keyOf, changeOf } from "./catalogue.js";
import { find, make, press } from "./dom.js";
import { List } from "./list.js";
import { against, arrow, count, plural, reasonWords, shortName, units } from "./words.js";

const SETTLE_MS = 120; // holding an arrow key down asks for the last series only

export class Finder {
  /** `choose({ store, item }, isFinal)`: not final while arrow keys wander. */
  constructor(choose) {
    this.choose = choose;
    this.catalogue = null;
    this.shelf = null;
    this.chosen = null;
    this.settling = null; // the timer that tells of the row arrow keys have reached
    this.box = find("finder");
    this.field = find("search");
    this.list = new List(find("list"), { draw: drawRow, choose: (entry) => this.#take(entry, true) });
    this.list.ownedBy(this.field);
    this.field.addEventListener("input", () => this.#fill());
    this.field.addEventListener("focus", () => this.open());
    this.box.addEventListener("click", (event) => {
      const shelf = event.target.closest("button[data-shelf]")?.dataset.shelf;
      if (shelf) this.#turnTo(shelf);
    });
    this.box.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("keydown", (event) => this.#shortcut(event));
    document.addEventListener("pointerdown", (event) => {
      if (!this.box.contains(event.target)) this.close();
    });
  }

  /** Fill with a catalogue, new or renewed, and mark what is chosen. */
  show(catalogue, choice) {
    this.catalogue = catalogue;
    if (!this.settling) this.chosen = keyOf(choice); // else arrow keys are already further on
    this.shelf ??= this.#shelfOf(choice);
    this.box.querySelector("[data-shelf=needs] b").textContent = count(catalogue.needsCount);
    this.box.querySelector("[data-shelf=series] b").textContent = count(catalogue.series.length);
    this.box.removeAttribute("aria-busy");
    this.#fill();
  }

  /** On small screens the list opens on search or a shelf and closes after a choice. */
  open() {
    this.box.classList.add("is-open");
  }

  close() {
    this.box.classList.remove("is-open");
  }

  #shelfOf({ store, item }) {
    if (this.catalogue.needs.some((one) => one.key === this.chosen)) return "needs";
    if (store !== null && item !== null) return "series";
    return store === null && item !== null ? "items" : "stores";
  }

  #turnTo(shelf) {
    this.shelf = shelf;
    this.open();
    this.#fill();
  }

  #fill() {
    const { catalogue, field, shelf } = this;
    if (!catalogue) return;
    const typed = field.value.trim();
    // Who searches wants to find: beyond the few that need a look, all series are searched.
    const searched = typed && shelf === "needs" ? "series" : shelf;
    const entries = catalogue.search(catalogue.shelf(searched), typed);
    press(this.box, "shelf", searched);
    this.list.box.setAttribute(
      "aria-label",
      { needs: "Series that need you", series: "Series", stores: "Stores", items: "Items" }[searched],
    );
    find("list-note").textContent = noteOf(catalogue, searched, typed, entries.length);
    this.list.show(entries, this.chosen);
  }

  #take(entry, isFinal) {
    this.chosen = entry.key;
    this.list.show(this.list.entries, entry.key);
    clearTimeout(this.settling);
    if (isFinal) this.close();
    const tell = () => {
      this.settling = null;
      this.choose({ store: entry.store, item: entry.item }, isFinal);
    };
    if (isFinal) tell();
    else this.settling = setTimeout(tell, SETTLE_MS);
  }

  #key(event) {
    const isInField = event.target === this.field;
    if (!isInField && event.target !== this.list.box) return;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: this.list.pageRows, PageUp: -this.list.pageRows };
    if (!isInField) Object.assign(steps, { Home: -Infinity, End: Infinity });
    if (event.key in steps) {
      const entry = this.list.move(steps[event.key]);
      if (entry) this.#take(entry, false);
    } else if (event.key === "Enter" || (event.key === " " && !isInField)) {
      const entry = this.list.entries[Math.max(this.list.active, 0)];
      if (entry) this.#take(entry, true);
    } else if (event.key === "Escape") {
      this.field.value = "";
      this.#fill();
      this.close();
      event.target.blur();
    } else return;
    event.preventDefault();
  }

  #shortcut(event) {
    const isTyping = event.target.closest?.("input, textarea, select");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.field.focus();
    this.field.select();
  }
}

function noteOf(catalogue, shelf, typed, found) {
  if (typed && !found) return `Nothing is called “${typed}”.`;
  if (typed) return `${plural(found, "match", "matches")} for “${typed}”`;
  if (!catalogue.needsCount)
    return `Nothing needs you today; ${count(catalogue.series.length)} series looked at.`;
  if (shelf === "needs" && catalogue.needsCount > found) return `The ${count(found)} with most at stake`;
  return "";
}

function drawRow(entry) {
  const change = changeOf(entry);
  const note = entry.reason
    ? reasonWords(entry.reason)
    : change === null
      ? "no year before to compare"
      : `${arrow(change)} ${against(change)} last year`;
  return [
    make("span", { class: "row-name" }, shortName(entry)),
    make("span", { class: "row-units" }, units(entry.forecast)),
    make("span", { class: entry.reason ? "row-note is-reason" : "row-note" }, note),
  ];
}
