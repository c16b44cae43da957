// What came of an answer goes to the log: by the tag or the client that the page has already, else from here, by the same rules of consent.
import { agreed, anonymousId, host, settings, tag } from "./settings.js";

const GATHER_MS = 250;

interface Message {
  type: "track";
  event: string;
  messageId: string;
  timestamp: string;
  properties: object;
  context: { library: { name: string; version: string } };
}

/** Another one for every page that is opened; it is kept nowhere. */
export const pageId = newId();
let held: Message[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let watches = false;

function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID(); // only where the page came over TLS
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function track(event: string, properties: object): void {
  const client = [window.analytics, window.rudderanalytics].find((each) => typeof each?.track === "function");
  const own = tag();
  if (own) own.push(["track", event, properties]);
  else if (client?.track) client.track(event, properties);
  else hold(event, properties);
}

function hold(event: string, properties: object): void {
  const library = { name: "elements.js", version: "1" };
  held.push({ type: "track", event, messageId: newId(), timestamp: new Date().toISOString(), properties, context: { library } });
  clearTimeout(timer);
  timer = setTimeout(() => release(false), GATHER_MS);
  if (watches) return;
  watches = true;
  addEventListener("pagehide", () => release(true));
}

/** Send what is held, if the visitor agreed to statistics or the shop counts anonymously; else it goes with the page. */
function release(leaving: boolean): void {
  const told = agreed("statistics");
  const counts = settings().mode === "anonymous" && navigator.doNotTrack !== "1" && !("globalPrivacyControl" in navigator && navigator.globalPrivacyControl);
  const key = settings().key;
  if (!held.length || !key || !(told || counts)) return;
  const sender = told ? { anonymousId: anonymousId() ?? pageId, userId: settings().user?.id } : { anonymousId: pageId };
  const batch = held.map((each) => ({ ...each, ...sender }));
  held = [];
  // Plain text with the key inside: no browser has to ask first, and it goes on while the page closes.
  const body = JSON.stringify({ writeKey: key, batch, sentAt: new Date().toISOString() });
  if (leaving && navigator.sendBeacon(`${host()}/v1/batch`, body)) return;
  fetch(`${host()}/v1/batch`, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => undefined);
}
