// The products that were found, as cards; and what stands in their place until they are there.
import { html, nothing, type TemplateResult } from "lit";
import { bone, picture } from "./cards.js";
import type { Shown } from "./own-markup.js";
import type { Hit } from "./search-asking.js";
import type { Texts } from "./search-texts.js";

export interface Showing {
  texts: Texts;
  priceNote: string;
  noPrice: boolean;
  withReason: boolean;
  withVariants: boolean;
  isOwn: boolean;
}

export function hits(products: Shown[], showing: Showing): TemplateResult[] {
  return products.map((each, at) => html`<li>${showing.isOwn ? html`<slot name="card-${at}"></slot>` : card(each, showing)}</li>`);
}

function card(shown: Shown, { texts, priceNote, noPrice, withReason, withVariants }: Showing): TemplateResult {
  const { url, price, image } = shown;
  const item = shown.item as Hit;
  const inside = html`
    <span part="picture">${picture(image)}</span>
    <span part="brand">${item.brand}</span>
    <span part="title">${item.title}</span>
    ${noPrice ? nothing : html`<span part="price">${price}${price && priceNote ? html` <span part="note">${priceNote}</span>` : nothing}</span>`}
    <span part="stock">${item.in_stock === null ? nothing : html`<span part=${item.in_stock ? "in-stock" : "out-of-stock"}>${item.in_stock ? texts.inStock : texts.outOfStock}</span>`}</span>
    ${!withVariants && item.variants > 1 ? html`<span part="variants">${texts.variants(item.variants)}</span>` : nothing}
    ${withReason ? html`<span part="reason">${item.reason}</span>` : nothing}
  `;
  return url ? html`<a part="card" href=${url}>${inside}</a>` : html`<div part="card">${inside}</div>`;
}

export function bones(count: number, { noPrice, withReason }: Showing): TemplateResult[] {
  const card = html`<li aria-hidden="true">
    <div part="card">${bone("picture")}${bone("brand")}${bone("title")}${noPrice ? nothing : bone("price")}${bone("stock")}${withReason ? bone("reason") : nothing}</div>
  </li>`;
  return Array.from({ length: count }, () => card);
}
