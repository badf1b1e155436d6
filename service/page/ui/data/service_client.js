/** Sends requests to the service, parses its JSON, and turns its errors into `ServiceError`. */

export class ServiceError extends Error {
  constructor(status, { code = "unreachable", message = "The service does not answer.", hint = null } = {}) {
    super(message);
    Object.assign(this, { status, code, hint });
  }
}

let apiKey = null; // a secret, so it is kept in memory only

/** Send an API key with every request from now on; needed only where the service's owner requires one. */
export function setApiKey(key) {
  apiKey = key;
}

/** GET a path; parameters that are null are left out. */
export function get(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null));
  return send(query.size ? `${path}?${query}` : path, {});
}

export function post(path, body, signal = undefined) {
  return send(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

async function send(address, options) {
  const headers = {
    Accept: "application/json",
    ...options.headers,
    ...(apiKey ? { Authorization: `Bearer ${apiKey}` } : {}),
  };
  const response = await fetch(address, { ...options, headers, cache: "no-store" }).catch((error) => {
    throw error.name === "AbortError" ? error : new ServiceError(0);
  });
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new ServiceError(response.status, body?.error);
  if (body === null) throw new ServiceError(0); // cut off on the way
  return body;
}
