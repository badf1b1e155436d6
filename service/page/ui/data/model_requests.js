/** Requests about the model that serves: its health, its card, and the last drift check. */

import { get } from "./service_client.js";

export const fetchHealth = () => get("health");

/** The answers of /model and /drift as `card` and `drift`; each is null where it cannot be read. */
export async function fetchModelState() {
  const requests = [get("model"), get("drift")];
  const [card, summary] = await Promise.all(requests.map((request) => request.catch(() => null)));
  return { card, drift: summary && withState(summary, card) };
}

/** Drift is open until a model has been trained on the days in which it was found. */
function withState(summary, card) {
  // A check of other sales (`drift.check --sales FILE`) says nothing about these series.
  if (summary.continues_history === false) return { verdict: "never checked", isOpen: false };
  const isFound = summary.drift_found === true;
  const isTrainedOn = isFound && card?.trained_until >= summary.window?.to; // ISO days; unknown is not
  return { ...summary, isOpen: isFound && !isTrainedOn, isTrainedOn };
}
