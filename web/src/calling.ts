// Calls an operation of Hanse. The key stands in the address and the body is plain text, so that no browser has to ask first.
import { agreed, anonymousId, host, settings } from "./settings.js";

function send(operation: string, body: object, signal: AbortSignal): Promise<Response> {
  const address = `${host()}/v1/${operation}?key=${encodeURIComponent(settings().key ?? "")}`;
  return fetch(address, { method: "POST", body: JSON.stringify(body), credentials: "omit", signal });
}

async function read(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

function person(): Record<string, string | undefined> {
  if (!agreed("personalisation")) return {};
  const user = settings().user;
  return { anonymous_id: anonymousId(), user_id: user?.id, user_hash: user?.hash };
}

/** Ask an operation that answers everybody alike; raises where there is no answer. */
export async function call(operation: string, told: object, signal: AbortSignal): Promise<unknown> {
  return read(await send(operation, told, signal));
}

/** Ask an operation for this visitor, as far as they agreed; raises where there is no answer. */
export async function callForVisitor(operation: string, told: object, signal: AbortSignal): Promise<unknown> {
  const device = matchMedia("(max-width: 600px)").matches ? "mobile" : "desktop";
  let response = await send(operation, { ...told, ...person(), device }, signal);
  if (response.status === 403 && settings().user) {
    console.warn("hanse: the proof of the customer number does not hold; see docs/storefront.md");
    response = await send(operation, { ...told, device }, signal);
  }
  return read(response);
}
