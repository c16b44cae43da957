// Uploading documents: a folder or what is dropped, with what was chosen, and how far it is. Without this, files and archives can be sent all the same.
const zone = document.querySelector("[data-documents]");
const form = zone.closest("form");
const [files, folder] = ["files", "folder"].map((id) => document.getElementById(id));
const [list, wrong, sending, stop] = ["chosen", "documents-wrong", "sending", "stop-sending"].map((id) => document.getElementById(id));
const limits = JSON.parse(zone.dataset.documents);
const SHOWN = 12;
const MEGABYTE = 1_000_000;
let chosen = [];

const number = (value, digits = 0) => value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits });
const size = (bytes) => number(Math.max(bytes / MEGABYTE, 0.1), bytes < 10 * MEGABYTE ? 1 : 0);
const said = (name, facts) => zone.dataset[name].replace(/\{(\w+)\}/g, (_, fact) => facts[fact]);
const limit = (name) => limits[/\.[^./]*$/.exec(name.toLowerCase())?.[0]];
const isHidden = (path) => path.split("/").some((part) => /^(\.|~\$|__MACOSX$)/.test(part));
const without = (path) => path.slice(path.indexOf("/") + 1);

function line(text, ...more) {
  const made = document.createElement("li");
  made.append(text);
  for (const each of more) {
    const remark = made.appendChild(document.createElement("span"));
    remark.className = "muted";
    remark.textContent = ` ${each}`;
  }
  return made;
}

const isArchive = (path) => path.toLowerCase().endsWith(".zip");

function remark({ file, path }) {
  const most = limit(path);
  if (isArchive(path) && chosen.length > 1) return [`– ${zone.dataset.archive}`];
  if (!most) return [`– ${zone.dataset.other}`];
  return file.size > most ? [`– ${said("large", { most: number(most / MEGABYTE) })}`] : [];
}

// Those that need a look stand first.
function show() {
  const total = chosen.reduce((sum, each) => sum + each.file.size, 0);
  const summary = document.createElement("p");
  summary.textContent = chosen.length === 1 ? said("one", { name: chosen[0].path, size: size(total) }) : said("many", { count: number(chosen.length), size: size(total) });
  const rows = chosen.map((each) => [each, remark(each)]).sort((one, two) => two[1].length - one[1].length);
  const names = document.createElement("ul");
  names.append(...rows.slice(0, SHOWN).map(([each, remarks]) => line(each.path, ...remarks)));
  if (rows.length > SHOWN) names.append(line(said("more", { count: number(rows.length - SHOWN) })));
  list.replaceChildren(...(chosen.length ? [summary] : []), ...(chosen.length > 1 || rows[0]?.[1].length ? [names] : []));
}

function fault() {
  if (!chosen.some(({ path }) => limit(path) && (chosen.length === 1 || !isArchive(path)))) return zone.dataset.nothing;
  if (chosen.length > Number(zone.dataset.mostFiles)) return said("tooMany", { most: number(Number(zone.dataset.mostFiles)) });
  let total = 0;
  const over = chosen.find(({ file, path }) => limit(path) && (total += file.size) > Number(zone.dataset.mostBytes));
  return over ? said("tooLarge", { most: number(Number(zone.dataset.mostBytes) / MEGABYTE), file: over.path }) : "";
}

function tell(text) {
  const note = document.createElement("p");
  note.textContent = text;
  note.setAttribute("role", "alert");
  const around = document.createElement("div");
  around.className = "note bad";
  around.append(note);
  wrong.replaceChildren(...(text ? [around] : []));
  if (text) wrong.scrollIntoView({ block: "nearest" });
}

function choose(found, name = "") {
  chosen = found.filter(({ path }) => !isHidden(path)).sort((one, two) => (one.path < two.path ? -1 : 1));
  form.elements.namedItem("folder_name").value = name;
  tell(chosen.length ? fault() : "");
  show();
}

const flat = (all) => [...all].map((file) => ({ file, path: file.name }));

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((done, fail) => entry.file(done, fail));
    found.push({ file, path: entry.fullPath.slice(1) });
    return;
  }
  const reader = entry.createReader();
  const next = () => new Promise((done, fail) => reader.readEntries(done, fail));
  for (let some = await next(); some.length; some = await next()) for (const each of some) await walk(each, found);
}

// A folder that is dropped alone is the folder: its own name is no part of the names in it.
async function drop(event) {
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return choose(flat(event.dataTransfer.files));
  const found = [];
  for (const entry of entries) await walk(entry, found);
  const alone = entries.length === 1;
  choose(alone ? found.map(({ file, path }) => ({ file, path: without(path) })) : found, alone ? entries[0].name : "");
}

function body() {
  const data = new FormData(form);
  data.delete("files");
  for (const { file, path } of chosen) data.append("files", limit(path) ? file : new File([], file.name), path);
  return data;
}

function busy(is) {
  sending.hidden = stop.hidden = !is;
  form.querySelector("button.primary").disabled = is;
}

function progressed(began, event) {
  if (!event.lengthComputable) return;
  const share = event.loaded / event.total;
  const seconds = ((performance.now() - began) / 1000) * (1 / share - 1);
  sending.querySelector("progress").value = share;
  const text = share === 1 ? zone.dataset.kept : said("sent", { done: size(event.loaded), all: size(event.total) });
  sending.querySelector("p").textContent = share < 1 && share > 0.05 && seconds > 2 ? `${text} ${said("left", { seconds: number(seconds) })}` : text;
}

function answered(request) {
  const next = request.getResponseHeader("HX-Redirect");
  if (next) return location.assign(next);
  busy(false);
  wrong.innerHTML = request.responseText;
  wrong.scrollIntoView({ block: "nearest" });
}

function send(event) {
  event.preventDefault();
  const hurdle = fault();
  tell(hurdle);
  if (hurdle) return files.focus();
  const request = new XMLHttpRequest();
  const broken = (text) => () => (busy(false), tell(text));
  request.open("POST", form.action);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("X-CSRF-Token", form.elements.namedItem("csrf_token").value);
  request.upload.addEventListener("progress", progressed.bind(null, performance.now()));
  request.addEventListener("load", () => answered(request));
  request.addEventListener("error", broken(zone.dataset.broken));
  request.addEventListener("abort", broken(zone.dataset.stopped));
  stop.onclick = () => request.abort();
  busy(true);
  request.send(body());
}

const over = (is) => (event) => (event.preventDefault(), zone.classList.toggle("over", is));
zone.addEventListener("dragover", over(true));
zone.addEventListener("dragleave", over(false));
zone.addEventListener("drop", (event) => {
  over(false)(event);
  files.value = folder.value = "";
  drop(event);
});
files.addEventListener("change", () => {
  folder.value = "";
  choose(flat(files.files));
});
folder.addEventListener("change", () => {
  files.value = "";
  const found = [...folder.files].map((file) => ({ file, path: without(file.webkitRelativePath || file.name) }));
  choose(found, folder.files[0]?.webkitRelativePath.split("/")[0]);
});
form.addEventListener("submit", send);
document.getElementById("folder-choice").hidden = !("webkitdirectory" in folder);
if (files.files.length) choose(flat(files.files));
