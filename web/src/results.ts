// What the search shows of an answer: heading, correction, filters, products, passages; and what it says where there is nothing or no answer.
import { html, nothing, svg, type TemplateResult } from "lit";
import { chips, facetBones, facetGroups, lastOf, nameOf, type Narrowing } from "./facets.js";
import { bones, hits, type Showing } from "./hits.js";
import type { Shown } from "./own-markup.js";
import { passages } from "./passages.js";
import { CROSS } from "./search-box.js";
import { FURTHEST, type Found, type Suggested } from "./search-asking.js";
import { isNarrowed, nothingChosen, SORTS, type Sort, type Wanted } from "./search-state.js";

const MOST_BONES = 12;

export interface View extends Narrowing, Showing {
  state: string;
  found: Found | undefined;
  products: Shown[];
  popular: Suggested | undefined;
  popularProducts: Shown[];
  limit: number;
  headingLevel: number;
  isNarrow: boolean;
  hasFacets: boolean;
  moreFailed: boolean;
  addressOf: (wanted: Wanted) => URL;
  go: (wanted: Wanted) => void;
  more: () => void;
  retry: () => void;
  openFilters: () => void;
  closeFilters: () => void;
}

const FUNNEL = html`<svg width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true">
  ${svg`<path d="M4 6h16M7 12h10M10 18h4" />`}
</svg>`;

export function results(view: View): TemplateResult {
  const isBusy = view.state === "loading";
  return html`<section part="results" aria-busy=${isBusy ? "true" : "false"} aria-label=${view.texts.label}>
    ${view.state === "failed" ? failed(view) : view.state === "blank" ? blank(view) : view.state === "waiting" ? nothing : answered(view)}
  </section>`;
}

function heading(text: string, level: number): TemplateResult {
  return level === 1 ? html`<h1 part="heading" tabindex="-1">${text}</h1>` : html`<div part="heading" role="heading" aria-level=${level} tabindex="-1">${text}</div>`;
}

export function headingOf({ wanted, found, texts, names }: View): string {
  const query = found?.correction?.is_applied ? found.correction.query : wanted.query;
  const [category, ...others] = wanted.chosen["category"] ?? [];
  if (!query && category && !others.length) return lastOf(names.get(nameOf("category", category)) ?? category);
  return texts.results(query);
}

function failed({ texts, wanted, headingLevel, retry }: View): TemplateResult {
  return html`${heading(texts.results(wanted.query), headingLevel)}
    <div part="message" role="alert">
      <p>${texts.failed}</p>
      <button part="action" type="button" @click=${retry}>${texts.retry}</button>
    </div>`;
}

function blank(view: View): TemplateResult {
  return html`${heading(view.texts.blank, view.headingLevel)}${popular(view)}`;
}

function answered(view: View): TemplateResult {
  const { found, texts, wanted, headingLevel, state, locale } = view;
  const isNothing = found !== undefined && found.total === 0;
  const title = isNothing && state !== "loading" ? texts.nothing(wanted.query) : headingOf(view);
  return html`
    <header part="header">
      ${heading(title, headingLevel)}
      <p part="total">${found ? (isNothing ? nothing : texts.found(found.total.toLocaleString(locale), found.total === 1)) : texts.searching}</p>
    </header>
    ${correction(view)}
    ${isNothing && !isNarrowed(wanted) ? nothing : tools(view)}
    ${isNothing && state !== "loading" ? zero(view) : body(view)}
    ${passages(found?.passages ?? [], found?.correction?.is_applied ? found.correction.query : wanted.query, texts, headingLevel + 1)}
  `;
}

function link(view: View, wanted: Wanted, text: string, part: string): TemplateResult {
  const follow = (event: MouseEvent) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    view.go(wanted);
  };
  return html`<a part=${part} href=${view.addressOf(wanted).href} @click=${follow}>${text}</a>`;
}

function correction(view: View): TemplateResult | typeof nothing {
  const { found, wanted, texts } = view;
  if (!found?.correction) return nothing;
  const { query, is_applied } = found.correction;
  const other: Wanted = is_applied ? { ...wanted, pages: 1, asTyped: true } : { ...nothingChosen(), query };
  return html`<p part="correction">${is_applied ? link(view, other, texts.instead(wanted.query), "link") : html`${texts.meant} ${link(view, other, query, "link")}?`}</p>`;
}

// ---- Above the products

