// What every page of the console loads: htmx, and the few things HTML cannot do by itself. Every page works without it, only slower.
import htmx from "htmx.org";
import { confirmFirst } from "./confirm.js";
import { watchDrawer } from "./drawer.js";
import { watchKeys } from "./keys.js";
import { watchPalette } from "./palette.js";

const YEAR_SECONDS = 31_536_000;

function withToken(event) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) event.detail.ctx.request.headers["X-CSRF-Token"] = token;
}

function toggleTheme() {
  const root = document.documentElement;
  const dark = getComputedStyle(root).colorScheme === "dark" || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `hanse_theme=${root.dataset.theme}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;
  document.dispatchEvent(new Event("hanse:theme"));
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.querySelector("span") ?? button;
  label.textContent = button.dataset.copied;
}

async function drawCharts() {
  const places = [...document.querySelectorAll("[data-chart]:not([data-drawn])")];
  if (!places.length) return;
  const { draw } = await import("./charts.js");
  places.forEach(draw);
}

function watchDrops() {
  for (const zone of document.querySelectorAll(".drop:not([data-documents])")) {
    const input = zone.querySelector('input[type="file"]');
    const mark = (over) => (event) => {
      event.preventDefault();
      zone.classList.toggle("over", over);
    };
    zone.addEventListener("dragover", mark(true));
    zone.addEventListener("dragleave", mark(false));
    zone.addEventListener("drop", (event) => {
      mark(false)(event);
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

function onClick(event) {
  const target = event.target.closest("[data-do]");
  if (!target) return;
  const acts = {
    theme: toggleTheme,
    copy: () => copy(target),
    "close-toast": () => target.closest(".toast").remove(),
    "close-dialog": () => target.closest("dialog").close(),
    "check-all": () => target.closest("table").querySelectorAll('tbody input[type="checkbox"]').forEach((box) => (box.checked = target.checked)),
  };
  acts[target.dataset.do]?.();
}

function onChange(event) {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
}

// A remark leaves by itself, but not while somebody points at it.
function fadeToasts() {
  for (const toast of document.querySelectorAll(".toast[data-seconds]")) {
    const leave = () => setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), Number(toast.dataset.seconds) * 1000);
    leave();
    toast.addEventListener("mouseleave", leave);
  }
}

// More tabs than a telephone has room for: the current one is moved into sight, sideways only.
function showCurrentTab() {
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 60;
}

document.addEventListener("htmx:config:request", withToken);
document.addEventListener("htmx:after:swap", () => {
  drawCharts();
  fadeToasts();
});
document.addEventListener("click", onClick);
document.addEventListener("change", onChange);
document.addEventListener("submit", confirmFirst);
watchDrawer(htmx);
watchPalette();
watchKeys();
watchDrops();
fadeToasts();
drawCharts();
if (document.querySelector("[data-live]")) import("./live.js");
if (document.querySelector("[data-documents]")) import("./documents.js");
showCurrentTab();
document.documentElement.dataset.ready = "";
