// <hanse-search>: a box with suggestions, and what was found. What is searched for stands in the address of the page.
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { linkable } from "./addresses.js";
import { shownOf, urlOf, type Pricing } from "./cards.js";
import { track } from "./events.js";
import { namesIn } from "./facets.js";
import { place, type Shown } from "./own-markup.js";
import { headingOf, results, sheet, type View } from "./results.js";
import { found } from "./results-styles.js";
import { FURTHEST, LARGEST, search, suggest, type Facet, type Found, type Hit, type Suggested } from "./search-asking.js";
import { box } from "./search-box-styles.js";
import { Box, type Host } from "./search-box.js";
import { isAsked, nothingChosen, read, spelled, tidy, write, type Wanted } from "./search-state.js";
import { TEXTS, type Texts } from "./search-texts.js";
import { settings, type Item } from "./settings.js";
import { cards } from "./styles.js";
import { languageOf, localeOf, type Language } from "./texts.js";
import { whenSeen, within } from "./visibility.js";

const NARROW = 720; // px; below it filters are in a sheet
const MOST_ON_A_PAGE = 100;
const POPULAR = 8;

/** All on this page, so that a box in the header hands over to the results below it. */
const here = new Set<Search>();

export class Search extends LitElement implements Host {
  static override styles = [cards, box, found];
  static override properties = {
    mode: {},
    resultsUrl: { attribute: "results-url" },
    parameter: {},
    query: {},
    placeholder: {},
    suggestions: { type: Number },
    limit: { type: Number },
    passages: { type: Number },
    headingLevel: { attribute: "heading-level", type: Number },
    tax: { type: Number },
    priceNote: { attribute: "price-note" },
    currency: {},
    allProducts: { attribute: "all-products", type: Boolean },
    noPrice: { attribute: "no-price", type: Boolean },
    noFacets: { attribute: "no-facets", type: Boolean },
    noAddress: { attribute: "no-address", type: Boolean },
    withReason: { attribute: "with-reason", type: Boolean },
    withVariants: { attribute: "with-variants", type: Boolean },
    state: { reflect: true },
    said: { state: true },
    isNarrow: { state: true },
  };

  declare mode: "" | "box" | "results";
  declare resultsUrl: string;
  declare parameter: string;
  declare query: string;
  declare placeholder: string | null;
  declare suggestions: number;
  declare limit: number;
  declare passages: number;
  declare headingLevel: number;
  declare tax: number;
  declare priceNote: string;
  declare currency: string;
  declare allProducts: boolean;
  declare noPrice: boolean;
  declare noFacets: boolean;
  declare noAddress: boolean;
  declare withReason: boolean;
  declare withVariants: boolean;
  declare state: "waiting" | "blank" | "loading" | "shown" | "nothing" | "failed";
  declare protected said: string;
  declare protected isNarrow: boolean;

