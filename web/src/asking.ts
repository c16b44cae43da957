// The question to Hanse: which operation a kind is answered by, and what is told.
import { callForVisitor } from "./calling.js";
import type { Item } from "./settings.js";
import { viewed } from "./viewed.js";

export const KINDS = {
  "for-you": "for-you",
  popular: "popular",
  "also-bought": "also-bought",
  "also-viewed": "also-viewed",
  similar: "similar",
  alternatives: "alternatives",
  accessories: "belonging",
  consumables: "belonging",
  "spare-parts": "belonging",
  successors: "belonging",
  "complete-cart": "complete-cart",
  "after-search": "after-search",
  reorder: "due-again",
  reminder: "forgotten",
} as const;
export type Kind = keyof typeof KINDS;

/** What stands at a place unless the page says otherwise. */
export const USUAL: Record<string, Kind> = {
  home: "for-you",
  product: "also-bought",
  cart: "complete-cart",
  category: "popular",
  search: "after-search",
  reorder: "reorder",
  reminder: "reminder",
};
/** Names of kinds in the words of the operations. */
const SAME: Record<string, Kind> = { belonging: "accessories", "due-again": "reorder", forgotten: "reminder" };
const BELONGS: Partial<Record<Kind, string>> = {
  accessories: "accessory",
  consumables: "consumable",
  "spare-parts": "spare_part",
  successors: "successor",
};
/** What rules call a place; where a product is out of stock, the operation says so itself. */
const RULES: Record<string, string> = { product: "product_page", category: "category_page", search: "search_page" };
const PATIENCE_MS = 5_000;

export interface Question {
  placement: string;
  kind: Kind;
  productId: string;
  cart: string[];
  viewed: string[];
  category: string;
  query: string;
  segments: string[];
  limit: number;
  language: string;
}

export interface Answer {
  decision_id: string;
  items: Item[];
}

export function kindOf(placement: string, kind: string): Kind | undefined {
  const wanted = SAME[kind] ?? kind;
  return wanted in KINDS ? (wanted as Kind) : kind ? undefined : USUAL[placement];
}

/** Whether there is enough to ask with: a product page without its product has nothing to show. */
export function isComplete(question: Question): boolean {
  const operation = KINDS[question.kind];
  if (["also-bought", "also-viewed", "similar", "alternatives", "belonging"].includes(operation)) return question.productId !== "";
  if (operation === "after-search") return question.query !== "";
  return operation !== "complete-cart" || question.cart.length > 0;
}

function told(question: Question): Record<string, unknown> {
  const operation = KINDS[question.kind];
  const looked = question.viewed.length ? question.viewed : viewed(question.productId);
  switch (operation) {
    case "for-you":
    case "forgotten":
      return { viewed: looked, cart: question.cart };
    case "complete-cart":
      return { cart: question.cart };
    case "popular":
      return question.category ? { category: question.category } : {};
    case "after-search":
      return { query: question.query };
    case "due-again":
      return {};
    case "also-viewed":
      return { product_id: question.productId, viewed: looked };
    case "belonging":
      return { product_id: question.productId, kind: BELONGS[question.kind] };
    default:
      return { product_id: question.productId };
  }
}

export async function ask(question: Question, signal: AbortSignal): Promise<Answer> {
  const { placement, segments, limit, language } = question;
  const named = question.kind === "alternatives" ? {} : { placement: RULES[placement] ?? placement };
  const body = { ...named, ...told(question), segments, limit, language, channel: "web", details: true };
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  return (await callForVisitor(`recommend/${KINDS[question.kind]}`, body, patience)) as Answer;
}

export interface Arranged {
  decision_id: string;
  blocks: string[];
}

export async function arrange(page: string, blocks: string[], visit: string, signal: AbortSignal): Promise<Arranged> {
  return (await callForVisitor("recommend/arrange", { page, blocks, visit }, signal)) as Arranged;
}
