/** Days as text in the reader's locale, and the few steps of calendar arithmetic the page needs (all in UTC). */

const style = (options) => new Intl.DateTimeFormat(undefined, { timeZone: "UTC", ...options });

const dayMonth = style({ day: "numeric", month: "short" });
const weekdayDayMonth = style({ weekday: "short", day: "numeric", month: "short" });
const dayMonthYear = style({ day: "numeric", month: "short", year: "numeric" });
const full = style({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

const locale = new Intl.Locale(navigator.language || "en");
const week = locale.getWeekInfo?.() ?? locale.weekInfo ?? { firstDay: 1, weekend: [6, 7] };

const DAY_MS = 86_400_000;

export const parseDay = (text) => new Date(`${text}T00:00:00Z`);
export const addDays = (day, days) => new Date(day.getTime() + days * DAY_MS);
export const daysSince = (day) => Math.floor((Date.now() - day.getTime()) / DAY_MS);

/** ISO weekday from 1 (Monday) to 7. */
const weekdayOf = (day) => day.getUTCDay() || 7;
export const isWeekend = (day) => week.weekend.includes(weekdayOf(day));
/** First day of the week that holds a day, by the reader's calendar. */
export const weekStart = (day) => addDays(day, -((weekdayOf(day) - week.firstDay + 7) % 7));

export const formatIsoDay = (day) => day.toISOString().slice(0, 10);
/** "6 Jan" */
export const formatShortDay = (day) => dayMonth.format(day);
/** "Sat, 6 Jan" */
export const formatWeekday = (day) => weekdayDayMonth.format(day);
/** "6 Jan 2018" */
export const formatDate = (day) => dayMonthYear.format(day);
/** "Saturday, 6 January 2018" */
export const formatLongDate = (day) => full.format(day);
/** "6–12 Jan" */
export const formatDayRange = (first, last) => dayMonth.formatRange(first, last);
/** "6–12 Jan 2018" */
export const formatDateRange = (first, last) => dayMonthYear.formatRange(first, last);
/** A text with its ISO dates as the reader writes them. */
export const withLocalDates = (text) =>
  text.replaceAll(/\d{4}-\d\d-\d\d/g, (iso) => formatDate(parseDay(iso)));
/** "10:31" */
export const formatTime = (moment) => clock.format(moment);
