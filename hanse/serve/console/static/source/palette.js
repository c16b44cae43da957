// The palette (Ctrl-K): any page, customer or product; the server finds, arrows choose, Enter goes there.
const palette = () => document.getElementById("palette");

const places = () => [...palette().querySelectorAll(".found a")];

export function openPalette() {
  const dialog = palette();
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const input = dialog.querySelector("input");
  input.value = "";
  input.focus();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function choose(step) {
  const links = places();
  const at = links.findIndex((link) => link.classList.contains("chosen"));
  const next = links[(at + step + links.length) % links.length];
  links.forEach((link) => link.classList.toggle("chosen", link === next));
  next?.scrollIntoView({ block: "nearest" });
  palette().querySelector("input").setAttribute("aria-activedescendant", next?.id ?? "");
}

function onKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    event.preventDefault();
    (places().find((link) => link.classList.contains("chosen")) ?? places()[0])?.click();
  }
}

export function watchPalette() {
  const dialog = palette();
  if (!dialog) return;
  dialog.querySelector("input").addEventListener("keydown", onKey);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("click", (event) => event.target.closest('[data-do="palette"]') && openPalette());
}
