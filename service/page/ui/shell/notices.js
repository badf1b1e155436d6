/** Bars at the top of the page: the service does not answer, new forecasts have been loaded. */

import { find, make } from "./dom.js";

/** Show a bar under a name; it replaces an earlier one of that name. */
export function showNotice(name, text, { kind = "info", action = null } = {}) {
  const box = find("notices");
  const old = box.querySelector(`[data-name=${name}]`);
  if (old?.dataset.text === text) return;
  const bar = make(
    "p",
    { class: `notice is-${kind}`, "data-name": name, "data-text": text },
    make("span", {}, text),
  );
  if (action) bar.append(make("button", { type: "button", onclick: action.run }, action.label));
  if (old) old.replaceWith(bar);
  else box.append(bar);
}

export function hideNotice(name) {
  find("notices").querySelector(`[data-name=${name}]`)?.remove();
}
