/** The page: what is chosen, what the service says of it, and what happens when either changes. */

import { addressOf, readChoice, remember, remembered, sameSeries } from "./address.js";
import { Catalogue, keyOf } from "./catalogue.js";
import { find, make } from "./dom.js";
import { Finder } from "./finder.js";
import { blank, tell, untell } from "./notice.js";
import { get, ServiceError, useKey } from "./service.js";
import { showTrust } from "./trust.js";
import { View } from "./view.js";
import { Watch } from "./watch.js";
import { plural, time } from "./words.js";

const KEPT_SELECTIONS = 40;
const OPENING = { store: null, item: null, days: 28, by: "day" };

class Page {
  choice = null;
  catalogue = null;
  known = { health: null, accuracy: null, drift: null, card: null };
  selections = new Map();
  answeredAt = null;
  shownVersion = null;
  isLoading = false;
  isGone = false; // the last question is asked again
  isRenewing = false;
  isStepping = false;

  start() {
    this.finder = new Finder((series, isFinal) => this.choose(series, isFinal));
    this.view = new View((change) => this.choose(change, true));
    this.watch = new Watch({ seen: (health) => this.#seen(health), gone: (error) => this.#gone(error) });
    addEventListener("hashchange", () => this.#addressed());
    this.choice = readChoice() ?? remembered();
    this.watch.look();
    this.load();
  }

  /** Take part of a choice over; what is not final shares one step of the browser's history. */
  choose(change, isFinal) {
    if (!this.choice) return; // nothing has been shown yet
    const choice = { ...this.choice, ...change };
    const address = addressOf(choice);
    const step = this.isStepping && !isFinal ? "replaceState" : "pushState";
    if (address !== location.hash) {
      history[step](null, "", address);
      this.isStepping = true;
    }
    if (isFinal) this.isStepping = false;
    this.#turnTo(choice);
  }

  #addressed() {
    this.isStepping = false;
    const choice = readChoice();
    if (choice) this.#turnTo(choice);
  }

  #turnTo(choice) {
    if (this.choice && addressOf(choice) === addressOf(this.choice)) return;
    this.choice = choice;
    remember(choice);
    this.#showChoice();
  }

  #showChoice() {
    this.view.busy();
    if (this.catalogue && this.catalogue.days !== this.choice.days) return this.load();
    if (this.catalogue) this.finder.show(this.catalogue, this.choice);
    return this.#showSelection();
  }

