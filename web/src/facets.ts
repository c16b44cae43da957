// What results can be narrowed down by: groups of checkboxes, prices from and to, and what is chosen as chips that can be taken away.
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import { bone, digitsOf, money } from "./cards.js";
import type { Facet, FacetValue } from "./search-asking.js";
import { BELOW, isBelow, isNarrowed, toggled, type Wanted } from "./search-state.js";
import type { Texts } from "./search-texts.js";

const FEW = 6;

export interface Narrowing {
  wanted: Wanted;
  facets: Facet[];
  /** Names of facets and values that were ever answered, also of those that no product has any more. */
  names: Map<string, string>;
  /** The facets whose long lists are unfolded. */
  unfolded: Set<string>;
  texts: Texts;
  locale: string;
  currency: string;
  noPrice: boolean;
  change: (wanted: Wanted) => void;
  unfold: (facet: string) => void;
}

/** What the address and the answer call a facet, or a value of one. */
export const nameOf = (facet: string, value = ""): string => JSON.stringify([facet, value]);

export function namesIn(facets: Facet[]): [string, string][] {
  return facets.flatMap(({ name, title, values }) => [[nameOf(name), title] as [string, string], ...values.map((each) => [nameOf(name, each.value), each.title] as [string, string])]);
}

export function facetGroups(narrowing: Narrowing): TemplateResult {
  const { facets, noPrice } = narrowing;
  return html`<div part="facets">${repeat(facets, (each) => each.name, (each) => group(each, narrowing))}${noPrice ? nothing : prices(narrowing)}</div>`;
}

function group(facet: Facet, narrowing: Narrowing): TemplateResult {
  const { unfolded, unfold, texts, wanted } = narrowing;
  const isUnfolded = unfolded.has(facet.name);
  const isChosen = (each: FacetValue) => wanted.chosen[facet.name]?.includes(each.value) ?? false;
  const all = facet.kind === "category" ? branches(facet.values, wanted.chosen[facet.name] ?? []) : facet.values;
  const shown = all.filter((each, at) => at < FEW || isUnfolded || isChosen(each));
  const rest = all.length - shown.length;
  return html`<fieldset part="facet">
    <legend part="facet-title">${facet.title}</legend>
    ${repeat(shown, (each) => each.value, (each) => value(facet, each, isChosen(each), narrowing))}
    ${rest > 0 || (isUnfolded && all.length > FEW)
      ? html`<button part="unfold" type="button" aria-expanded=${isUnfolded ? "true" : "false"} @click=${() => unfold(facet.name)}>
          ${isUnfolded ? texts.fewer : texts.more(rest)}<span class="hidden"> – ${facet.title}</span>
        </button>`
      : nothing}
  </fieldset>`;
}

export const lastOf = (path: string): string => path.split(BELOW).at(-1) ?? path;
const above = (path: string): string => path.split(BELOW).slice(0, -1).join(BELOW);

/** What stands there until it is known what there is to choose from. */
export function facetBones(): TemplateResult[] {
  return [1, 2, 3].map(() => html`<div part="facet" aria-hidden="true">${[1, 2, 3, 4].map(() => bone("value"))}</div>`);
}

/** The categories as a tree, each below its own: the uppermost ones that differ, and those below what is chosen. */
function branches(values: FacetValue[], chosen: string[]): FacetValue[] {
  const known = new Set(values.map((each) => each.value));
  const isOpen = (each: FacetValue, beside: number) => beside === 1 || chosen.some((one) => isBelow(one, each.value));
  const grown = (some: FacetValue[]): FacetValue[] =>
    some.flatMap((each) => [each, ...(isOpen(each, some.length) ? grown(values.filter((one) => above(one.value) === each.value)) : [])]);
  return grown(values.filter((each) => !known.has(above(each.value))));
}

function value(facet: Facet, each: FacetValue, isChosen: boolean, { wanted, change, locale }: Narrowing): TemplateResult {
  const isPath = facet.kind === "category";
  const depth = isPath ? Math.min(each.value.split(BELOW).length, 4) : 1;
  return html`<label part="value" class="depth-${depth}">
    <input part="checkbox" type="checkbox" .checked=${live(isChosen)} @change=${() => change(toggled(wanted, facet.name, each.value))} />
    <span>${isPath ? lastOf(each.title) : each.title}</span> <span part="count">${each.count.toLocaleString(locale)}</span>
  </label>`;
}

