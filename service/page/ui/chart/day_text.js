/** One day of the chart in words. */

import { formatLongDate } from "../data/date_format.js";
import { formatCount, formatRange, formatUnits } from "../data/number_format.js";

/** "Saturday, 6 January 2018: forecast 72, likely range 60–85, 95 % range 54–92; last year 66." */
export function dayText(day, nSeries) {
  const parts = [...(day.isForecast ? [forecastText(day)] : salesTexts(day, nSeries)), lastYearText(day)];
  return `${formatLongDate(day.day)}: ${parts.filter(Boolean).join("; ")}.`;
}

function salesTexts(day, nSeries) {
  const sold = day.sales === null ? "no record" : `${formatUnits(day.sales)} sold`;
  return [sold, missingText(day, nSeries)];
}

/** "3 of 50 series without a record", null where none is missing. */
export const missingText = ({ missing }, nSeries) =>
  missing && nSeries > 1 ? `${formatCount(missing)} of ${formatCount(nSeries)} series without a record` : null;

function forecastText(day) {
  if (day.method === "closed") return "closed, forecast 0";
  if (day.method === "discontinued") return "discontinued, forecast 0";
  const forecast = `forecast ${formatUnits(day.forecast)}`;
  if (day.lower === null) return forecast;
  const likely = formatRange(day.lower, day.upper);
  const wide = formatRange(day.lower95, day.upper95);
  return `${forecast}, likely range ${likely}, 95\u00a0% range ${wide}`;
}

function lastYearText(day) {
  if (day.lastYear === null) return null;
  const gap = day.lastYearMissing ? ", records incomplete" : "";
  return `last year ${formatUnits(day.lastYear)}${gap}`;
}
