/** Watches the service from afar: a new model, a silent service, a service that is back. */

import { get, ServiceError } from "./service.js";

const POLL_MS = 15_000;

export class Watch {
  /** `seen(health)` is told of every answer, `gone(error)` of every one that did not come. */
  constructor({ seen, gone }) {
    Object.assign(this, { seen, gone });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.look();
    });
    setInterval(() => {
      if (!document.hidden) this.look();
    }, POLL_MS);
  }

  async look() {
    try {
      const health = await get("health");
      await this.seen(health);
      return health;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.gone(error);
      return null;
    }
  }
}
