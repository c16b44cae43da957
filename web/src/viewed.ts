// What was looked at: the products of this page, and after a yes to personalisation those of this visit, in the session of the tab.
import { agreed, refused } from "./settings.js";

const ENTRY = "hanse.viewed";
const MOST = 20;

function stored(): string[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(ENTRY) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

function keep(value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(ENTRY);
    else sessionStorage.setItem(ENTRY, value);
  } catch {
    // Blocked or full: then there is only this page.
  }
}

/** Products looked at, the oldest first, without the one at hand. */
export function viewed(atHand: string): string[] {
  const before = agreed("personalisation") ? stored() : [];
  const here = [...document.querySelectorAll("hanse-recommendations[product-id]")].map((each) => each.getAttribute("product-id") ?? "");
  const all = [...before, ...here].filter((each) => each && each !== atHand);
  return all.filter((each, place) => all.lastIndexOf(each) === place).slice(-MOST);
}

/** Keep a product for the pages that follow, where the visitor agreed; forget all where they refused. */
export function remember(productId: string): void {
  if (agreed("personalisation")) keep(JSON.stringify([...stored().filter((each) => each !== productId), productId].slice(-MOST)));
  else if (refused("personalisation")) keep(null);
}