/** An amount as people write it: 12,50 or 1.234,50 or 1,234.50. */
export function amountIn(text: string): number | undefined {
  const found = /^(.*?)(?:[.,](\d{1,2}))?$/.exec(text.replace(/[^\d.,]/g, ""));
  const whole = (found?.[1] ?? "").replace(/\D/g, "");
  const amount = Number(`${whole || 0}.${found?.[2] ?? 0}`);
  return found && (whole || found[2]) && Number.isSafeInteger(Math.trunc(amount * 1_000)) ? amount : undefined;
}

function written(amount: number, locale: string): string {
  return amount.toLocaleString(locale, { useGrouping: false, minimumFractionDigits: Number.isInteger(amount) ? 0 : 2 });
}

function prices({ wanted, texts, locale, currency, change }: Narrowing): TemplateResult {
  const set = (event: Event) => {
    event.preventDefault();
    const inputs = [...(event.currentTarget as Element).querySelectorAll("input")];
    const [from, to] = inputs.map((each) => amountIn(each.value));
    inputs.filter((each) => amountIn(each.value) === undefined).forEach((each) => (each.value = ""));
    const isTurned = from !== undefined && to !== undefined && from > to;
    const next = { ...wanted, from: isTurned ? to : from, to: isTurned ? from : to };
    if (next.from !== wanted.from || next.to !== wanted.to) change(next);
  };
  const field = (label: string, text: string, amount: number | undefined) => html`<label part="price-field">
    <span class="hidden">${label}</span><span aria-hidden="true">${text}</span>
    <input part="price-input" type="text" inputmode="decimal" autocomplete="off" maxlength="12" .value=${amount === undefined ? "" : written(amount, locale)} />
  </label>`;
  const sign = new Intl.NumberFormat(locale, { style: "currency", currency }).formatToParts(0).find((each) => each.type === "currency")?.value;
  return html`<form part="facet" novalidate @submit=${set} @change=${set}>
    <fieldset part="prices">
      <legend part="facet-title">${texts.price} <span part="count">${sign}</span></legend>
      ${field(texts.priceFrom, texts.from, wanted.from)} ${field(texts.priceTo, texts.to, wanted.to)}
      <button class="hidden" type="submit" tabindex="-1">${texts.apply}</button>
    </fieldset>
  </form>`;
}

// ---- What is chosen

export interface Chip {
  text: string;
  without: Wanted;
}

export function chipsOf({ wanted, names, texts, locale, currency }: Narrowing): Chip[] {
  const short = (amount: number) => money(amount, currency, locale, Number.isInteger(amount) ? 0 : digitsOf(currency));
  const chips = Object.entries(wanted.chosen).flatMap(([facet, values]) =>
    values.map((each) => {
      const title = names.get(nameOf(facet));
      const text = lastOf(names.get(nameOf(facet, each)) ?? each);
      return { text: title ? `${title}: ${text}` : text, without: toggled(wanted, facet, each) };
    }),
  );
  const limits = [wanted.from === undefined ? "" : `${texts.from} ${short(wanted.from)}`, wanted.to === undefined ? "" : `${texts.to} ${short(wanted.to)}`];
  const text = limits.filter(Boolean).join(" ");
  return text ? [...chips, { text: `${texts.price}: ${text}`, without: { ...wanted, from: undefined, to: undefined } }] : chips;
}

export function chips(narrowing: Narrowing, cross: TemplateResult): TemplateResult | typeof nothing {
  const { wanted, texts, change } = narrowing;
  if (!isNarrowed(wanted)) return nothing;
  return html`<ul part="chips" role="list" aria-label=${texts.chosen}>
    ${chipsOf(narrowing).map(
      (each) => html`<li><button part="chip" type="button" aria-label=${texts.remove(each.text)} @click=${() => change(each.without)}><span>${each.text}</span>${cross}</button></li>`,
    )}
    <li><button part="clear-all" type="button" @click=${() => change({ ...wanted, chosen: {}, from: undefined, to: undefined })}>${texts.clearAll}</button></li>
  </ul>`;
}
