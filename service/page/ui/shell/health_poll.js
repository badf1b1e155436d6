/** Requests the service's health regularly, to notice a new model and a service that is down or back. */

import { fetchHealth } from "../data/model_requests.js";
import { ServiceError } from "../data/service_client.js";

const POLL_MS = 15_000;

export class HealthPoll {
  /** Calls `onHealth(health)` for every answer and `onError(error)` for every failed request. */
  constructor({ onHealth, onError }) {
    Object.assign(this, { onHealth, onError });
    const checkIfVisible = () => document.hidden || this.check();
    document.addEventListener("visibilitychange", checkIfVisible);
    setInterval(checkIfVisible, POLL_MS);
  }

  async check() {
    try {
      await this.onHealth(await fetchHealth());
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.onError(error);
    }
  }
}
