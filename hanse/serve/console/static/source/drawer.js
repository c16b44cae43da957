// The drawer beside a list: a click anywhere in a row opens what the row's link names, Escape closes it, focus goes along.
let opener = null;

const drawer = () => document.getElementById("drawer");

function isDrawer(event) {
  return event.detail.ctx?.target?.id === "drawer";
}

function openRow(event) {
  const row = event.target.closest("tr.opens");
  if (!row || event.target.closest("a, button, input, label, select, summary") || String(getSelection())) return;
  row.querySelector("a.opener")?.click();
}

function show(event) {
  if (!isDrawer(event)) return;
  const place = drawer();
  place.hidden = false;
  place.scrollTop = 0;
  opener = event.detail.ctx.sourceElement?.closest("tr") ? event.detail.ctx.sourceElement : opener;
  document.querySelectorAll("tr.opens.current").forEach((row) => row.classList.remove("current"));
  opener?.closest("tr")?.classList.add("current");
  place.querySelector("h2")?.focus();
}

export function closeDrawer() {
  const place = drawer();
  if (!place || place.hidden) return false;
  const link = place.querySelector("a[data-close]");
  place.hidden = true;
  if (link) history.pushState({}, "", link.href);
  document.querySelectorAll("tr.opens.current").forEach((row) => row.classList.remove("current"));
  (opener?.isConnected ? opener : document.querySelector("main h1"))?.focus();
  return true;
}

export function watchDrawer() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-close]");
    if (link && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      closeDrawer();
      return;
    }
    openRow(event);
  });
  document.addEventListener("htmx:after:swap", show);
}
