// What cards of products have in common, whether they are recommended or found.
import { html, type TemplateResult } from "lit";
import { linkable, picturable } from "./addresses.js";
import type { Shown } from "./own-markup.js";
import { settings, type Item, type Price } from "./settings.js";

export interface Pricing {
  locale: string;
  /** Percent that is added to net prices. */
  tax: number;
  noPrice: boolean;
}

export function digitsOf(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** An amount in major units, as the locale writes it. */
export function money(amount: number, currency: string, locale: string, digits = digitsOf(currency)): string {
  return new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount);
}

function listed(price: Price, { locale, tax }: Pricing): string {
  return money(Math.round(price.amount_minor * (1 + tax / 100)) / 10 ** digitsOf(price.currency), price.currency, locale);
}

function priceOf(item: Item, pricing: Pricing): string {
  const own = settings().price;
  if (pricing.noPrice) return "";
  if (own) return own(item, pricing.locale) ?? "";
  if (!item.price) return "";
  const amount = listed(item.price, pricing);
  return item.price_is_from ? `${pricing.locale.startsWith("de") ? "ab" : "from"} ${amount}` : amount;
}

export function urlOf(item: Item): string | undefined {
  const wanted = settings().productUrl;
  if (typeof wanted === "function") return linkable(wanted(item));
  return linkable(wanted ? wanted.replaceAll("{id}", encodeURIComponent(item.product_id)) : item.url);
}

export function shownOf(item: Item, pricing: Pricing): Shown {
  return { item, url: urlOf(item), image: picturable(item.image_url), price: priceOf(item, pricing) };
}

export function picture(image: string | undefined): TemplateResult {
  const hide = (event: Event) => ((event.target as HTMLElement).style.visibility = "hidden");
  if (image) return html`<img src=${image} alt="" loading="lazy" decoding="async" @error=${hide} />`;
  return html`<svg width="40" height="40" viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
    <path d="M21 8v8l-9 5-9-5V8l9-5 9 5Zm-18 0 9 5 9-5m-9 5v8" />
  </svg>`;
}

/** A place where something will be. */
export const bone = (part: string): TemplateResult => html`<span part=${part} class="bone"></span>`;
