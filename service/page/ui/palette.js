/** The page's colours for drawing: the style sheet decides them, light, dark or print. */

const NAMES = ["ink", "muted", "line", "paper", "accent", "likely", "wide", "lastyear", "weekend"];

export function palette() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** Call `redraw` whenever colours change: the system turns dark, or the page goes to paper and back. */
export function onColours(redraw) {
  const root = document.documentElement;
  const print = (isPrinting) => {
    root.toggleAttribute("data-print", isPrinting);
    redraw();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
}
