/** Data and options for uPlot: the lines, bands, axes and weekends of a timeline. */

import { formatShortDay, isWeekend } from "../data/date_format.js";
import { formatAxisUnits } from "../data/number_format.js";
import { make } from "../shell/dom.js";

const DAY_SECONDS = 86_400;
const NOON_SECONDS = DAY_SECONDS / 2;
const SERIES = { lastYear: 1, upper95: 2, lower95: 3, upper: 4, lower: 5, sales: 6, forecast: 7 };

export const secondsOf = (day) => day.getTime() / 1000;

/** uPlot's columns for the positions `first` to `last`: the days, then one for each name of SERIES. */
export function plotData(timeline, first, last) {
  const cut = (values) => values.slice(first, last + 1);
  return [cut(timeline.days).map(secondsOf), ...Object.keys(SERIES).map((name) => cut(timeline[name]))];
}

export function plotOptions(timeline, colour) {
  const line = (stroke, width) => ({ stroke, width, points: { show: false } });
  const edge = line("transparent", 0);
  return {
    legend: { show: false },
    padding: [10, 4, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    scales: { y: { range: (plot, low, high) => [0, high > 0 ? high * 1.06 : 1] } },
    series: [
      {},
      line(colour["last-year"], 1),
      edge,
      edge,
      edge,
      edge,
      line(colour.ink, 1.5),
      line(colour.accent, 2.25),
    ],
    bands: [
      { series: [SERIES.upper95, SERIES.lower95], fill: colour.wide },
      { series: [SERIES.upper, SERIES.lower], fill: colour.likely },
    ],
    axes: [dayAxis(timeline, colour), unitAxis(colour)],
    cursor: {
      y: false,
      drag: { x: true, y: false, dist: 8 },
      points: {
        show: (plot, series) =>
          cursorPoint({ [SERIES.sales]: colour.ink, [SERIES.forecast]: colour.accent }[series]),
      },
    },
    hooks: { drawClear: [(plot) => drawBackground(plot, timeline, colour)] },
  };
}

function cursorPoint(colour) {
  if (!colour) return false;
  const dot = make("div", { class: "point" });
  dot.style.background = colour;
  return dot;
}

const axisStyle = (colour) => ({
  stroke: colour.muted,
  font: "12px system-ui, sans-serif",
  ticks: { show: false },
});

function dayAxis(timeline, colour) {
  return {
    ...axisStyle(colour),
    grid: { show: false },
    size: 40,
    space: 64,
    incrs: [1, 7, 14, 28, 91].map((days) => days * DAY_SECONDS),
    splits: (plot, side, low, high, step) => labelledDays(timeline, low, high, step / DAY_SECONDS),
    values: (plot, splits) => splits.map((seconds) => dayLabel(new Date(seconds * 1000))),
  };
}

/** Days with a label: every `step` days, counted from the first day of the forecast. */
function labelledDays(timeline, low, high, step) {
  const days = timeline.days.filter((day, at) => (at - timeline.historyDays) % step === 0);
  return days.map(secondsOf).filter((seconds) => seconds >= low && seconds <= high);
}

function dayLabel(day) {
  const isNewYear = day.getUTCDate() === 1 && day.getUTCMonth() === 0;
  return isNewYear ? `${formatShortDay(day)}\n${day.getUTCFullYear()}` : formatShortDay(day);
}

function unitAxis(colour) {
  const widest = (values) => Math.max(2, ...(values ?? []).map((value) => String(value).length));
  return {
    ...axisStyle(colour),
    grid: { stroke: colour.line, width: 1 },
    space: 44,
    size: (plot, values) => 14 + 7.2 * widest(values),
    values: (plot, splits) => splits.map(formatAxisUnits),
  };
}

/** Weekends as faint columns, and a line before the first day of the forecast. */
function drawBackground(plot, timeline, colour) {
  const { ctx, bbox } = plot;
  const at = (seconds) => {
    const x = plot.valToPos(seconds, "x", true);
    return Math.min(Math.max(x, bbox.left), bbox.left + bbox.width);
  };
  ctx.save();
  ctx.fillStyle = colour.weekend;
  for (const seconds of timeline.days.filter(isWeekend).map(secondsOf)) {
    const left = at(seconds - NOON_SECONDS);
    ctx.fillRect(left, bbox.top, at(seconds + NOON_SECONDS) - left, bbox.height);
  }
  const start = at(secondsOf(timeline.days[timeline.historyDays]) - NOON_SECONDS);
  ctx.fillStyle = colour.muted;
  if (start > bbox.left) ctx.fillRect(start, bbox.top, devicePixelRatio, bbox.height);
  ctx.restore();
}
