/** What a planner has to know about the page itself: bars above it, and the page's empty states. */

import { find, make } from "./dom.js";

/** Show a bar under a name, in place of an earlier one of that name. */
export function tell(name, words, { kind = "info", action = null } = {}) {
  const box = find("notices");
  const old = box.querySelector(`[data-name=${name}]`);
  if (old?.dataset.words === words) return;
  const bar = make(
    "p",
    { class: `notice is-${kind}`, "data-name": name, "data-words": words },
    make("span", {}, words),
  );
  if (action) bar.append(make("button", { type: "button", onclick: action.run }, action.name));
  if (old) old.replaceWith(bar);
  else box.append(bar);
}

export function untell(name) {
  find("notices").querySelector(`[data-name=${name}]`)?.remove();
}

/** Show a card in place of the answer: no model yet, an unknown series, a key that is asked for. */
export function blank(title, ...body) {
  const card = make(
    "div",
    { class: "blank-card" },
    make("h1", {}, title),
    ...body.map((part) => (typeof part === "string" ? make("p", {}, part) : part)),
  );
  find("blank").replaceChildren(card);
  find("blank").hidden = false;
  find("answer").hidden = true;
  find("view").removeAttribute("aria-busy");
  document.title = `${title} – Storecast`;
}

export function unblank() {
  find("blank").hidden = true;
  find("answer").hidden = false;
}
