/** Numbers as text in the reader's locale: units, percents, ranges and comparisons. */

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 3 });

const NO_CHANGE = 0.005; // shares below this round to 0 %
export const UNKNOWN = "–";
const PERCENT_SIGN = "\u00a0%"; // the space does not break

export const formatCount = (value) => whole.format(value);

/** "3 days", "1 day". */
export const formatPlural = (n, one, many = `${one}s`) => `${formatCount(n)} ${n === 1 ? one : many}`;

/** Units of sales, with one decimal below ten: "2,310", "7.4"; "–" for an unknown number, which is never 0. */
export function formatUnits(value) {
  if (!Number.isFinite(value)) return UNKNOWN;
  return (Math.abs(value) < 9.95 && value !== 0 ? oneDecimal : whole).format(value);
}

export const formatAxisUnits = (value) =>
  (Math.abs(value) >= 10_000 ? compact : Number.isInteger(value) ? whole : oneDecimal).format(value);

/** A range whose ends have equally many decimals: "9–28", "0.4–3.1". */
export function formatRange(low, high) {
  const style = Math.abs(high) < 9.95 ? oneDecimal : whole;
  return `${style.format(low)}–${style.format(high)}`;
}

/** Percent with one decimal: "10.6 %". */
export const formatPercent = (percent) => oneDecimal.format(percent) + PERCENT_SIGN;

/** Size of a percent without its sign, with a decimal below ten: "7.9 %", "21 %". */
export const formatPercentSize = (percent) =>
  (Math.abs(percent) < 9.95 ? oneDecimal : whole).format(Math.abs(percent)) + PERCENT_SIGN;

/** A share as a signed percent, for tables: "+4 %", "−12 %", "±0 %". */
export function formatSignedPercent(share) {
  const sign = Math.abs(share) < NO_CHANGE ? "±" : share > 0 ? "+" : "−";
  return sign + formatCount(Math.abs(share * 100)) + PERCENT_SIGN;
}

/** A change for a sentence: "6 % more than last year", "the same as last year", "3.2 times last year". */
export function formatComparison(share, reference) {
  if (Math.abs(share) < NO_CHANGE) return `the same as ${reference}`;
  if (share >= 2) return `${oneDecimal.format(share + 1)} times ${reference}`;
  const size = formatCount(Math.abs(share * 100)) + PERCENT_SIGN;
  return `${size} ${share > 0 ? "more" : "less"} than ${reference}`;
}

export const directionMark = (share) => (Math.abs(share) < NO_CHANGE ? "=" : share > 0 ? "▲" : "▼");