  #box = new Box(this);
  #wanted = nothingChosen();
  #found: Found | undefined;
  #items: Hit[] = [];
  #decisions: string[] = []; // by which answer each of the items came
  #facets: Facet[] = [];
  #names = new Map<string, string>();
  #unfolded = new Set<string>();
  #popular: Suggested | undefined;
  #asked: AbortController | undefined;
  #moreFailed = false;
  #returned = false; // only the first answer can be one that somebody came back to
  #told = ""; // the search that was told last
  #seen = new Set<string>();
  #clicked = new Set<string>();
  #endWatch: (() => void) | undefined;
  #sizes = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    this.mode = "";
    this.resultsUrl = this.query = this.priceNote = this.said = "";
    this.parameter = "q";
    this.currency = "EUR";
    this.placeholder = null;
    this.suggestions = 6;
    this.limit = 24;
    this.passages = 3;
    this.headingLevel = 2;
    this.tax = 0;
    this.allProducts = this.noPrice = this.noFacets = this.noAddress = this.withReason = this.withVariants = this.isNarrow = false;
    this.state = "waiting";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    here.add(this);
    addEventListener("popstate", this.#gone);
    addEventListener("pagehide", this.#leaves);
    this.#measure();
    this.#sizes.observe(this);
    const wanted = this.#isResults || this.#isAtResults ? this.#read() : nothingChosen();
    this.#box.set(wanted.query);
    if (this.#isResults) void this.#take(wanted);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    here.delete(this);
    removeEventListener("popstate", this.#gone);
    removeEventListener("pagehide", this.#leaves);
    this.#sizes.disconnect();
    this.#endWatch?.();
    this.#asked?.abort();
  }

  /** Asks anew, such as after the visitor has decided about consent. */
  async refresh(): Promise<void> {
    if (this.#isResults) await this.#ask();
  }

  // ---- What the box asks for

  get texts(): Texts {
    return TEXTS[this.language];
  }

  get language(): Language {
    return languageOf(localeOf(this));
  }

  get pricing(): Pricing {
    return { locale: localeOf(this), tax: this.tax, noPrice: this.noPrice };
  }

  announce(text: string): void {
    this.said = text;
  }

  addressOf(wanted: Wanted): URL {
    const isHere = this.#isResults || [...here].some((each) => each.#isResults);
    const page = isHere ? location.href : (linkable(this.resultsUrl) ?? "/search");
    return write(wanted, new URL(page, location.href), this.parameter);
  }

  /** Searches: here, in the results that are on the page, or on the page that has them. */
  go(wanted: Wanted): void {
    const url = this.addressOf(wanted).href;
    if (!this.#tell("hanse:search", { query: wanted.query, chosen: wanted.chosen, url })) return;
    const shown = this.#isResults ? this : [...here].find((each) => each.#isResults);
    if (!shown) return location.assign(url);
    shown.#change(wanted);
    if (shown.getBoundingClientRect().top < 0) shown.scrollIntoView();
  }

  // ---- What is wanted, and the address

  get #isResults(): boolean {
    return this.mode !== "box";
  }

  get #isAtResults(): boolean {
    return new URL(linkable(this.resultsUrl) ?? "/search", location.href).pathname === location.pathname;
  }

  /** What the address asks for, else the page. */
  #read(): Wanted {
    const wanted = read(new URL(location.href), this.parameter);
    return isAsked(wanted) ? wanted : { ...wanted, query: tidy(this.query) };
  }

  #change(wanted: Wanted): void {
    const next = { ...wanted, pages: 1 };
    const address = this.addressOf(next).href;
    if (!this.noAddress && address !== location.href) history.pushState(null, "", address);
    void this.#take(next);
  }

  async #take(wanted: Wanted): Promise<void> {
    if (wanted.query !== this.#wanted.query) this.#unfolded.clear();
    this.#wanted = wanted;
    here.forEach((each) => each.#box.set(wanted.query));
    await this.#ask();
  }

  /** Back and forth in the history of the page. */
  #gone = (): void => {
    if (this.noAddress) return;
    const wanted = this.#read();
    if (this.#isResults && JSON.stringify(wanted) !== JSON.stringify(this.#wanted)) void this.#take(wanted);
  };

  /** Whoever comes back finds the place where they were. */
  #leaves = (): void => {
    if (this.state === "shown" && this.#isResults && !this.noAddress) history.replaceState({ ...history.state, hanseScroll: scrollY }, "");
  };

  #return(): void {
    const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    const place = (history.state as { hanseScroll?: number } | null)?.hanseScroll ?? 0;
    if (this.#returned) return;
    this.#returned = true;
    if (navigation?.type === "back_forward" && scrollY < place) void this.updateComplete.then(() => scrollTo(0, place));
  }

  // ---- Asking

  async #ask(isMore = false): Promise<void> {
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    const wanted = this.#wanted;
    const focused = this.shadowRoot?.activeElement; // it may be gone with what is asked anew
    this.#moreFailed = false;
    if (!isAsked(wanted) && !this.allProducts) return this.#blank(asked.signal);
    if (!this.#items.length && !isMore) this.#found = undefined;
    if (!isMore) this.state = "loading";
    this.requestUpdate();
    let found: Found | undefined;
    try {
      if (!settings().key) throw new Error("no key");
      found = await search(wanted, this.#extent(isMore), this.language, asked.signal);
    } catch {
      // Hanse is away or late: there is something to try again with.
    }
    if (asked.signal.aborted) return;
    if (found) isMore ? this.#add(found) : this.#show(found);
    else this.#fail(isMore);
    void this.updateComplete.then(() => this.#refocus(focused, isMore ? "[part=shown]" : "[part=heading]"));
  }

  #extent(isMore: boolean) {
    const { tax, passages, currency } = this;
    const size = Math.min(Math.max(Math.trunc(this.limit) || 24, 1), MOST_ON_A_PAGE);
    const offset = isMore ? this.#items.length : 0;
    const limit = isMore ? Math.min(size, FURTHEST - offset) : Math.min(size * this.#wanted.pages, LARGEST);
    return { offset, limit, tax, currency, collapse: !this.withVariants, passages: Math.min(Math.max(Math.trunc(passages) || 0, 0), 10) };
  }

  #show(found: Found): void {
    this.#tellSearch(found);
    if (this.#sends(found)) return;
    this.#wanted = spelled(this.#wanted, found.facets);
    this.#found = found;
    this.#items = [];
    this.#decisions = [];
    this.#clicked.clear();
    this.#seen.clear();
    this.#facets = found.facets;
    namesIn(found.facets).forEach(([name, title]) => this.#names.set(name, title));
    this.#keep(found);
    this.state = found.total ? "shown" : "nothing";
    this.#return();
    this.announce(found.total ? `${this.texts.found(this.#number(found.total), found.total === 1)}. ${headingOf(this.#view())}` : this.texts.nothing(this.#wanted.query));
    if (!found.total) void this.#findPopular(this.#asked?.signal);
    this.#tell("hanse:results", { decisionId: found.decision_id, query: this.#wanted.query, total: found.total, products: found.items.map((each) => each.product_id) });
  }

  /** Where a rule of the shop sends a search, it is followed; coming back leads to where the search was begun. */
  #sends(found: Found): boolean {
    const url = found.redirect_url && linkable(found.redirect_url);
    const { chosen, sort, asTyped, query } = this.#wanted;
    if (!url || Object.keys(chosen).length || sort !== "relevance" || asTyped || new URL(url, location.href).href === location.href) return false;
    if (!this.#tell("hanse:redirect", { decisionId: found.decision_id, query, url })) return false;
    location.replace(url);
    return true;
  }

  #add(found: Found): void {
    this.#keep(found);
    if (this.#found) this.#found = { ...this.#found, total: found.items.length ? this.#found.total : this.#items.length };
    this.#wanted = { ...this.#wanted, pages: this.#wanted.pages + 1 };
    if (!this.noAddress) history.replaceState(history.state, "", this.addressOf(this.#wanted));
    this.announce(this.texts.shown(this.#number(this.#items.length), this.#number(this.#found?.total ?? 0)));
  }

  #keep(found: Found): void {
    const known = new Set(this.#items.map((each) => each.product_id));
    const fresh = found.items.filter((each) => !known.has(each.product_id));
    this.#items = [...this.#items, ...fresh];
    this.#decisions = [...this.#decisions, ...fresh.map(() => found.decision_id)];
    const currency = fresh.find((each) => each.price)?.price?.currency;
    if (currency) this.currency = currency;
    const template = this.#template();
    if (template) place(this, template, this.#shown(this.#items));
    this.requestUpdate();
    void this.updateComplete.then(() => this.#watch());
  }

  #fail(isMore: boolean): void {
    this.#moreFailed = isMore;
    if (!isMore) {
      this.#items = [];
      this.#found = undefined;
      this.state = "failed";
    }
    this.requestUpdate();
  }

  #blank(signal: AbortSignal): void {
    this.#items = [];
    this.#found = undefined;
    this.state = "blank";
    this.requestUpdate();
    void this.#findPopular(signal);
  }

  async #findPopular(signal: AbortSignal | undefined): Promise<void> {
    if (this.#popular || !settings().key || !signal) return;
    this.#popular = await suggest("", POPULAR, this.language, signal).catch(() => undefined);
    this.requestUpdate();
  }

  /** What had the focus and is gone hands it to something near; what was only moved gets it back. */
  #refocus(focused: Element | null | undefined, near: string): void {
    if (!focused || this.shadowRoot?.activeElement || document.activeElement !== document.body && document.activeElement !== this) return;
    const target = focused.isConnected && focused.checkVisibility() ? focused : this.shadowRoot?.querySelector(near);
    (target as HTMLElement | null | undefined)?.focus({ preventScroll: true });
  }

  // ---- What came of it

  #tellSearch(found: Found): void {
    const search = JSON.stringify([this.#wanted.query, this.#wanted.asTyped]);
    if (!this.#wanted.query || search === this.#told) return;
    this.#told = search;
    track("Products Searched", { query: this.#wanted.query, decision_id: found.decision_id, results: found.total });
  }

  #watch(): void {
    this.#endWatch?.();
    const list = this.renderRoot.querySelector("[part=list]");
    if (list && this.#items.length) this.#endWatch = whenSeen(list, () => this.#impression(list));
  }

  #impression(list: Element): void {
    const cards = [...list.children];
    const seen = within(list, cards).map((each) => cards.indexOf(each)).filter((at) => !this.#seen.has(this.#items[at]?.product_id ?? ""));
    for (const decision_id of new Set(seen.map((at) => this.#decisions[at]))) {
      const products = seen.filter((at) => this.#decisions[at] === decision_id).map((at) => ({ product_id: this.#items[at]?.product_id, position: at + 1 }));
      track("Impression", { decision_id, placement: "search", query: this.#wanted.query, products });
    }
    seen.forEach((at) => this.#seen.add(this.#items[at]?.product_id ?? ""));
  }

  #click(event: MouseEvent): void {
    const card = event.composedPath().find((each) => each instanceof HTMLLIElement && each.parentElement?.part.contains("list")) as HTMLLIElement | undefined;
    const at = card && !card.parentElement?.part.contains("popular") ? [...(card.parentElement?.children ?? [])].indexOf(card) : -1;
    const item = this.#items[at];
    if (!item || (event.type === "auxclick" && event.button !== 1)) return;
    const [decision_id, query, position] = [this.#decisions[at], this.#wanted.query, at + 1];
    if (!this.#clicked.has(item.product_id)) {
      this.#clicked.add(item.product_id);
      track("Product Clicked", { product_id: item.product_id, position, decision_id, query, placement: "search" });
    }
    if (!this.#tell("hanse:click", { decisionId: decision_id, productId: item.product_id, url: urlOf(item) ?? null, position, query })) event.preventDefault();
  }

  #tell(name: string, detail: object): boolean {
    return this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, cancelable: true, detail }));
  }

  // ---- Rendering

  #measure(): void {
    this.isNarrow = this.getBoundingClientRect().width < NARROW;
  }

  #number(count: number): string {
    return count.toLocaleString(localeOf(this));
  }

  #template(): HTMLTemplateElement | null {
    return this.querySelector<HTMLTemplateElement>(":scope > template");
  }

  #shown(items: Item[]): Shown[] {
    return items.map((each) => shownOf(each, this.pricing));
  }

  #sheet(): HTMLDialogElement | null | undefined {
    return this.shadowRoot?.querySelector("dialog");
  }

  #view(): View {
    const { texts, currency, noPrice, priceNote, withReason, withVariants, state, limit, headingLevel, isNarrow } = this;
    const popular = (this.#popular?.products ?? []).map((each) => ({ ...each, reason: "", brand: null, in_stock: null, variants: 1 }));
    return {
      ...{ texts, currency, noPrice, priceNote, withReason, withVariants, state, limit, headingLevel, isNarrow },
      ...{ wanted: this.#wanted, found: this.#found, facets: this.#facets, names: this.#names, unfolded: this.#unfolded, moreFailed: this.#moreFailed },
      locale: localeOf(this),
      isOwn: this.#template() !== null,
      hasFacets: !this.noFacets,
      products: this.#shown(this.#items),
      popular: this.#popular,
      popularProducts: this.#shown(popular),
      addressOf: (wanted) => this.addressOf(wanted),
      go: (wanted) => this.go(wanted),
      change: (wanted) => this.#change(wanted),
      unfold: (facet) => this.#unfold(facet),
      more: () => void this.#ask(true),
      retry: () => void this.#ask(),
      openFilters: () => this.#sheet()?.showModal(),
      closeFilters: () => this.#sheet()?.close(),
    };
  }

  #unfold(facet: string): void {
    if (!this.#unfolded.delete(facet)) this.#unfolded.add(facet);
    this.requestUpdate();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("isNarrow") && !this.isNarrow) this.#sheet()?.close();
  }

  protected override render(): TemplateResult {
    const view = this.#isResults ? this.#view() : undefined;
    return html`
      ${this.mode === "results" ? nothing : this.#box.render()}
      ${view ? html`<div part="base" @click=${(event: MouseEvent) => this.#click(event)} @auxclick=${(event: MouseEvent) => this.#click(event)}>${results(view)}</div>` : nothing}
      ${view && view.isNarrow && view.hasFacets ? sheet(view) : nothing}
      <div class="hidden" role="status">${this.said}</div>
    `;
  }
}
