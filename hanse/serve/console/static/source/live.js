// The live view: rows come by server-sent events and go on top of the list; the space key pauses. Rows are the server's HTML, masked there.
import htmx from "htmx.org";

const SECONDS = 60;
const RETRY_MILLISECONDS = 3000;
const HEIGHT = 24;
const WIDTH = 120;

const place = document.querySelector("[data-live]");
const find = (name) => document.querySelector(`[data-live-${name}]`);
const number = new Intl.NumberFormat(document.documentElement.lang);
const most = Number(place.dataset.most);

let paused = false;
let waiting = [];
let arrived = 0;
let leftOut = 0;
let counts = new Array(SECONDS).fill(0);
let lastId = "";
let interrupted = false;

const say = (name, count) => place.dataset[name].replace("{count}", number.format(count));

function tell(state) {
  const status = find("state");
  if (status.dataset.state === state) return;
  status.dataset.state = state;
  status.textContent = place.dataset[state];
}

function rowsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.querySelectorAll("tr")];
}

function isNew(row) {
  const id = CSS.escape(row.dataset.event);
  return !find("rows").querySelector(`[data-event="${id}"]`) && !waiting.some((each) => each.dataset.event === row.dataset.event);
}

// The rows are in order of arrival: an id is a UUIDv7, so one that was committed late goes below those that came after it.
function insert(rows) {
  const list = find("rows");
  for (const row of rows) {
    const below = [...list.rows].find((each) => each.dataset.event < row.dataset.event);
    list.insertBefore(row, below ?? null);
    htmx.process(row);
  }
  while (list.rows.length > most) list.lastElementChild.remove();
  find("table").hidden = !list.rows.length;
  find("empty").hidden = Boolean(list.rows.length);
}

function showWaiting() {
  const button = find("new");
  button.hidden = !arrived;
  button.textContent = arrived === 1 ? place.dataset.pausedOne : say("pausedMany", arrived);
}

function showLeftOut() {
  const note = find("left-out");
  note.hidden = !leftOut;
  note.textContent = leftOut ? `+ ${say("leftOut", leftOut)}` : "";
}

function take(message) {
  const fresh = rowsOf(message.rows ?? "").filter(isNew);
  const missing = (message.more ?? 0) + (message.skipped ?? 0);
  counts[SECONDS - 1] += (message.count ?? 0) + (message.skipped ?? 0);
  leftOut += missing;
  if (paused) {
    arrived += fresh.length + missing;
    waiting = [...fresh, ...waiting].slice(0, most);
    showWaiting();
  } else {
    insert(fresh);
  }
  showLeftOut();
  tell(message.away ? "away" : "connected");
}

function pause(wanted) {
  paused = wanted;
  const button = find("pause");
  button.setAttribute("aria-pressed", String(paused));
  button.querySelector("span").textContent = paused ? button.dataset.goOn : button.dataset.pause;
  if (paused) return;
  insert(waiting);
  waiting = [];
  arrived = 0;
  showWaiting();
}

function drawRate() {
  const highest = Math.max(1, ...counts);
  const step = WIDTH / (SECONDS - 1);
  const points = counts.map((count, index) => `${(index * step).toFixed(1)},${(HEIGHT - 1 - ((HEIGHT - 2) * count) / highest).toFixed(1)}`);
  document.querySelector(".sparkline polyline").setAttribute("points", points.join(" "));
  const recent = counts.slice(-11, -1);
  const mean = recent.reduce((sum, count) => sum + count, 0) / recent.length;
  find("rate").textContent = say("rate", mean >= 10 ? Math.round(mean) : Math.round(mean * 10) / 10);
  counts = [...counts.slice(1), 0];
}

function connect() {
  const address = new URL(place.dataset.live, location.href);
  if (lastId) address.searchParams.set("after", lastId);
  const source = new EventSource(address);
  source.onmessage = (event) => {
    lastId = event.lastEventId || lastId;
    interrupted = false;
    take(JSON.parse(event.data));
  };
  // A stream that ends by itself is opened again within a second; only what lasts longer is worth a word.
  source.onerror = () => {
    interrupted = true;
    setTimeout(() => interrupted && tell("interrupted"), 2000);
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(connect, RETRY_MILLISECONDS);
  };
  addEventListener("pagehide", () => source.close(), { once: true });
}

function onKey(event) {
  const isControl = event.target.closest?.("a, button, input, select, textarea, summary, [contenteditable]");
  if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey || isControl || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  pause(!paused);
}

document.querySelectorAll("[data-live-controls]").forEach((each) => (each.hidden = false));
find("pause").addEventListener("click", () => pause(!paused));
find("new").addEventListener("click", () => pause(false));
document.addEventListener("keydown", onKey);
addEventListener("pageshow", (event) => event.persisted && connect());
setInterval(drawRate, 1000);
connect();
