/** Was it right before: what the newest test said of this choice, and what then was sold. */

import { find, make } from "./dom.js";
import { addDays, from, percent, toDay, units } from "./words.js";

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Over as many days as the planner looks ahead; hidden where half of them have no record. */
export function showTrial(trial, days) {
  const known = (trial?.sales.slice(0, days) ?? []).flatMap((sold, at) =>
    sold === null ? [] : [[trial.forecast[at], sold]],
  );
  const said = sum(known.map(([forecast]) => forecast));
  const sold = sum(known.map(([, sales]) => sales));
  const box = find("trial");
  box.hidden = known.length < days / 2 || !sold;
  if (box.hidden) return;
  const missed = sum(known.map(([forecast, sales]) => Math.abs(forecast - sales))) / sold;
  const first = toDay(trial.first_day);
  box.replaceChildren(
    make("h2", {}, "Was it right before?"),
    make(
      "p",
      {},
      `Tested on ${from(first, addDays(first, days - 1))}, days it did not know: `,
      make("b", {}, `${units(said)} expected, ${units(sold)} sold`),
      `, ${verdict(said / sold - 1)} in all; a single day missed by ${percent(missed * 100)} on average.`,
    ),
  );
}

function verdict(off) {
  if (Math.abs(off) < 0.005) return "right on the spot";
  return `${percent(off * 100)} too ${off > 0 ? "high" : "low"}`;
}