function tools(view: View): TemplateResult {
  const { texts, wanted, isNarrow, hasFacets, change, found, state } = view;
  const count = Object.values(wanted.chosen).flat().length + (wanted.from === undefined && wanted.to === undefined ? 0 : 1);
  const passageCount = found?.passages.length ?? 0;
  return html`<div part="tools">
    ${isNarrow && hasFacets
      ? html`<button part="action" type="button" aria-haspopup="dialog" @click=${view.openFilters}>${FUNNEL}<span>${texts.narrowed(count)}</span></button>`
      : nothing}
    ${found?.total === 0 && state !== "loading" ? nothing : sorting(view)}
    ${chips(view, CROSS)}
    ${passageCount ? html`<button part="to-passages" type="button" @click=${toPassages}>${texts.toPassages(passageCount)}</button>` : nothing}
  </div>`;

  function sorting({ texts }: View): TemplateResult {
    const set = (event: Event) => change({ ...wanted, sort: (event.target as HTMLSelectElement).value as Sort });
    return html`<label part="sort"
      ><span>${texts.sort}</span>
      <select part="select" @change=${set}>
        ${SORTS.map((each) => html`<option value=${each} ?selected=${each === wanted.sort} .selected=${each === wanted.sort}>${texts.sorts[each]}</option>`)}
      </select>
    </label>`;
  }
}

function toPassages(event: Event): void {
  const heading = ((event.target as Element).getRootNode() as ShadowRoot).getElementById("passages");
  heading?.focus({ preventScroll: true });
  heading?.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

function body(view: View): TemplateResult {
  const { found, products, limit, isNarrow, hasFacets } = view;
  const hasAside = hasFacets && !isNarrow;
  return html`<div part="body${hasAside ? " with-aside" : ""}">
    ${hasAside ? html`<aside part="aside" aria-label=${view.texts.narrow}>${found || view.facets.length ? facetGroups(view) : facetBones()}</aside>` : nothing}
    <div part="main">
      <ul part="list" role="list">
        ${found ? hits(products, view) : bones(Math.min(limit, MOST_BONES), view)}
      </ul>
      ${found ? paging(view, found.total) : nothing}
    </div>
  </div>`;
}

function paging({ products, texts, locale, more, moreFailed }: View, total: number): TemplateResult | typeof nothing {
  const count = products.length;
  if (count === 0) return nothing;
  const ends = count >= Math.min(total, FURTHEST);
  return html`<div part="paging">
    <p part="shown" tabindex="-1">${texts.shown(count.toLocaleString(locale), total.toLocaleString(locale))}</p>
    ${ends ? (count < total ? html`<p>${texts.furthest}</p>` : nothing) : html`<button part="more" type="button" @click=${more}>${texts.moreResults}</button>`}
    ${moreFailed ? html`<p role="alert">${texts.failedMore}</p>` : nothing}
  </div>`;
}

// ---- Where there is nothing

function zero(view: View): TemplateResult {
  const { texts, wanted, found, change } = view;
  const instead = found?.instead ?? [];
  return html`<div part="message">
      <p>${isNarrowed(wanted) ? texts.tooNarrow : texts.tips}</p>
      ${isNarrowed(wanted)
        ? html`<button part="action" type="button" @click=${() => change({ ...wanted, chosen: {}, from: undefined, to: undefined })}>${texts.clearAll}</button>`
        : nothing}
    </div>
    ${instead.length ? linked(texts.insteadHeading, instead.map((query) => link(view, { ...nothingChosen(), query }, query, "pill")), view) : nothing} ${popular(view)}`;
}

function linked(title: string, links: TemplateResult[], { headingLevel }: View): TemplateResult {
  return html`<div part="subheading" role="heading" aria-level=${headingLevel + 1}>${title}</div>
    <ul part="pills" role="list">
      ${links.map((each) => html`<li>${each}</li>`)}
    </ul>`;
}

function popular(view: View): TemplateResult | typeof nothing {
  const { popular, popularProducts, texts } = view;
  const searches = (popular?.searches ?? []).map(({ query }) => link(view, { ...nothingChosen(), query }, query, "pill"));
  const categories = (popular?.categories ?? []).map(({ value, title }) => link(view, { ...nothingChosen(), chosen: { category: [value] } }, title, "pill"));
  return html`${searches.length ? linked(texts.popular, searches, view) : nothing}${categories.length ? linked(texts.categories, categories, view) : nothing}
  ${popularProducts.length
    ? html`<div part="subheading" role="heading" aria-level=${view.headingLevel + 1}>${texts.products}</div>
        <ul part="list popular" role="list">
          ${hits(popularProducts, { ...view, isOwn: false })}
        </ul>`
    : nothing}`;
}

// ---- On a phone

export function sheet(view: View): TemplateResult {
  const { texts, found, locale, state, closeFilters } = view;
  const total = found?.total ?? 0;
  const outside = (event: MouseEvent) => event.target === event.currentTarget && closeFilters();
  return html`<dialog part="sheet" aria-labelledby="sheet" @click=${outside}>
    <div part="sheet-header">
      <div id="sheet" part="subheading" role="heading" aria-level="2">${texts.narrow}</div>
      <button part="close" type="button" aria-label=${texts.close} @click=${closeFilters}>${CROSS}</button>
    </div>
    <div part="sheet-body">${chips(view, CROSS)}${facetGroups(view)}</div>
    <div part="sheet-footer">
      <button part="show" type="button" @click=${closeFilters}>${state === "loading" ? texts.searching : texts.show(total.toLocaleString(locale), total === 1)}</button>
    </div>
  </dialog>`;
}
