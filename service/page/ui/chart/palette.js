/** The colours of the chart, as the style sheet sets them: light, dark or print. */

const NAMES = ["ink", "muted", "line", "paper", "accent", "likely", "wide", "last-year", "weekend"];

export function palette() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** Call `redraw` whenever the colours change: between light and dark, and before and after printing. */
export function onPaletteChange(redraw) {
  const root = document.documentElement;
  const setPrinting = (isPrinting) => {
    root.toggleAttribute("data-print", isPrinting);
    redraw();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => setPrinting(true));
  addEventListener("afterprint", () => setPrinting(false));
}
