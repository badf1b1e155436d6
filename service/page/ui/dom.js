/** Elements made and found in one line. Text only, never markup: labels come from other people's files. */

export const find = (id) => document.getElementById(id);

/** `make("td", { class: "number", title: "…" }, "12")`; attributes that are null or false are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Mark the one pressed button of a group by a data attribute: `press(group, "days", 28)`. */
export function press(group, key, value) {
  for (const button of group.querySelectorAll(`button[data-${key}]`)) {
    button.setAttribute("aria-pressed", String(button.dataset[key] === String(value)));
  }
}
