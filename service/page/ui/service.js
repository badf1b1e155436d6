/** The service that answers: JSON in, JSON out, and its errors as they are told. */

export class ServiceError extends Error {
  constructor(status, { code = "unreachable", message = "The service does not answer.", hint = null } = {}) {
    super(message);
    Object.assign(this, { status, code, hint });
  }
}

let key = null; // a secret, so kept nowhere but here

/** Use an API key from now on; the service asks for one only where its owner switched that on. */
export function useKey(given) {
  key = given;
}

export function get(path, parameters = {}, signal = undefined) {
  const told = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null));
  return ask(told.size ? `${path}?${told}` : path, { signal });
}

export function post(path, body, signal = undefined) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

async function ask(address, options) {
  const headers = {
    Accept: "application/json",
    ...options.headers,
    ...(key ? { Authorization: `Bearer ${key}` } : {}),
  };
  const response = await fetch(address, { ...options, headers, cache: "no-store" }).catch((error) => {
    throw error.name === "AbortError" ? error : new ServiceError(0);
  });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new ServiceError(response.status, body.error);
  return body;
}
