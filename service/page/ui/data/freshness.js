/** How old the newest sales are, and from when on newer ones are overdue. */

import { daysSince } from "./date_format.js";
import { formatPlural } from "./number_format.js";

const STALE_DAYS = 7;
const DAYS_PER_MONTH = 30.4;
const DAYS_PER_YEAR = 365.25;

/** Whether sales that end on a day are too old to plan with. */
export const isStale = (lastDay) => daysSince(lastDay) > STALE_DAYS;

/** The age of a day: "today", "3 days ago", "4 months ago", "2 years ago"; null for a day to come. */
export function formatAge(day) {
  const days = daysSince(day);
  if (days < 0) return null;
  if (days === 0) return "today";
  if (days <= 60) return `${formatPlural(days, "day")} ago`;
  if (days < 730) return `${formatPlural(Math.round(days / DAYS_PER_MONTH), "month")} ago`;
  return `${formatPlural(Math.floor(days / DAYS_PER_YEAR), "year")} ago`;
}
