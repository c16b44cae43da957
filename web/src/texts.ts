// What the elements say themselves, in German and English.
import type { Kind } from "./asking.js";

export type Language = "de" | "en";

export const HEADINGS: Record<Language, Record<Kind, string>> = {
  de: {
    "for-you": "Das könnte Ihnen gefallen",
    popular: "Beliebt in unserem Shop",
    "also-bought": "Wird oft zusammen gekauft",
    "also-viewed": "Andere sahen sich auch an",
    similar: "Ähnliche Produkte",
    alternatives: "Stattdessen lieferbar",
    accessories: "Passendes Zubehör",
    consumables: "Passendes Verbrauchsmaterial",
    "spare-parts": "Ersatzteile",
    successors: "Nachfolger",
    "complete-cart": "Dazu passt",
    "after-search": "Andere fanden das",
    reorder: "Wieder fällig",
    reminder: "Zuletzt angesehen",
  },
  en: {
    "for-you": "You may like this",
    popular: "Popular in our shop",
    "also-bought": "Often bought together",
    "also-viewed": "Others also looked at",
    similar: "Similar products",
    alternatives: "Available instead",
    accessories: "Accessories that fit",
    consumables: "Consumables that fit",
    "spare-parts": "Spare parts",
    successors: "Successors",
    "complete-cart": "Goes with it",
    "after-search": "Others found this",
    reorder: "Time to reorder",
    reminder: "Looked at lately",
  },
};

export const BUTTONS: Record<Language, { back: string; on: string }> = {
  de: { back: "Zurückblättern", on: "Weiterblättern" },
  en: { back: "Scroll back", on: "Scroll on" },
};

/** The language of a part of the page, as it says itself. */
export function localeOf(element: Element): string {
  let at: Element | null = element;
  while (at) {
    const found = at.closest("[lang]")?.getAttribute("lang");
    if (found) return found;
    const root = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return navigator.language || "en";
}

export function languageOf(locale: string): Language {
  return locale.toLowerCase().startsWith("de") ? "de" : "en";
}
