/** A table whose rows are divided into groups, each with a heading. */

import { make } from "../shell/dom.js";

/** `titles` name the columns; the last one is for notes and left out where no row has a note. */
export function groupedTable(caption, titles, groups) {
  const shown = groups.filter(({ rows }) => rows.length);
  const hasNotes = shown.some(({ rows }) => rows.some((row) => row.at(-1)));
  const columns = hasNotes ? titles : titles.slice(0, -1);
  const kind = (at) => (at === titles.length - 1 ? "is-note" : null);
  const head = columns.map((title, at) => make("th", { scope: "col", class: kind(at) }, title));
  const cell = (value, at) => make(at ? "td" : "th", { scope: at ? null : "row", class: kind(at) }, value);
  const body = ({ name, rows, isHistory }) =>
    make(
      "tbody",
      { class: isHistory ? "history" : null },
      make("tr", { class: "group" }, make("th", { scope: "rowgroup", colspan: columns.length }, name)),
      ...rows.map((row) => make("tr", {}, ...row.slice(0, columns.length).map(cell))),
    );
  return make(
    "table",
    {},
    make("caption", { class: "hidden" }, caption),
    make("thead", {}, make("tr", {}, ...head)),
    ...shown.map(body),
  );
}
