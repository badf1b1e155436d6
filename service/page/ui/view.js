/** The answer to one choice, part by part: headline, chart, reason, test, figures. */

import { addressOf, sameSeries } from "./address.js";
import { Chart } from "./chart.js";
import { csvName, csvOf, saveCsv } from "./csv.js";
import { find, make, press } from "./dom.js";
import { showSum, showTitle } from "./headline.js";
import { showLegend } from "./legend.js";
import { blank, unblank } from "./notice.js";
import { showPaper, showSheet } from "./sheet.js";
import { Timeline } from "./timeline.js";
import { showTrial } from "./trial.js";
import { Why } from "./why.js";
import { seriesName } from "./words.js";

const LINK_SAID_MS = 2000;

export class View {
  /** `change({ days })` or `change({ by })` is told of the buttons above the chart and the table. */
  constructor(change) {
    this.choice = null;
    this.timeline = null;
    this.picked = null; // the day ahead whose reason was asked for; kept while the series stays
    this.why = new Why();
    this.chart = new Chart((position) => this.#pick(position));
    find("answer").addEventListener("click", (event) => {
      const { days, by } = event.target.closest("button")?.dataset ?? {};
      if (days) change({ days: Number(days) });
      else if (by) change({ by });
    });
    find("skip").addEventListener("click", (event) => {
      event.preventDefault(); // the address stays that of the choice
      find("view").focus();
    });
    find("csv").addEventListener("click", () =>
      saveCsv(csvName(this.choice), csvOf(this.timeline, this.choice)),
    );
    find("link").addEventListener("click", () => copyLink(find("link")));
    addEventListener("beforeprint", () => this.timeline && showPaper(this.choice, this.timeline));
    addEventListener("afterprint", () => this.timeline && showSheet(this.choice, this.timeline));
  }

  busy() {
    find("view").setAttribute("aria-busy", "true");
  }

  /** Show a selection; `catalogue` may be older or newer than it, or not there yet. */
  show(choice, selection, catalogue) {
    const isNew = this.timeline?.selection !== selection || this.choice.days !== choice.days;
    if (this.timeline?.selection !== selection) this.timeline = new Timeline(selection);
    if (!sameSeries(this.choice, choice)) this.picked = null;
    const entry = catalogue?.days === choice.days ? catalogue.entryOf(choice) : null;
    Object.assign(this, { choice });
    unblank();
    press(find("answer"), "days", choice.days);
    press(find("answer"), "by", choice.by);
    showTitle(choice, this.timeline);
    showSum(choice, this.timeline, entry, catalogue?.reasonOf(choice));
    showLegend(this.timeline);
    if (isNew) this.chart.show(this.timeline, choice.days, seriesName(choice));
    if (isNew || entry) this.#reason(entry && catalogue, isNew);
    showTrial(selection.trial, choice.days);
    showSheet(choice, this.timeline);
    find("view").removeAttribute("aria-busy");
  }

  /** Say that a series is not known, and where to go. */
  unknown(choice) {
    this.timeline = null; // whatever comes next is shown whole
    this.why.hide();
    const everything = addressOf({ ...choice, store: null, item: null });
    blank(
      `${seriesName(choice)} is not known here`,
      "The model has learned from other stores and items. Search for one, or see",
      make("p", {}, make("a", { href: everything }, "all stores and items together")),
    );
  }

  #reason(catalogue, isNew) {
    if (!this.timeline.hasRanges) this.why.showMovers(catalogue, this.choice);
    else if (isNew) this.#explain(this.#dayPicked() ?? this.timeline.busiest(this.choice.days));
  }

  #pick(position) {
    if (!this.timeline.hasRanges || !this.timeline.at(position).isForecast) return;
    this.picked = this.timeline.at(position).day.getTime();
    this.#explain(position);
  }

  /** Where the picked day stands now: other days ahead or a new model may have moved or lost it. */
  #dayPicked() {
    return this.timeline.ahead(this.choice.days).find((at) => this.timeline.days[at].getTime() === this.picked);
  }

  #explain(position) {
    this.why.explain(this.choice, this.timeline.at(position));
  }
}

async function copyLink(button) {
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = "Copied";
  } catch {
    // Browsers keep the clipboard for secure addresses; elsewhere the address bar has the link.
    button.textContent = "Copy it from the address bar";
  }
  setTimeout(() => (button.textContent = said), LINK_SAID_MS);
}
