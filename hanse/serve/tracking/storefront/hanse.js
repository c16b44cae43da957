// The storefront tag: sends what happens on a shop's pages to Hanse. No dependency, no cookie, and nothing in it may disturb the page.
//
//   <script async src="https://HOST/hanse.js" data-key="PUBLIC_KEY"></script>
//   <script>window.hanse = window.hanse || []; hanse.push(["track", "Product Viewed", { product_id: "4711" }]);</script>
//
// Calls: page(name?, properties?), track(event, properties?), identify(userId, traits?), consent(purposes, evidence?), reset().
// Attributes: data-page="off" sends no page by itself; data-spa sends one whenever the address changes; data-query keeps the query of
// addresses; data-mode="anonymous" counts before anybody was asked; data-host="https://…" where the file does not come from Hanse.
//
// Consent (§ 25 TDDDG, Art. 6(1)(a) DSGVO). Until the visitor has said yes to `statistics` nothing is stored on the device and nothing is
// sent: what happens waits in the memory of the page, and goes with the page or with a no. data-mode="anonymous" sends pages and events
// all the same, with an id that is made anew for each page and kept nowhere, no user, nothing read from the device; after a no, or where
// the browser says Global Privacy Control or Do Not Track, that ends as well. A yes of the visitor to the shop itself stands above both signals.
// After a yes one entry of local storage holds the id, the user and the decision, for a year at most. Local storage and not a cookie:
// a cookie would travel with every request to the shop and end in its logs. A withdrawal is told to Hanse and removes all of it.

const RECORD = "hanse";
const QUEUE = "hanse.queue";
const YEAR_MS = 31_536_000_000;
const MOST_MESSAGES = 200;
const MOST_CHARACTERS = 256_000;
const BATCH_BYTES = 60_000; // browsers let 64 kB go on while a page closes
const BATCH_MESSAGES = 50;
const GATHER_MS = 250;
const LONGEST_WAIT_MS = 60_000;
const LONGEST_TOLD_MS = 300_000;
const PURPOSES = { analytics: "statistics", personalization: "personalisation", marketing: "advertising" };

const script = document.currentScript || document.querySelector('script[data-key][src*="hanse.js"]');
const options = script ? script.dataset : {};
const host = (options.host || (script && script.src ? new URL(script.src).origin : "")).replace(/\/$/, "");
const ready = Boolean(options.key && host);
const wantsPrivacy = navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";
const counts = options.mode === "anonymous" && !wantsPrivacy;

let record = null; // what the device keeps, after a yes only
let decided = null; // the purposes and what was said to them; null before anybody was asked
let user;
let pageId = newId();
let held = []; // waits for a decision
let waiting = []; // waits for the network
let referrer = document.referrer;

const done = new Set();
const flying = new Set();
const beaconed = new Set();
let failures = 0;
let notBefore = 0;
let told = false; // whether Hanse itself has said how long to wait
let busy = false;
let timer;

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only where the page came over TLS
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- What is kept on the device

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null; // blocked, or not ours
  }
}

function write(name, value) {
  try {
    if (value) localStorage.setItem(name, JSON.stringify(value));
    else localStorage.removeItem(name);
  } catch {
    // Blocked or full: what is in memory has to do.
  }
}

function readQueue() {
  const found = read(QUEUE);
  return Array.isArray(found) ? found.filter((each) => each && each.messageId) : [];
}

function trimmed(messages) {
  const kept = messages.slice(-MOST_MESSAGES);
  let size = JSON.stringify(kept).length;
  while (size > MOST_CHARACTERS) size -= JSON.stringify(kept.shift()).length + 1;
  return kept;
}

// Other tabs write here too: theirs stay, and what two tabs send is one event by its messageId.
function keep() {
  waiting = trimmed(waiting);
  if (!record) return;
  const mine = new Set(waiting.map((each) => each.messageId));
  const theirs = readQueue().filter((each) => !mine.has(each.messageId) && !done.has(each.messageId));
  const all = trimmed(theirs.concat(waiting));
  write(QUEUE, all.length ? all : null);
}

function forget() {
  record = null;
  write(RECORD, null);
  write(QUEUE, null);
}

