/** Starts the page and connects its parts: what is chosen, what the service answers, and what is shown. */

import { DailySalesCache } from "../data/daily_sales_cache.js";
import { formatTime } from "../data/date_format.js";
import { fetchModelState } from "../data/model_requests.js";
import { formatPlural } from "../data/number_format.js";
import { isSameSeries } from "../data/series_names.js";
import { fetchSeriesList } from "../data/series_requests.js";
import { ServiceError, setApiKey } from "../data/service_client.js";
import { showModelStatus } from "../detail/model_status.js";
import { SeriesView } from "../detail/series_view.js";
import { SeriesCatalogue } from "../picker/series_catalogue.js";
import { SeriesPicker } from "../picker/series_picker.js";
import { addressOf, choiceFromAddress, loadLastChoice, saveLastChoice } from "./address.js";
import { find } from "./dom.js";
import { showKeyPrompt, showNoAnswer, showNoModel, showUnknownSeries } from "./empty_states.js";
import { HealthPoll } from "./health_poll.js";
import { hideNotice, showNotice } from "./notices.js";

const NEW_FORECASTS_NOTICE_MS = 8000;
const DEFAULT_CHOICE = { store: null, item: null, days: 28, by: "day", range: 80 };

class App {
  choice = null;
  catalogue = null;
  model = { health: null, accuracy: null, drift: undefined, card: null };
  dailySales = new DailySalesCache();
  answeredAt = null; // time of the newest answer
  shownVersion = null; // model version of the series on the page
  isLoading = false;
  isDown = false; // the last request failed and is repeated once the service answers again
  isReloading = false;
  isBrowsing = false; // arrow keys move through the list: one entry of the browser's history in all

  start() {
    this.picker = new SeriesPicker((series, isFinal) => this.choose(series, isFinal));
    this.view = new SeriesView((change) => this.choose(change, true));
    this.poll = new HealthPoll({
      onHealth: (health) => this.#onHealth(health),
      onError: (error) => this.#showDown(error),
    });
    addEventListener("hashchange", () => this.#onAddress());
    this.choice = choiceFromAddress() ?? loadLastChoice();
    this.poll.check();
    this.load();
  }

  /** Change part of the choice. Changes that are not final share one entry of the browser's history. */
  choose(change, isFinal) {
    if (!this.choice) return; // nothing has been shown yet
    const choice = { ...this.choice, ...change };
    const address = addressOf(choice);
    const method = this.isBrowsing && !isFinal ? "replaceState" : "pushState";
    if (address !== location.hash) {
      history[method](null, "", address);
      this.isBrowsing = true;
    }
    if (isFinal) this.isBrowsing = false;
    this.#setChoice(choice);
  }

  #onAddress() {
    this.isBrowsing = false;
    const choice = choiceFromAddress();
    if (choice) this.#setChoice(choice);
  }

