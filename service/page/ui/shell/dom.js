/** Finds and makes elements. Content is always text, never markup: labels come from users' files. */

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

/** Mark one button of a group as pressed, by a data attribute: `pressButton(group, "days", 28)`. */
export function pressButton(group, name, value) {
  for (const button of group.querySelectorAll(`button[data-${name}]`)) {
    button.setAttribute("aria-pressed", String(button.dataset[name] === String(value)));
  }
}
