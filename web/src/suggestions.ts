// What is suggested while somebody types: searches, categories and products, as the options of one listbox in groups.
import { html, nothing, type TemplateResult } from "lit";
import { picture, shownOf, type Pricing } from "./cards.js";
import { BELOW, nothingChosen, type Wanted } from "./search-state.js";
import type { Suggested } from "./search-asking.js";
import type { Texts } from "./search-texts.js";
import type { Item } from "./settings.js";

export type Group = "recent" | "searches" | "categories" | "products";

export interface Option {
  group: Group;
  text: string;
  /** What to search for; a product has an address instead. */
  wanted?: Wanted;
  /** The category that a category is in. */
  within?: string;
  count?: number;
  item?: Item;
}

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** The text with what was typed, at the beginning of words, set apart. */
export function distinguished(text: string, typed: string, least = 1): (string | TemplateResult)[] {
  const beginnings = typed.split(/\s+/).filter((each) => each.length >= least);
  return (text.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu) ?? []).map((word) => {
    const length = Math.max(0, ...beginnings.filter((each) => plain(word).startsWith(plain(each))).map((each) => each.length));
    return length ? html`<span part="typed">${word.slice(0, length)}</span>${word.slice(length)}` : word;
  });
}

/** The category above; nothing where the path is written in another language. */
function within(path: string, title: string): string {
  const parts = path.split(BELOW);
  return parts.pop()?.toLowerCase() === title.toLowerCase() ? (parts.at(-1) ?? "") : "";
}

export function optionsOf(suggested: Suggested | undefined, recent: string[]): Option[] {
  const isRecent = new Set(recent);
  const { searches = [], categories = [], products = [] } = suggested ?? {};
  const search = (query: string, group: Group): Option => ({ group, text: query, wanted: { ...nothingChosen(), query } });
  return [
    ...recent.map((query) => search(query, "recent")),
    ...searches.filter(({ query }) => !isRecent.has(query)).map(({ query }) => search(query, "searches")),
    ...categories.map(({ value, title, count }): Option => ({ group: "categories", text: title, within: within(value, title), count, wanted: { ...nothingChosen(), chosen: { category: [value] } } })),
    ...products.map((each): Option => ({ group: "products", text: each.title, item: { reason: "", ...each } })),
  ];
}

export interface Listed {
  options: Option[];
  active: number;
  typed: string;
  texts: Texts;
  pricing: Pricing;
  choose: (option: Option, event: MouseEvent) => void;
}

const GROUPS: Group[] = ["recent", "searches", "categories", "products"];
export const optionId = (at: number): string => `option-${at}`;

export function listbox(listed: Listed, isOpen: boolean): TemplateResult {
  const groups = isOpen ? GROUPS.filter((group) => listed.options.some((each) => each.group === group)) : [];
  return html`<div id="listbox" part="listbox" role="listbox" aria-label=${listed.texts.suggestions}>${groups.map((group) => grouped(group, listed))}</div>`;
}

function grouped(group: Group, listed: Listed): TemplateResult {
  const { texts, typed, options } = listed;
  const label = group === "searches" && !typed ? texts.popular : texts[group];
  return html`<div part="group ${group}" role="group" aria-labelledby="group-${group}">
    <div id="group-${group}" part="group-label" role="presentation">${label}</div>
    ${options.map((each, at) => (each.group === group ? option(each, at, listed) : nothing))}
  </div>`;
}

function option(each: Option, at: number, { active, typed, pricing, choose }: Listed): TemplateResult {
  const isActive = at === active;
  return html`<div
    id=${optionId(at)}
    part="option${isActive ? " active" : ""}"
    role="option"
    aria-selected=${isActive ? "true" : "false"}
    @click=${(event: MouseEvent) => choose(each, event)}
    @auxclick=${(event: MouseEvent) => event.button === 1 && choose(each, event)}
  >
    ${each.item ? product(each.item, typed, pricing) : html`<span>${distinguished(each.text, typed)}${each.within ? html` <span part="within">${each.within}</span>` : nothing}</span>`}${each.count === undefined ? nothing : html` <span part="count">${each.count.toLocaleString(pricing.locale)}</span>`}
  </div>`;
}

function product(item: Item, typed: string, pricing: Pricing): TemplateResult {
  const { image, price } = shownOf(item, pricing);
  return html`<span part="thumbnail">${picture(image)}</span><span>${distinguished(item.title, typed)}</span>${price ? html`<span part="option-price">${price}</span>` : nothing}`;
}
