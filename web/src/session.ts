// Short lists in the session of the tab, kept after a yes to personalisation only and emptied after a no.
import { agreed, refused } from "./settings.js";

function stored(entry: string): string[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(entry) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

function keep(entry: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(entry);
    else sessionStorage.setItem(entry, value);
  } catch {
    // Blocked or full: then there is only this page.
  }
}

/** What is kept, the oldest first; nothing where the visitor did not agree. */
export function recall(entry: string): string[] {
  return agreed("personalisation") ? stored(entry) : [];
}

/** Keep one more, as the latest, for the pages that follow. */
export function remember(entry: string, value: string, most: number): void {
  if (agreed("personalisation")) keep(entry, JSON.stringify([...stored(entry).filter((each) => each !== value), value].slice(-most)));
  else if (refused("personalisation")) keep(entry, null);
}

/** Keep no more of it. */
export function forget(entry: string): void {
  keep(entry, null);
}
