/** How the chart is drawn: uPlot's options for a timeline, its lines, bands, axes and weekends. */

import { make } from "./dom.js";
import { axisUnits, isWeekend, shortDay } from "./words.js";

const DAY_SECONDS = 86_400;
const NOON_SECONDS = DAY_SECONDS / 2;
const SERIES = { lastYear: 1, wideHigh: 2, wideLow: 3, high: 4, low: 5, sold: 6, expected: 7 };

export const secondsOf = (day) => day.getTime() / 1000;

/** uPlot's columns for the days `first` to `last`: the days, then one line for each name of SERIES. */
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
      line(colour.lastyear, 1),
      edge,
      edge,
      edge,
      edge,
      line(colour.ink, 1.5),
      line(colour.accent, 2.25),
    ],
    bands: [
      { series: [SERIES.wideHigh, SERIES.wideLow], fill: colour.wide },
      { series: [SERIES.high, SERIES.low], fill: colour.likely },
    ],
    axes: [dayAxis(timeline, colour), unitAxis(colour)],
    cursor: {
      y: false,
      drag: { x: true, y: false, dist: 8 },
      points: {
        show: (plot, series) =>
          point({ [SERIES.sold]: colour.ink, [SERIES.expected]: colour.accent }[series]),
      },
    },
    hooks: { drawClear: [(plot) => shade(plot, timeline, colour)] },
  };
}

function point(colour) {
  if (!colour) return false;
  const dot = make("div", { class: "point" });
  dot.style.background = colour;
  return dot;
}

const axis = (colour) => ({
  stroke: colour.muted,
  font: "12px system-ui, sans-serif",
  ticks: { show: false },
});

function dayAxis(timeline, colour) {
  return {
    ...axis(colour),
    grid: { show: false },
    size: 40,
    space: 64,
    incrs: [1, 7, 14, 28, 91].map((days) => days * DAY_SECONDS),
    splits: (plot, side, low, high, step) => labelled(timeline, low, high, step / DAY_SECONDS),
    values: (plot, splits) => splits.map((seconds) => dayLabel(new Date(seconds * 1000))),
  };
}

/** Days with a label, counted from the forecast's first day, so that this one always has its own. */
function labelled(timeline, low, high, step) {
  const days = timeline.days.filter((day, at) => (at - timeline.history) % step === 0);
  return days.map(secondsOf).filter((seconds) => seconds >= low && seconds <= high);
}

function dayLabel(day) {
  const isNewYear = day.getUTCDate() === 1 && day.getUTCMonth() === 0;
  return isNewYear ? `${shortDay(day)}\n${day.getUTCFullYear()}` : shortDay(day);
}

function unitAxis(colour) {
  const widest = (values) => Math.max(2, ...(values ?? []).map((value) => String(value).length));
  return {
    ...axis(colour),
    grid: { stroke: colour.line, width: 1 },
    space: 44,
    size: (plot, values) => 14 + 7.2 * widest(values),
    values: (plot, splits) => splits.map(axisUnits),
  };
}

/** Weekends as faint columns, and the line where what is known ends. */
function shade(plot, timeline, colour) {
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
  const start = at(secondsOf(timeline.days[timeline.history]) - NOON_SECONDS);
  ctx.fillStyle = colour.muted;
  if (start > bbox.left) ctx.fillRect(start, bbox.top, devicePixelRatio, bbox.height);
  ctx.restore();
}
