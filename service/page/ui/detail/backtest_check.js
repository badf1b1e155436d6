/** How right the forecast was before: the newest backtest of this series or total beside what was sold. */

import { addDays, formatDayRange, parseDay } from "../data/date_format.js";
import { formatPercentSize, formatUnits } from "../data/number_format.js";
import { find, make } from "../shell/dom.js";

const EXACT = 0.0005; // a share that rounds to 0.0 %

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Over the chosen number of days; hidden where fewer than half of them have a record. */
export function showBacktestCheck(backtest, days) {
  const pairs = (backtest?.sales.slice(0, days) ?? [])
    .map((sales, at) => [backtest.forecast[at], sales])
    .filter(([, sales]) => sales !== null);
  const forecast = sum(pairs.map(([units]) => units));
  const sold = sum(pairs.map(([, units]) => units));
  const box = find("backtest-check");
  box.hidden = pairs.length < days / 2 || !sold;
  if (box.hidden) return;
  const error = sum(pairs.map(([expected, units]) => Math.abs(expected - units))) / sold;
  const first = parseDay(backtest.first_day);
  const period = formatDayRange(first, addDays(first, days - 1));
  box.replaceChildren(
    make("h2", {}, "Was it right before?"),
    make(
      "p",
      {},
      `Backtest on ${period}, days the model was not trained on: `,
      make("b", {}, `${formatUnits(forecast)} forecast, ${formatUnits(sold)} sold`),
      ` (${biasText(forecast / sold - 1)}). Average error of a day: ${formatPercentSize(error * 100)}.`,
    ),
  );
}

function biasText(bias) {
  if (Math.abs(bias) < EXACT) return "exact in total";
  return `${formatPercentSize(bias * 100)} too ${bias > 0 ? "high" : "low"} in total`;
}