function recall() {
  const found = read(RECORD);
  if (found && found.id && found.until > Date.now() && found.consent && found.consent.statistics === true) {
    record = found;
    decided = found.consent;
    user = found.user;
    return true;
  }
  if (found) forget();
  return false;
}

// What the visitor decides in one tab holds in all of them.
function follow() {
  const agreed = Boolean(record);
  if (recall()) release();
  else if (agreed) drop({ ...decided, statistics: false });
}

function drop(now) {
  decided = now;
  record = null;
  user = undefined;
  held = [];
  waiting = [];
}

// ---- Messages

function address(url) {
  return options.query === undefined ? url.split(/[?#]/)[0] : url.split("#")[0];
}

function pageOf() {
  const page = { path: location.pathname, referrer: address(referrer), title: document.title, url: address(location.href) };
  if (options.query !== undefined) page.search = location.search;
  return page;
}

function campaign() {
  const found = {};
  new URLSearchParams(location.search).forEach((value, name) => {
    if (name.startsWith("utm_") && value) found[name === "utm_campaign" ? "name" : name.slice(4)] = value;
  });
  return Object.keys(found).length ? found : undefined;
}

function message(type, fields) {
  const context = { page: pageOf(), campaign: campaign(), library: { name: "hanse.js", version: "1" } };
  const whole = { type, messageId: newId(), timestamp: new Date().toISOString(), userId: user, ...fields, context };
  return JSON.parse(JSON.stringify(whole)); // the shop may go on changing what it gave us
}

// What is read from the device is read after a yes, and not before.
function complete(found) {
  found.anonymousId = record.id;
  Object.assign(found.context, {
    consent: { categoryPreferences: decided },
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    userAgent: navigator.userAgent,
    screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
  });
  return found;
}

function take(found) {
  if (record) queue(complete(found));
  else if (decided && decided.statistics === false) return;
  else if (counts && found.type !== "identify") queue({ ...found, userId: undefined, anonymousId: pageId });
  else held = trimmed(held.concat(found));
}

function release() {
  const since = held;
  held = [];
  since.forEach((each) => queue(complete(each)));
}

function queue(found) {
  waiting.push(found);
  keep();
  plan();
}

// ---- Sending

function plan() {
  clearTimeout(timer);
  if (waiting.length && !busy) timer = setTimeout(flush, Math.max(GATHER_MS, notBefore - Date.now()));
}

function bytesOf(text) {
  return new TextEncoder().encode(text).length;
}

function firstOf(messages) {
  const batch = [];
  let size = 0;
  for (const each of messages) {
    size += bytesOf(JSON.stringify(each)) + 1;
    if (batch.length && (size > BATCH_BYTES || batch.length === BATCH_MESSAGES)) break;
    batch.push(each);
  }
  return batch;
}

// The key stands in the body and the body is plain text: so no browser has to ask first, and a beacon can carry it.
function bodyOf(batch) {
  return JSON.stringify({ writeKey: options.key, batch, sentAt: new Date().toISOString() });
}

async function flush() {
  if (busy || !waiting.length || navigator.onLine === false) return;
  busy = true;
  const batch = firstOf(waiting);
  batch.forEach((each) => flying.add(each.messageId));
  let again = true;
  try {
    const body = bodyOf(batch);
    const keepalive = !failures && bytesOf(body) < BATCH_BYTES + 1_000;
    const response = await fetch(`${host}/v1/batch`, { method: "POST", body, keepalive, credentials: "omit" });
    await response.text(); // until then the body that was sent counts against what browsers let go on
    again = response.status === 408 || response.status === 429 || response.status >= 500;
    told = again && pause(response.headers.get("Retry-After"));
  } catch {
    told = false;
  }
  if (!again) settle(batch);
  else if (!told) notBefore = Date.now() + Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.min(failures, 6)) * (0.75 + Math.random() / 2);
  failures = again ? failures + 1 : 0;
  flying.clear();
  busy = false;
  plan();
}

function settle(batch) {
  batch.forEach((each) => done.add(each.messageId));
  waiting = waiting.filter((each) => !done.has(each.messageId));
  keep();
}

function pause(after) {
  const wait = /^\d+$/.test(after || "") ? 1000 * after : Date.parse(after) - Date.now();
  if (!(wait > 0)) return false;
  notBefore = Date.now() + Math.min(wait, LONGEST_TOLD_MS);
  return true;
}

// What a beacon took stays in the queue, because nobody hears whether it arrived; sent twice it is one event by its messageId.
function leave() {
  if (told && Date.now() < notBefore) return;
  const sent = (each) => flying.has(each.messageId) || beaconed.has(each.messageId);
  for (let left = waiting.filter((each) => !sent(each)); left.length; left = left.filter((each) => !sent(each))) {
    const batch = firstOf(left);
    batch.forEach((each) => beaconed.add(each.messageId)); // one that is too large for a beacon does not hold up the others
    navigator.sendBeacon(`${host}/v1/batch`, bodyOf(batch));
  }
}

// ---- What a shop calls

function page(name, properties) {
  const given = name && typeof name === "object" ? name : properties;
  take(message("page", { name: typeof name === "string" ? name : undefined, properties: { ...pageOf(), ...given } }));
}

function track(event, properties) {
  take(message("track", { event, properties: properties || {} }));
}

function identify(userId, traits) {
  const given = userId && typeof userId === "object" ? userId : traits;
  if (["string", "number"].includes(typeof userId)) user = String(userId);
  if (record) write(RECORD, Object.assign(record, { user }));
  take(message("identify", { traits: given || {} }));
}

function reset() {
  user = undefined;
  pageId = newId();
  if (record) write(RECORD, Object.assign(record, { id: newId(), user }));
}

function consent(purposes, evidence) {
  const now = { ...decided };
  for (const name of Object.keys(purposes)) now[PURPOSES[name] || name] = purposes[name] === true;
  const changed = JSON.stringify(now) !== JSON.stringify(decided);
  decided = now;
  const news = message("track", { event: "Consent Preferences Updated", properties: { ...evidence, purposes: now } });
  if (now.statistics) agree(changed, news);
  else if (now.statistics === false) refuse(news);
}

function agree(changed, news) {
  if (!record || changed) record = { id: newId(), ...record, user, consent: decided, until: Date.now() + YEAR_MS };
  write(RECORD, record);
  if (changed) queue(complete(news));
  release();
}

function refuse(news) {
  const last = record ? [complete(news)] : [];
  forget();
  drop(decided);
  waiting = last;
  plan();
}

function watchAddress() {
  let last = location.href;
  const look = () =>
    setTimeout(() => {
      if (address(location.href) === address(last)) return;
      referrer = last;
      last = location.href;
      api.page();
    });
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function (...given) {
      const result = original.apply(this, given);
      look();
      return result;
    };
  }
  addEventListener("popstate", look);
}

