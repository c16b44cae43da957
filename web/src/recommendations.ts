// <hanse-recommendations>: a row of products for a place in the shop. Shows nothing where there is nothing, or where anything goes wrong.
import { LitElement, html, nothing, svg, type PropertyValues, type TemplateResult } from "lit";
import { ask, isComplete, kindOf, type Answer, type Question } from "./asking.js";
import type { Blocks } from "./blocks.js";
import { bone, picture, shownOf, urlOf } from "./cards.js";
import { track } from "./events.js";
import { place, type Shown } from "./own-markup.js";
import { settings } from "./settings.js";
import { cards, row } from "./styles.js";
import { BUTTONS, HEADINGS, languageOf, localeOf, type Language } from "./texts.js";
import { remember } from "./viewed.js";
import { whenNear, whenSeen, within } from "./visibility.js";

const MOST_BONES = 6;
const ASKED_BY = ["placement", "kind", "productId", "cart", "viewed", "category", "query", "segments", "limit"];

const words = (text: string): string[] =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

export class Recommendations extends LitElement {
  static override styles = [cards, row];
  static override properties = {
    placement: {},
    kind: {},
    productId: { attribute: "product-id" },
    cart: {},
    viewed: {},
    category: {},
    query: {},
    segments: {},
    limit: { type: Number },
    heading: {},
    headingLevel: { attribute: "heading-level", type: Number },
    tax: { type: Number },
    priceNote: { attribute: "price-note" },
    noPrice: { attribute: "no-price", type: Boolean },
    noReason: { attribute: "no-reason", type: Boolean },
    state: { reflect: true },
    overflows: { state: true },
    atStart: { state: true },
    atEnd: { state: true },
  };

  declare placement: string;
  declare kind: string;
  declare productId: string;
  declare cart: string;
  declare viewed: string;
  declare category: string;
  declare query: string;
  declare segments: string;
  declare limit: number;
  declare heading: string | null;
  declare headingLevel: number;
  declare tax: number;
  declare priceNote: string;
  declare noPrice: boolean;
  declare noReason: boolean;
  declare state: "waiting" | "loading" | "shown" | "empty";
  declare protected overflows: boolean;
  declare protected atStart: boolean;
  declare protected atEnd: boolean;

  #answer: Answer | undefined;
  #asked: AbortController | undefined;
  #clicked = new Set<string>();
  #endWatch: (() => void) | undefined;
  #near = false;
  #sizes = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    this.placement = this.kind = this.productId = this.cart = this.viewed = this.category = this.query = this.segments = this.priceNote = "";
    this.limit = 8;
    this.headingLevel = 2;
    this.tax = 0;
    this.heading = null;
    this.noPrice = this.noReason = this.overflows = this.atEnd = false;
    this.atStart = true;
    this.state = "waiting";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const settled = this.closest<Blocks>("hanse-blocks")?.settled ?? Promise.resolve();
    void settled.then(() => this.#await()); // what is still being moved would be asked for twice
  }

  #await(): void {
    if (this.#answer || !this.isConnected) return;
    this.#endWatch?.();
    this.#endWatch = whenNear(this, () => {
      this.#near = true;
      void this.refresh();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endWatch?.();
    this.#asked?.abort();
    this.#sizes.disconnect();
  }

