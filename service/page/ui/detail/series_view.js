/** Shows one series or total from top to bottom: headline, chart, explanation, backtest, table. */

import { showLegend } from "../chart/legend.js";
import { SalesChart } from "../chart/sales_chart.js";
import { Timeline } from "../chart/timeline.js";
import { isSameSeries, seriesName } from "../data/series_names.js";
import { find, pressButton } from "../shell/dom.js";
import { hideEmptyState } from "../shell/empty_states.js";
import { showBacktestCheck } from "./backtest_check.js";
import { csvFileName, csvText, saveCsv } from "./csv_export.js";
import { Explanation } from "./explanation.js";
import { showHeadline, showTitle } from "./headline.js";
import { makeMovers } from "./movers.js";
import { showPrintTable, showTable } from "./sales_table.js";

const SKELETON_DELAY_MS = 250; // a quick answer replaces the last one without a flicker
const LINK_NOTE_MS = 2000;

export class SeriesView {
  /** Calls `change` with the `days`, `by` or `range` chosen above the chart and the table. */
  constructor(change) {
    this.choice = null;
    this.timeline = null;
    this.pickedTime = null; // the forecast day chosen in the chart, kept while the series stays
    this.skeletonTimer = null;
    this.box = find("series-view");
    this.explanation = new Explanation();
    this.chart = new SalesChart((position) => this.#pickDay(position));
    this.#listen(change);
  }

  #listen(change) {
    this.box.addEventListener("click", (event) => {
      const { days, by } = event.target.closest("button")?.dataset ?? {};
      if (days) change({ days: Number(days) });
      else if (by) change({ by });
    });
    find("range").addEventListener("change", ({ target }) => change({ range: Number(target.value) }));
    find("skip").addEventListener("click", (event) => {
      event.preventDefault(); // the address keeps the choice
      find("main").focus();
    });
    find("csv").addEventListener("click", () =>
      saveCsv(csvFileName(this.choice), csvText(this.timeline, this.choice)),
    );
    find("link").addEventListener("click", () => copyLink(find("link")));
    addEventListener("beforeprint", () => this.timeline && showPrintTable(this.choice, this.timeline));
    addEventListener("afterprint", () => this.timeline && showTable(this.choice, this.timeline));
  }

  /** Mark the page as loading; another series shows its own name over skeletons instead of the old answer. */
  showLoading(choice) {
    find("main").setAttribute("aria-busy", "true");
    clearTimeout(this.skeletonTimer);
    if (!isSameSeries(choice, this.choice))
      this.skeletonTimer = setTimeout(() => {
        find("name").textContent = seriesName(choice);
        this.box.classList.add("is-loading");
        find("csv").disabled = true;
      }, SKELETON_DELAY_MS);
  }

  #endLoading() {
    clearTimeout(this.skeletonTimer);
    this.box.classList.remove("is-loading");
    find("csv").disabled = false;
    find("main").removeAttribute("aria-busy");
  }

  /** Show the answer of /page/sales to a choice; `catalogue` may be of another model version, or null. */
  show(choice, dailySales, catalogue) {
    const isNewAnswer = this.timeline?.dailySales !== dailySales || this.timeline.range !== choice.range;
    const isNew = isNewAnswer || this.choice.days !== choice.days;
    if (isNewAnswer) this.timeline = new Timeline(dailySales, choice.range);
    if (!isSameSeries(this.choice, choice)) this.pickedTime = null;
    this.choice = choice;
    const entry = catalogue?.days === choice.days ? catalogue.find(choice) : null;
    hideEmptyState();
    pressButton(this.box, "days", choice.days);
    pressButton(this.box, "by", choice.by);
    find("range").value = choice.range;
    find("range").disabled = !this.timeline.isSingleSeries;
    showTitle(choice, this.timeline);
    showHeadline(choice, this.timeline, entry, catalogue?.reasonOf(choice));
    showLegend(this.timeline);
    if (isNew) this.chart.show(this.timeline, choice.days, seriesName(choice));
    this.#showReasons(entry && catalogue, isNew);
    showBacktestCheck(dailySales.backtest, choice.days);
    showTable(choice, this.timeline);
    this.#endLoading();
  }

  /** Go back to the series shown last, because the next one cannot be loaded. */
  showLastAnswer() {
    if (this.choice) showTitle(this.choice, this.timeline);
    this.#endLoading();
  }

  /** Forget the series shown last, so that whatever comes next is drawn in full. */
  clear() {
    this.choice = this.timeline = null;
    this.explanation.hide();
    this.#endLoading();
  }

  #showReasons(catalogue, isNew) {
    if (!this.timeline.isSingleSeries) this.explanation.showContent(makeMovers(catalogue, this.choice));
    else if (isNew) this.#explain(this.#pickedPosition() ?? this.timeline.busiestPosition(this.choice.days));
  }

  #pickDay(position) {
    if (!this.timeline.isSingleSeries || !this.timeline.dayAt(position).isForecast) return;
    this.pickedTime = this.timeline.days[position].getTime();
    this.#explain(position);
  }

  /** Position of the picked day; another period or a new model may have moved or removed it. */
  #pickedPosition() {
    const positions = this.timeline.forecastPositions(this.choice.days);
    return positions.find((at) => this.timeline.days[at].getTime() === this.pickedTime);
  }

  #explain(position) {
    this.explanation.explain(this.choice, this.timeline.dayAt(position));
  }
}

async function copyLink(button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = "Copied";
  } catch {
    // Browsers allow the clipboard on secure addresses only; elsewhere the address bar has the link.
    button.textContent = "Copy it from the address bar";
  }
  setTimeout(() => (button.textContent = label), LINK_NOTE_MS);
}
