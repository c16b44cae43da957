// What the shop's page tells: key and address, consent, who is signed in. Read anew each time, so a page may change it whenever it likes.

export interface Person {
  /** The customer number in the shop. */
  id: string;
  /** Its proof, made by the shop's server with the secret of the key. */
  hash: string;
}

export interface Price {
  amount_minor: number;
  currency: string;
}

export interface Item {
  product_id: string;
  title: string;
  reason: string;
  image_url: string | null;
  url: string | null;
  price: Price | null;
  /** Whether other variants cost more. */
  price_is_from?: boolean;
}

export interface Settings {
  key?: string;
  /** Where Hanse is, if this file does not come from there. */
  host?: string;
  /** What the visitor has decided, by purpose. */
  consent?: Record<string, boolean>;
  user?: Person;
  /** Count before anybody was asked, with an id that lives as long as the page. */
  mode?: "anonymous";
  /** Where a product's page is: `/p/{id}`, or a function. */
  productUrl?: string | ((item: Item) => string);
  /** The price as the shop writes it; null for none. */
  price?: (item: Item, language: string) => string | null;
}

interface Tag {
  loaded?: boolean;
  push: (call: unknown[]) => void;
}

interface Analytics {
  track?: (event: string, properties: object) => void;
  getAnonymousId?: () => string;
}

declare global {
  interface Window {
    hanseElements?: Settings;
    hanse?: Tag | unknown[][];
    analytics?: Analytics;
    rudderanalytics?: Analytics;
  }
}

const RECORD = "hanse"; // where the tag keeps id and decision, after a yes only
const SYNONYMS: Record<string, string> = { analytics: "statistics", personalization: "personalisation", marketing: "advertising" };

const script = document.querySelector<HTMLScriptElement>('script[data-key][src*="elements.js"]');

export function settings(): Settings {
  const attributes = script?.dataset ?? {};
  const told: Settings = {};
  if (attributes["key"]) told.key = attributes["key"];
  if (attributes["host"]) told.host = attributes["host"];
  if (attributes["mode"] === "anonymous") told.mode = "anonymous";
  if (attributes["productUrl"]) told.productUrl = attributes["productUrl"];
  return { ...told, ...window.hanseElements };
}

export function host(): string {
  return (settings().host ?? new URL(import.meta.url).origin).replace(/\/$/, "");
}

/** Whether the tag of Hanse is on the page, so that it sends for us. */
export function tag(): Tag | unknown[][] | undefined {
  const found = window.hanse;
  if (found && !Array.isArray(found) && found.loaded) return found;
  return document.querySelector('script[src*="hanse.js"]') ? (window.hanse ??= []) : undefined;
}

function purposes(given: object): Record<string, boolean> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [SYNONYMS[name] ?? name, value === true]));
}

interface Kept {
  id: string;
  consent: Record<string, boolean>;
  until: number;
}

/** What the tag keeps of a visitor who agreed; nothing is read where no tag and no consent is told. */
function kept(): Kept | undefined {
  if (!tag()) return undefined;
  try {
    const found = JSON.parse(localStorage.getItem(RECORD) ?? "null") as Kept | null;
    return found?.id && found.consent && found.until > Date.now() ? found : undefined;
  } catch {
    return undefined; // blocked, or not ours
  }
}

function decided(): Record<string, boolean> {
  const own = window.hanseElements?.consent;
  if (own) return purposes(own);
  const calls = Array.isArray(window.hanse) ? window.hanse : [];
  const called = calls.filter((each) => each[0] === "consent" && each[1]).map((each) => purposes(each[1] as object));
  const attribute = (script?.dataset["consent"] ?? "").split(/[\s,]+/).filter(Boolean).map((name) => [name, true]);
  return Object.assign(purposes(Object.fromEntries(attribute) as object), kept()?.consent, ...called) as Record<string, boolean>;
}

/** Whether the visitor agreed to a purpose (§ 25 TDDDG, Art. 6(1)(a) DSGVO); silence is no yes. */
export function agreed(purpose: "personalisation" | "statistics"): boolean {
  return decided()[purpose] === true;
}

export function refused(purpose: "personalisation"): boolean {
  return decided()[purpose] === false;
}

/** The id that the tag, or Segment's or RudderStack's client, gave to this browser; only asked for after a yes. */
export function anonymousId(): string | undefined {
  const own = kept()?.id;
  if (own) return own;
  try {
    const stored = localStorage.getItem("ajs_anonymous_id") ?? /(?:^|; )ajs_anonymous_id=([^;]*)/.exec(document.cookie)?.[1];
    const found = stored ? decodeURIComponent(stored).replace(/^"|"$/g, "") : window.rudderanalytics?.getAnonymousId?.();
    return found || undefined;
  } catch {
    return undefined;
  }
}
