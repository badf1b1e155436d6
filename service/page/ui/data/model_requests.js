/** Requests about the model that serves: its health, its card, and the last drift check. */

import { get } from "./service_client.js";

export const fetchHealth = () => get("health");
export const fetchModelCard = () => get("model");
/** The last drift check. One of other sales (`drift.check --sales FILE`) says nothing about these series. */
export const fetchDriftSummary = async () => {
  const drift = await get("drift");
  return drift.continues_history === false ? { verdict: "never checked" } : drift;
};