  #setChoice(choice) {
    if (this.choice && addressOf(choice) === addressOf(this.choice)) return;
    this.choice = choice;
    saveLastChoice(choice);
    this.view.showLoading(choice);
    if (this.catalogue && this.catalogue.days !== choice.days) {
      this.load();
      return;
    }
    if (this.catalogue) this.picker.show(this.catalogue, choice);
    this.#showSeries();
  }

  /** Request everything that is shown: at the start, for another period, for a new model. */
  async load() {
    const days = this.choice?.days ?? DEFAULT_CHOICE.days;
    this.isLoading = true;
    await this.#handlingErrors(async () => {
      const sales = this.choice && this.#fetchSales(this.choice).catch((error) => error); // in parallel
      const list = await fetchSeriesList(days);
      if (this.choice && this.choice.days !== days) return; // replaced by a later choice
      this.catalogue = new SeriesCatalogue(list, this.model.drift);
      this.choice ??= this.#firstChoice();
      if (!location.hash) history.replaceState(null, "", addressOf(this.choice));
      this.model.accuracy = list.accuracy;
      this.picker.show(this.catalogue, this.choice);
      await sales;
    });
    this.isLoading = false;
    if (!this.catalogue) return;
    await this.#showSeries();
    await this.#loadModelStatus();
  }

  /** On the first visit: the series with most at stake, or the total over everything. */
  #firstChoice() {
    const [first] = this.catalogue.attention;
    return first ? { ...DEFAULT_CHOICE, store: first.store, item: first.item } : DEFAULT_CHOICE;
  }

  async #loadModelStatus() {
    Object.assign(this.model, await fetchModelState());
    showModelStatus(this.model);
    this.catalogue.setDrift(this.model.drift);
    this.picker.show(this.catalogue, this.choice);
  }

  async #showSeries() {
    const { choice } = this;
    this.shownVersion = this.catalogue?.version ?? null;
    if (this.catalogue && !this.catalogue.find(choice)) return this.#showUnknown(choice);
    this.view.showLoading(choice);
    await this.#handlingErrors(async () => {
      const sales = await this.#fetchSales(choice);
      if (!isSameSeries(choice, this.choice)) return; // replaced by a later choice
      this.view.show(this.choice, sales, this.catalogue);
      this.shownVersion = sales.model_version;
      if (this.catalogue && this.shownVersion !== this.catalogue.version) await this.#reload();
    });
  }

  #fetchSales(choice) {
    return this.dailySales.get(choice, this.catalogue?.version);
  }

  #showUnknown(choice) {
    this.view.clear();
    showUnknownSeries(choice);
  }

  /** A new model serves: show the same choice with its forecasts. */
  async #reload() {
    if (this.isReloading) return; // workers change models one by one; the next poll sees the last of them
    this.isReloading = true;
    this.dailySales.clear();
    await this.load();
    this.isReloading = false;
    showNotice("reloaded", `New forecasts since ${formatTime(new Date())}.`);
    setTimeout(() => hideNotice("reloaded"), NEW_FORECASTS_NOTICE_MS);
  }

  async #handlingErrors(request) {
    try {
      await request();
      this.answeredAt = new Date();
      this.isDown = false;
      hideNotice("down");
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#showError(error);
    }
  }

  #showError(error) {
    if (error.code === "unknown_series") return this.#showUnknown(this.choice);
    if (error.status === 401)
      return showKeyPrompt((key) => {
        setApiKey(key);
        this.load();
      });
    if (error.status === 503 && !this.catalogue) return this.#showNoModel(error.message);
    return this.#showDown(error);
  }

  #showNoModel(reason) {
    showModelStatus({});
    find("picker").removeAttribute("aria-busy");
    showNoModel(reason);
  }

  /** Keep the last answer on the page and say its age. */
  #showDown(error) {
    this.isDown = true;
    this.view.showLastAnswer();
    if (error.status === 429)
      return showNotice("down", "Too many requests; this page tries again in a moment.", { kind: "warn" });
    if (!this.answeredAt) return showNoAnswer(() => this.load());
    const minutes = Math.floor((Date.now() - this.answeredAt) / 60_000);
    const age = minutes ? `, ${formatPlural(minutes, "minute")} old` : "";
    const text = `The service does not answer. This page shows its answer of ${formatTime(this.answeredAt)}${age}.`;
    return showNotice("down", text, { kind: "bad", action: { label: "Try again", run: () => this.load() } });
  }

  /** Called with every answer about the service's health. */
  #onHealth(health) {
    this.model.health = health;
    if (!health.model)
      return this.catalogue ? undefined : this.#showNoModel(health.reason ?? "No model has been trained.");
    if (!this.catalogue || this.isDown) return this.isLoading ? undefined : this.load();
    if (this.model.drift !== undefined) showModelStatus(this.model);
    const { version } = health.model;
    const isOld = [this.catalogue.version, this.shownVersion ?? version].some((shown) => shown !== version);
    return isOld ? this.#reload() : undefined;
  }
}

new App().start();
