// What was searched for in this visit: kept in the session of the tab, after a yes to personalisation only.
import * as session from "./session.js";

const ENTRY = "hanse.searches";
const MOST = 20;

/** The latest searches, the last one first. */
export function searched(most: number): string[] {
  return session.recall(ENTRY).reverse().slice(0, most);
}

export function rememberSearch(query: string): void {
  session.remember(ENTRY, query, MOST);
}

export function forgetSearches(): void {
  session.forget(ENTRY);
}
