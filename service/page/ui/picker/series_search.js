/** Search in the list of series: "3 15", "store 3", "item 15", or any part of a label. */

const EXACT = 2; // a label is the text itself
const PARTIAL = 1; // a label begins with the text, or contains it
const NO_MATCH = 0;

/** The entries that match a text, exact matches first; all of them for an empty text. */
export function searchEntries(entries, text, hasNumericLabels) {
  const words = text
    .toLowerCase()
    .split(/[\s·,/]+/)
    .filter(Boolean);
  if (!words.length) return entries;
  const isByNumber = hasNumericLabels && words.every((word) => /^(\d+|store|item)$/.test(word));
  const rank = isByNumber ? rankByNumber(words) : rankByText(words);
  const exact = [];
  const partial = [];
  for (const entry of entries) {
    const found = rank(entry);
    if (found !== NO_MATCH) (found === EXACT ? exact : partial).push(entry);
  }
  return [...exact, ...partial];
}

/** Of two numbers without a word before them, the first is a store and the second an item. */
function rankByNumber(words) {
  const after = (word) => (words.includes(word) ? (words[words.indexOf(word) + 1] ?? "") : null);
  let [store, item] = [after("store"), after("item")];
  if (store === null && item === null) {
    if (words.length === 1)
      return (entry) => Math.max(rankLabel(entry.store, words[0]), rankLabel(entry.item, words[0]));
    [store, item] = words;
  }
  return (entry) => Math.min(rankLabel(entry.store, store), rankLabel(entry.item, item));
}

function rankLabel(label, wanted) {
  if (wanted === null || label === wanted) return EXACT;
  return label?.startsWith(wanted) ? PARTIAL : NO_MATCH;
}

function rankByText(words) {
  return ({ store, item }) => {
    const labels = `${store ?? ""} ${item ?? ""}`.trim().toLowerCase();
    const text = `${store === null ? "" : "store"} ${item === null ? "" : "item"} ${labels}`;
    if (!words.every((word) => text.includes(word))) return NO_MATCH;
    return labels === words.join(" ") ? EXACT : PARTIAL;
  };
}
