/** Cards shown in place of a series: no model yet, an unknown series, a key is needed, no answer. */

import { seriesName } from "../data/series_names.js";
import { addressOf } from "./address.js";
import { find, make } from "./dom.js";

function showCard(title, ...body) {
  const card = make(
    "div",
    { class: "empty-card" },
    make("h1", {}, title),
    ...body.map((part) => (typeof part === "string" ? make("p", {}, part) : part)),
  );
  find("empty-state").replaceChildren(card);
  find("empty-state").hidden = false;
  find("series-view").hidden = true;
  find("main").removeAttribute("aria-busy");
  document.title = `${title} – Storecast`;
}

export function hideEmptyState() {
  find("empty-state").hidden = true;
  find("series-view").hidden = false;
}

export function showNoModel(reason) {
  const command = make("code", {}, "make train");
  showCard(
    "No model yet",
    reason,
    make("p", {}, "Run ", command, " in the project's folder. This page loads the model once it is trained."),
  );
}

export function showUnknownSeries(choice) {
  const all = addressOf({ ...choice, store: null, item: null });
  showCard(
    `${seriesName(choice)} is not known here`,
    "The model was trained on other stores and items. Search for one, or see",
    make("p", {}, make("a", { href: all }, "all stores and items together")),
  );
}

export function showNoAnswer(retry) {
  const button = make("button", { type: "button", onclick: retry }, "Try again");
  showCard("The service does not answer", "This page tries again automatically.", make("p", {}, button));
}

/** Ask for an API key and pass it to `use`; a key that is being typed is left alone. */
export function showKeyPrompt(use) {
  if (document.querySelector(".key-prompt input")?.value) return;
  const field = make("input", { type: "password", "aria-label": "Key", autocomplete: "off" });
  const submit = () => {
    const key = field.value;
    field.value = "";
    use(key);
  };
  field.addEventListener("keydown", (event) => event.key === "Enter" && submit());
  showCard(
    "This service needs a key",
    "The key is kept until this page is closed.",
    make("p", { class: "key-prompt" }, field, make("button", { type: "button", onclick: submit }, "Use key")),
  );
  field.focus();
}
