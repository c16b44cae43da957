// What was looked at: the products of this page, and after a yes to personalisation those of this visit, in the session of the tab.
import * as session from "./session.js";

const ENTRY = "hanse.viewed";
const MOST = 20;

/** Products looked at, the oldest first, without the one at hand. */
export function viewed(atHand: string): string[] {
  const here = [...document.querySelectorAll("hanse-recommendations[product-id]")].map((each) => each.getAttribute("product-id") ?? "");
  const all = [...session.recall(ENTRY), ...here].filter((each) => each && each !== atHand);
  return all.filter((each, place) => all.lastIndexOf(each) === place).slice(-MOST);
}

/** Keep a product for the pages that follow, where the visitor agreed; forget all where they refused. */
export function remember(productId: string): void {
  session.remember(ENTRY, productId, MOST);
}
