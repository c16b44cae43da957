// The questions of the search to Hanse, and what it answers.
import { call, callForVisitor } from "./calling.js";
import { digitsOf } from "./cards.js";
import type { Wanted } from "./search-state.js";
import type { Item, Price } from "./settings.js";

export interface Hit extends Item {
  category: string;
  brand: string | null;
  in_stock: boolean | null;
  variants: number;
}

export interface FacetValue {
  value: string;
  title: string;
  count: number;
  chosen: boolean;
}

export interface Facet {
  name: string;
  kind: "category" | "brand" | "stock" | "attribute";
  title: string;
  values: FacetValue[];
}

export interface Passage {
  document_id: string;
  title: string;
  kind: string;
  page: number | null;
  text: string;
  url: string | null;
}

export interface Found {
  decision_id: string;
  items: Hit[];
  total: number;
  facets: Facet[];
  passages: Passage[];
  correction: { query: string; is_applied: boolean } | null;
  instead: string[];
  redirect_url?: string | null;
}

export interface Suggested {
  searches: { query: string }[];
  categories: { value: string; title: string; count: number }[];
  products: { product_id: string; title: string; image_url: string | null; url: string | null; price: Price | null }[];
}

export interface Extent {
  offset: number;
  limit: number;
  passages: number;
  collapse: boolean;
  tax: number;
  currency: string;
}

export const FURTHEST = 1_000; // what may be skipped
export const LARGEST = 100; // what may be asked for at once
const PATIENCE_MS = 10_000; // of suggestions, too: who types on has given up the question anyway

/** The net prices, in minor units, of all that is shown from or up to a price. */
function net(wanted: Wanted, { tax, currency }: Extent): { from_minor?: number; to_minor?: number } {
  const factor = 1 + tax / 100;
  const minor = (amount: number) => Math.round(amount * 10 ** digitsOf(currency));
  const told: { from_minor?: number; to_minor?: number } = {};
  if (wanted.from !== undefined) told.from_minor = Math.max(Math.ceil((minor(wanted.from) - 0.5) / factor), 0);
  if (wanted.to !== undefined) told.to_minor = Math.floor((minor(wanted.to) + 0.4999) / factor);
  return told;
}

export async function search(wanted: Wanted, extent: Extent, language: string, signal: AbortSignal): Promise<Found> {
  const { offset, limit } = extent;
  const body = {
    query: wanted.query,
    chosen: Object.entries(wanted.chosen).map(([facet, values]) => ({ facet, values })),
    ...net(wanted, extent),
    sort: wanted.sort,
    collapse: extent.collapse,
    offset,
    limit,
    facets: offset === 0,
    passages: offset === 0 ? extent.passages : 0,
    as_typed: wanted.asTyped,
    language,
  };
  return (await callForVisitor("search/products", body, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]))) as Found;
}

export async function suggest(query: string, limit: number, language: string, signal: AbortSignal): Promise<Suggested> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  return (await call("search/suggest", { query, limit, language }, patience)) as Suggested;
}