// Whatever goes wrong in here, the shop's page goes on.
function silent(act) {
  return (...given) => {
    try {
      if (ready) act(...given);
    } catch {
      // A mistake in what was given, or a browser that lacks something.
    }
  };
}

const api = { loaded: true };
for (const [name, act] of Object.entries({ page, track, identify, consent, reset })) api[name] = silent(act);
api.push = (...calls) => calls.forEach(silent(([name, ...given]) => name !== "push" && api[name](...given)));

function start() {
  if (window.hanse && window.hanse.loaded) return;
  const calls = Array.isArray(window.hanse) ? window.hanse.map((each) => Array.from(each || [])) : [];
  window.hanse = api;
  if (recall()) waiting = readQueue();
  calls.filter(([name]) => name === "consent").forEach((each) => api.push(each));
  if (options.page !== "off") api.page();
  calls.filter(([name]) => name !== "consent").forEach((each) => api.push(each));
  if (options.spa !== undefined) watchAddress();
  addEventListener("online", silent(() => {
    if (!told) notBefore = 0;
    plan();
  }));
  addEventListener("storage", silent(({ key }) => (key === RECORD || key === null) && follow()));
  addEventListener("pageshow", silent(({ persisted }) => persisted && follow()));
  addEventListener("pagehide", silent(leave));
  document.addEventListener("visibilitychange", silent(() => {
    if (document.visibilityState === "hidden") leave();
    else beaconed.clear();
  }));
  plan();
}

if (!ready && !(window.hanse && window.hanse.loaded)) window.hanse = api; // without a key the calls of the shop lead nowhere, and harm nobody
silent(start)();