  /** Asks anew, such as after the visitor has decided about consent; what nobody has come near to yet asks later anyway. */
  async refresh(): Promise<void> {
    if (!this.#near) return;
    this.#asked?.abort();
    this.#endWatch?.();
    const asked = (this.#asked = new AbortController());
    const question = this.#question();
    if (!question || !isComplete(question) || !settings().key) return this.#show(undefined);
    if (this.state !== "shown") this.state = "loading";
    let answer: Answer | undefined;
    try {
      answer = await ask(question, asked.signal);
    } catch {
      // Hanse is away, or has nothing to say here: then there is nothing.
    }
    if (asked.signal.aborted) return;
    if (question.productId) remember(question.productId);
    this.#show(answer);
  }

  #question(): Question | undefined {
    const kind = kindOf(this.placement, this.kind);
    if (!kind) return undefined;
    return {
      placement: this.placement,
      kind,
      productId: this.productId,
      cart: words(this.cart),
      viewed: words(this.viewed),
      category: this.category,
      query: this.query.trim().slice(0, 200),
      segments: words(this.segments),
      limit: Math.min(Math.max(Math.trunc(this.limit) || 8, 1), 40),
      language: languageOf(localeOf(this)),
    };
  }

  #show(answer: Answer | undefined): void {
    this.#answer = answer?.items?.length ? answer : undefined;
    this.#clicked.clear();
    this.state = this.#answer ? "shown" : "empty";
    const template = this.#template();
    if (template) place(this, template, this.#products());
    this.requestUpdate();
    void this.updateComplete.then(() => this.#watch());
  }

  #watch(): void {
    this.#endWatch?.();
    const list = this.#list();
    if (!this.#answer || !list) return;
    this.#sizes.disconnect();
    this.#sizes.observe(list);
    this.#measure();
    this.#endWatch = whenSeen(list, () => this.#seen());
  }

  #seen(): void {
    const list = this.#list();
    const answer = this.#answer;
    if (!answer || !list) return;
    const cards = [...list.children];
    const products = within(list, cards).map((card) => {
      const at = cards.indexOf(card);
      return { product_id: answer.items[at]?.product_id, position: at + 1 };
    });
    track("Impression", { decision_id: answer.decision_id, placement: this.placement, products });
    this.#tell("hanse:shown", { decisionId: answer.decision_id, products: answer.items.map((each) => each.product_id) });
  }

  #click(event: MouseEvent): void {
    const card = event.composedPath().find((each) => each instanceof HTMLLIElement) as HTMLLIElement | undefined;
    const at = card ? [...(card.parentElement?.children ?? [])].indexOf(card) : -1;
    const item = this.#answer?.items[at];
    if (!item || !this.#answer || (event.type === "auxclick" && event.button !== 1)) return;
    const { decision_id } = this.#answer;
    if (!this.#clicked.has(item.product_id)) {
      this.#clicked.add(item.product_id);
      track("Product Clicked", { product_id: item.product_id, position: at + 1, decision_id, placement: this.placement });
    }
    const goesOn = this.#tell("hanse:click", { decisionId: decision_id, productId: item.product_id, url: urlOf(item) ?? null, position: at + 1 });
    if (!goesOn) event.preventDefault();
  }

  #tell(name: string, detail: object): boolean {
    const all = { placement: this.placement, kind: kindOf(this.placement, this.kind), ...detail };
    return this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, cancelable: name === "hanse:click", detail: all }));
  }

  // ---- What is shown of a product

  #products(): Shown[] {
    const pricing = { locale: this.#locale, tax: this.tax, noPrice: this.noPrice };
    return (this.#answer?.items ?? []).map((item) => shownOf(item, pricing));
  }

  get #locale(): string {
    return localeOf(this);
  }

  get #language(): Language {
    return languageOf(this.#locale);
  }

  // ---- Scrolling

  #list(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>("ul");
  }

  #measure(): void {
    const list = this.#list();
    if (!list) return;
    this.overflows = list.scrollWidth > list.clientWidth + 2;
    this.atStart = list.scrollLeft <= 2;
    this.atEnd = list.scrollLeft + list.clientWidth >= list.scrollWidth - 2;
  }

  #scroll(direction: 1 | -1): void {
    const list = this.#list();
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    list?.scrollBy({ left: direction * 0.8 * list.clientWidth, behavior });
  }

  // ---- Rendering

  #template(): HTMLTemplateElement | null {
    return this.querySelector<HTMLTemplateElement>(":scope > template");
  }

  protected override updated(changed: PropertyValues): void {
    if (this.#asked && ASKED_BY.some((each) => changed.has(each))) void this.refresh();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.state === "empty") return nothing;
    const kind = kindOf(this.placement, this.kind);
    const heading = this.heading ?? (kind ? HEADINGS[this.#language][kind] : "");
    return html`
      <section part="base" aria-label=${heading || nothing} aria-busy=${this.state === "shown" ? "false" : "true"}>
        ${heading || this.overflows ? this.#header(heading) : nothing}
        <ul part="list" role="list" @scroll=${() => this.#measure()} @click=${(event: MouseEvent) => this.#click(event)} @auxclick=${(event: MouseEvent) => this.#click(event)}>
          ${this.state === "shown" ? this.#cards() : this.#bones()}
        </ul>
      </section>
    `;
  }

  #header(heading: string): TemplateResult {
    const text = BUTTONS[this.#language];
    return html`
      <div part="header">
        <div part="heading" role="heading" aria-level=${this.headingLevel}><slot name="heading">${heading}</slot></div>
        ${this.#button("back", text.back, -1, this.atStart)}${this.#button("on", text.on, 1, this.atEnd)}
      </div>
    `;
  }

  #button(name: string, label: string, direction: 1 | -1, isEnd: boolean): TemplateResult {
    return html`
      <button part="button ${name}" type="button" aria-label=${label} ?hidden=${!this.overflows} ?disabled=${isEnd} @click=${() => this.#scroll(direction)}>
        <svg width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
          ${svg`<path d=${direction < 0 ? "m15 18-6-6 6-6" : "m9 18 6-6-6-6"} />`}
        </svg>
      </button>
    `;
  }

  #cards(): TemplateResult[] {
    const isOwn = this.#template() !== null;
    return this.#products().map((shown, at) => html`<li>${isOwn ? html`<slot name="card-${at}"></slot>` : this.#card(shown)}</li>`);
  }

  #card(shown: Shown): TemplateResult {
    const { item, url, price } = shown;
    const inside = html`
      <span part="picture">${picture(shown.image)}</span>
      <span part="title">${item.title}</span>
      ${this.noPrice ? nothing : html`<span part="price">${price}${price && this.priceNote ? html` <span part="note">${this.priceNote}</span>` : nothing}</span>`}
      ${this.noReason ? nothing : html`<span part="reason">${item.reason}</span>`}
    `;
    return url ? html`<a part="card" href=${url}>${inside}</a>` : html`<div part="card">${inside}</div>`;
  }

  #bones(): TemplateResult[] {
    const card = html`<li aria-hidden="true">
      <div part="card">
        ${bone("picture")}${bone("title")}${this.noPrice ? nothing : bone("price")}${this.noReason ? nothing : bone("reason")}
      </div>
    </li>`;
    return Array.from({ length: Math.min(this.limit, MOST_BONES) }, () => card);
  }
}
