/** What a planner must know of series that are not forecast by the model itself. */

import { formatDate, parseDay } from "../data/date_format.js";
import { formatPlural } from "../data/number_format.js";

/** Sentences about the answer of /page/sales; none where the model forecasts every series. */
export function methodNotes(dailySales) {
  const { ranges, method_counts: counts } = dailySales;
  return ranges === null ? notesOfTotal(dailySales) : notesOfSeries(dailySales, counts);
}

function notesOfSeries({ last_sale: lastSale }, counts) {
  if (counts.discontinued) {
    const since = lastSale ? `No sales since ${formatDate(parseDay(lastSale))}` : "No sales for years";
    return [`${since}: treated as discontinued, forecast 0.`];
  }
  if (counts["cold start"])
    return ["Too new for a forecast of its own: forecast from similar stores and items."];
  return counts.closed ? ["Closed on all of these days."] : [];
}

function notesOfTotal({ discontinued, method_counts: counts }) {
  const notes = [];
  const many = (n) => formatPlural(n, "series", "series");
  if (counts["cold start"])
    notes.push(`${many(counts["cold start"])} too new for a forecast of their own: forecast from similar series.`);
  if (discontinued) notes.push(`Left out: ${many(discontinued)} treated as discontinued.`);
  return notes;
}
