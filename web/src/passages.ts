// Passages of manuals and other documents that speak of what was searched for.
import { html, nothing, type TemplateResult } from "lit";
import { linkable } from "./addresses.js";
import type { Passage } from "./search-asking.js";
import type { Texts } from "./search-texts.js";
import { distinguished } from "./suggestions.js";

const SHORTEST = 3; // letters of a word that is set apart in a passage

/** The address of the document, at the page where the passage stands: readers of PDF files understand it. */
function addressOf({ url, page }: Passage): string | undefined {
  const address = linkable(url);
  return address && page !== null && !address.includes("#") ? `${address}#page=${page}` : address;
}

export function passages(found: Passage[], query: string, texts: Texts, level: number): TemplateResult | typeof nothing {
  if (!found.length) return nothing;
  return html`<section part="passages" aria-labelledby="passages">
    <div id="passages" part="subheading" role="heading" aria-level=${level} tabindex="-1">${texts.passages}</div>
    <ul part="passage-list" role="list">
      ${found.map((each) => passage(each, query, texts))}
    </ul>
  </section>`;
}

function passage(each: Passage, query: string, texts: Texts): TemplateResult {
  const address = addressOf(each);
  const place = [texts.kinds[each.kind], each.page === null ? "" : texts.page(each.page)].filter(Boolean).join(" · ");
  return html`<li part="passage">
    ${address ? html`<a part="passage-title" href=${address}>${each.title}</a>` : html`<span part="passage-title">${each.title}</span>`}
    ${place ? html`<span part="passage-place">${place}</span>` : nothing}
    <p part="passage-text">${distinguished(each.text, query, SHORTEST)}</p>
  </li>`;
}