  /** Ask for everything that is shown: at the start, for other days, for a new model. */
  async load() {
    const days = this.choice?.days ?? OPENING.days;
    this.isLoading = true;
    await this.#answering(async () => {
      const asked = this.choice && this.#selection(this.choice).catch((error) => error);
      const overview = await get("page/overview", { days });
      if (this.choice && this.choice.days !== days) return; // overtaken by a later choice
      this.catalogue = new Catalogue(overview);
      this.choice ??= this.#opening();
      if (!location.hash) history.replaceState(null, "", addressOf(this.choice));
      this.known.accuracy = overview.accuracy;
      this.finder.show(this.catalogue, this.choice);
      await asked;
    });
    this.isLoading = false;
    if (!this.catalogue) return;
    await this.#showSelection();
    await this.#loadTrust();
  }

  /** First visit: the series that needs a look most, else everything together. */
  #opening() {
    const [first] = this.catalogue.needs;
    return first ? { ...OPENING, store: first.store, item: first.item } : OPENING;
  }

  async #loadTrust() {
    // Told apart from the answer: the line is left shorter where one of them cannot be had.
    const [drift, card] = await Promise.all(
      [get("drift"), get("model")].map((asked) => asked.catch(() => null)),
    );
    Object.assign(this.known, { drift, card });
    showTrust(this.known);
    if (this.catalogue.tellMoved(drift)) this.finder.show(this.catalogue, this.choice);
  }

  async #showSelection() {
    const wanted = this.choice;
    this.shownVersion = this.catalogue?.version ?? null;
    if (this.catalogue && !this.catalogue.entryOf(wanted)) return this.view.unknown(wanted);
    this.view.busy();
    await this.#answering(async () => {
      const selection = await this.#selection(wanted);
      if (!sameSeries(wanted, this.choice)) return; // overtaken by a later choice
      this.view.show(this.choice, selection, this.catalogue);
      this.shownVersion = selection.model_version;
      if (this.catalogue && this.shownVersion !== this.catalogue.version) await this.#renew();
    });
  }

  async #selection(choice) {
    const key = keyOf(choice);
    const kept = this.selections.get(key);
    if (kept && (!this.catalogue || kept.model_version === this.catalogue.version)) return kept;
    const selection = await get("page/sales", { store: choice.store, item: choice.item });
    this.selections.set(key, selection);
    if (this.selections.size > KEPT_SELECTIONS) this.selections.delete(this.selections.keys().next().value);
    return selection;
  }

  /** A new model serves: the same choice, answered anew. */
  async #renew() {
    if (this.isRenewing) return; // workers swap one by one: the next look sees to it
    this.isRenewing = true;
    this.selections.clear();
    await this.load();
    this.isRenewing = false;
    tell("renewed", `New forecasts since ${time(new Date())}.`);
    setTimeout(() => untell("renewed"), 8000);
  }

  /** Do what asks the service, and say what went wrong in a planner's words. */
  async #answering(ask) {
    try {
      await ask();
      this.answeredAt = new Date();
      this.isGone = false;
      untell("gone");
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#failed(error);
    }
  }

  #failed(error) {
    if (error.code === "unknown_series") return this.view.unknown(this.choice);
    if (error.status === 401) return this.#askKey();
    if (error.status === 503 && !this.catalogue) return this.#noModel(error.message);
    return this.#gone(error);
  }

  #noModel(reason) {
    showTrust({ health: null, accuracy: null, drift: null, card: null });
    find("finder").removeAttribute("aria-busy");
    blank(
      "No model yet",
      reason,
      make(
        "p",
        {},
        "Run ",
        make("code", {}, "make train"),
        " in the project's folder. This page fills itself as soon as there is a model.",
      ),
    );
  }

  #askKey() {
    if (document.querySelector(".ask input")?.value) return; // what is being typed stays
    const field = make("input", { type: "password", "aria-label": "Key", autocomplete: "off" });
    const enter = () => {
      useKey(field.value);
      field.value = "";
      this.load();
    };
    field.addEventListener("keydown", (event) => event.key === "Enter" && enter());
    blank(
      "This service asks for a key",
      "It is kept until this page is closed.",
      make("p", { class: "ask" }, field, make("button", { type: "button", onclick: enter }, "Use it")),
    );
    field.focus();
  }

  #gone(error) {
    this.isGone = true;
    find("view").removeAttribute("aria-busy");
    if (error.status === 429)
      return tell("gone", "Too many questions at once; this page asks again in a moment.", { kind: "warn" });
    const again = { name: "Try again", run: () => this.load() };
    if (!this.answeredAt)
      return blank(
        "The service does not answer",
        "This page asks again by itself.",
        make("p", {}, make("button", { type: "button", onclick: again.run }, again.name)),
      );
    const minutes = Math.floor((Date.now() - this.answeredAt) / 60_000);
    const age = minutes ? `, ${plural(minutes, "minute")} old` : "";
    return tell("gone", `The service does not answer. What you see is from ${time(this.answeredAt)}${age}.`, {
      kind: "bad",
      action: again,
    });
  }

  /** Every answer of the service's health: is it back, is there a model, is it another one? */
  async #seen(health) {
    this.known.health = health;
    if (!health.model)
      return this.catalogue ? undefined : this.#noModel(health.reason ?? "Nothing has been trained.");
    if (!this.catalogue || this.isGone) return this.isLoading ? undefined : this.load();
    showTrust(this.known);
    const { version } = health.model;
    const isOld = [this.catalogue.version, this.shownVersion ?? version].some((shown) => shown !== version);
    if (isOld) return this.#renew();
    return undefined;
  }
}

new Page().start();
