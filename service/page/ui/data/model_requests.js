/** Requests about the model that serves: its health, its card, and the last drift check. */

import { get } from "./service_client.js";

export const fetchHealth = () => get("health");
export const fetchModelCard = () => get("model");
export const fetchDriftSummary = () => get("drift");
