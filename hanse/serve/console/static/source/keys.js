// Keys: ? shows them, / searches the list, g and a letter goes to a place, j and k move in a list, Escape closes the drawer; a button
// or link of the page with data-press is pressed by its letter.
import { closeDrawer } from "./drawer.js";
import { openPalette } from "./palette.js";

let waitsForPlace = 0;

const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function go(key) {
  const link = document.querySelector(`.rail a[data-key="${CSS.escape(key)}"]`);
  if (link) location.assign(link.href);
}

function move(step) {
  const links = [...document.querySelectorAll("tr.opens a.opener")];
  if (!links.length) return;
  const at = links.findIndex((link) => link === document.activeElement || link.closest("tr").classList.contains("current"));
  links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
}

function pressed(key) {
  const target = key.length === 1 && document.querySelector(`main [data-press="${CSS.escape(key)}"]`);
  if (target) target.click();
  return Boolean(target);
}

const ACTIONS = {
  "?": () => document.getElementById("keys")?.showModal(),
  "/": () => document.querySelector("main .search input")?.focus(),
  j: () => move(1),
  k: () => move(-1),
};

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    closeDrawer();
    return;
  }
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (Date.now() < waitsForPlace) {
    waitsForPlace = 0;
    go(event.key);
  } else if (event.key === "g") {
    waitsForPlace = Date.now() + 1500;
  } else if (pressed(event.key)) {
    event.preventDefault();
  } else if (ACTIONS[event.key]) {
    event.preventDefault();
    ACTIONS[event.key]();
  }
}

export function watchKeys() {
  document.addEventListener("keydown", onKey);
}
