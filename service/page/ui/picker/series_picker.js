/** Search field, tabs and list: how a planner chooses a series, by mouse or keyboard. */

import { formatCount, formatPlural } from "../data/number_format.js";
import { seriesKey } from "../data/series_names.js";
import { find, pressButton } from "../shell/dom.js";
import { nothingListedText } from "./attention.js";
import { listRow } from "./list_row.js";
import { VirtualList } from "./virtual_list.js";

const SETTLE_MS = 120; // while an arrow key is held down, only the row where it stops is requested
const LIST_LABELS = { attention: "Series that need you", series: "Series", stores: "Stores", items: "Items" };

export class SeriesPicker {
  /** Calls `choose({ store, item }, isFinal)`; a choice is not final while arrow keys move through the list. */
  constructor(choose) {
    this.choose = choose;
    this.catalogue = null;
    this.tab = null;
    this.chosenKey = null;
    this.settleTimer = null;
    this.box = find("picker");
    this.field = find("search");
    this.list = new VirtualList(find("list"), {
      draw: listRow,
      choose: (entry) => this.#chooseEntry(entry, true),
    });
    this.list.addFocusHolder(this.field);
    this.#listen();
  }

  #listen() {
    this.field.addEventListener("input", () => this.#fill());
    this.field.addEventListener("focus", () => this.open());
    this.box.addEventListener("click", (event) => {
      const tab = event.target.closest("button[data-tab]")?.dataset.tab;
      if (tab) this.#showTab(tab);
    });
    this.box.addEventListener("keydown", (event) => this.#onKey(event));
    document.addEventListener("keydown", (event) => this.#onShortcut(event));
    document.addEventListener("pointerdown", (event) => {
      if (!this.box.contains(event.target)) this.close();
    });
  }

  /** Show the entries of a catalogue and mark the chosen one. */
  show(catalogue, choice) {
    this.catalogue = catalogue;
    if (!this.settleTimer) this.chosenKey = seriesKey(choice); // otherwise arrow keys are already further on
    this.tab ??= this.#tabOf(choice);
    this.box.querySelector("[data-tab=attention] b").textContent = formatCount(catalogue.attentionCount);
    this.box.querySelector("[data-tab=series] b").textContent = formatCount(catalogue.series.length);
    this.box.removeAttribute("aria-busy");
    this.#fill();
  }

  /** On small screens the list opens on search or a tab and closes after a choice. */
  open() {
    this.box.classList.add("is-open");
  }

  close() {
    this.box.classList.remove("is-open");
  }

  #tabOf({ store, item }) {
    if (this.catalogue.attention.some((entry) => entry.key === this.chosenKey)) return "attention";
    if (store !== null && item !== null) return "series";
    return store === null && item !== null ? "items" : "stores";
  }

  #showTab(tab) {
    this.tab = tab;
    this.open();
    this.#fill();
  }

  #fill() {
    const { catalogue, field } = this;
    if (!catalogue) return;
    const text = field.value.trim();
    // A search looks through all series, not only through the few that need attention.
    const tab = text && this.tab === "attention" ? "series" : this.tab;
    const entries = catalogue.search(catalogue.entriesOf(tab), text);
    pressButton(this.box, "tab", tab);
    this.list.box.setAttribute("aria-label", LIST_LABELS[tab]);
    find("list-note").textContent = listNote(catalogue, tab, text, entries.length);
    this.list.show(entries, this.chosenKey);
  }

  #chooseEntry(entry, isFinal) {
    this.chosenKey = entry.key;
    this.list.show(this.list.entries, entry.key);
    clearTimeout(this.settleTimer);
    if (isFinal) this.close();
    const report = () => {
      this.settleTimer = null;
      this.choose({ store: entry.store, item: entry.item }, isFinal);
    };
    if (isFinal) report();
    else this.settleTimer = setTimeout(report, SETTLE_MS);
  }

  #onKey(event) {
    const isInField = event.target === this.field;
    if (!isInField && event.target !== this.list.box) return;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: this.list.pageRows, PageUp: -this.list.pageRows };
    if (!isInField) Object.assign(steps, { Home: -Infinity, End: Infinity });
    if (event.key in steps) {
      const entry = this.list.move(steps[event.key]);
      if (entry) this.#chooseEntry(entry, false);
    } else if (event.key === "Enter" || (event.key === " " && !isInField)) {
      const entry = this.list.entries[Math.max(this.list.active, 0)];
      if (entry) this.#chooseEntry(entry, true);
    } else if (event.key === "Escape") {
      this.field.value = "";
      this.#fill();
      this.close();
      event.target.blur();
    } else return;
    event.preventDefault();
  }

  /** `/` focuses the search; held down or pressed again it is not typed into it. */
  #onShortcut(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const { field } = this;
    if (event.target === field) {
      const isAllSelected = field.selectionEnd - field.selectionStart === field.value.length;
      if (isAllSelected) event.preventDefault();
    } else if (!event.target.closest?.("input, textarea, select")) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  }
}

function listNote(catalogue, tab, text, found) {
  if (text && !found) return `No store or item matches “${text}”.`;
  if (text) return `${formatPlural(found, "match", "matches")} for “${text}”`;
  if (!catalogue.attentionCount) return nothingListedText(catalogue);
  if (tab === "attention" && catalogue.attentionCount > found)
    return `The ${formatCount(found)} series with the most units at stake`;
  return "";
}
