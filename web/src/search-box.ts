// The box of the search: a combobox with a listbox below it, after the ARIA Authoring Practices (combobox with list autocomplete, ARIA 1.2).
import { html, nothing, svg, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { urlOf, type Pricing } from "./cards.js";
import { track } from "./events.js";
import { suggest, type Suggested } from "./search-asking.js";
import { nothingChosen, tidy, type Wanted } from "./search-state.js";
import type { Texts } from "./search-texts.js";
import { forgetSearches, rememberSearch, searched } from "./searched.js";
import { settings } from "./settings.js";
import { listbox, optionId, optionsOf, type Option } from "./suggestions.js";
import type { Language } from "./texts.js";

const PAUSE_MS = 120; // between keystrokes of one word there is less
const MOST_KEPT = 100;
const RECENT = 5;

export interface Host extends ReactiveControllerHost, HTMLElement {
  readonly texts: Texts;
  readonly language: Language;
  readonly pricing: Pricing;
  placeholder: string | null;
  suggestions: number;
  addressOf(wanted: Wanted): URL;
  go(wanted: Wanted): void;
  announce(text: string): void;
}

const icon = (path: TemplateResult): TemplateResult =>
  html`<svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true">${path}</svg>`;
export const CROSS = icon(svg`<path d="m6 6 12 12M18 6 6 18" />`);
const GLASS = icon(svg`<circle cx="11" cy="11" r="7" /><path d="m21 21-5-5" />`);

export class Box implements ReactiveController {
  text = "";
  #host: Host;
  #isOpen = false;
  #active = -1;
  #options: Option[] = [];
  #typed = ""; // what the options were asked for
  #kept = new Map<string, Suggested>();
  #asked: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #composes = false;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#close();
  }

  /** Shows a text in the box that was not typed there. */
  set(text: string): void {
    this.text = text;
    this.#close();
  }

  focus(): void {
    this.#input?.focus();
  }

  get #input(): HTMLInputElement | null {
    return this.#host.shadowRoot?.querySelector("input[role=combobox]") ?? null;
  }

  get #isShown(): boolean {
    return this.#isOpen && this.#options.length > 0;
  }

  // ---- What is suggested

  /** Asks for what fits to the text, once nobody has typed for a moment; what was asked before is not asked for again. */
  #plan(pause: number): void {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.#isOpen = true;
    this.#active = -1;
    const text = tidy(this.text).replace(/\s+/g, " ");
    const known = this.#kept.get(this.#entry(text));
    if (!text || known) this.#show(text, known);
    if (!known && settings().key && this.#host.suggestions > 0) this.#timer = setTimeout(() => void this.#ask(text), pause);
    this.#host.requestUpdate();
  }

  #entry(text: string): string {
    return `${this.#host.language} ${text.toLowerCase()}`;
  }

  async #ask(text: string): Promise<void> {
    const asked = (this.#asked = new AbortController());
    let suggested: Suggested | undefined;
    try {
      suggested = await suggest(text, Math.min(Math.trunc(this.#host.suggestions), 20), this.#host.language, asked.signal);
      if (this.#kept.size >= MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value ?? "");
      this.#kept.set(this.#entry(text), suggested);
    } catch {
      // Hanse is away or late: the box searches without suggestions.
    }
    if (!asked.signal.aborted) this.#show(text, suggested);
  }

  #show(text: string, suggested: Suggested | undefined): void {
    this.#typed = text;
    this.#active = -1;
    this.#options = optionsOf(suggested, text || this.#host.suggestions <= 0 ? [] : searched(RECENT));
    this.#host.announce(this.#isOpen && (suggested || this.#options.length) ? this.#host.texts.suggested(this.#options.length) : "");
    this.#host.requestUpdate();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.#isOpen = false;
    this.#active = -1;
    this.#host.requestUpdate();
  }

  // ---- What somebody does

  #typing(event: Event): void {
    this.text = (event.target as HTMLInputElement).value;
    if (!this.#composes && !(event as InputEvent).isComposing) this.#plan(PAUSE_MS);
  }

  #composed(event: CompositionEvent): void {
    this.#composes = false;
    this.#typing(event);
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing || this.#composes || event.keyCode === 229) return; // Enter ends a composition, arrows move in it
    const wasShown = this.#isShown;
    const isTaken = this.#taken(event);
    if (isTaken) event.preventDefault();
    if (isTaken && wasShown) event.stopPropagation(); // what closes the list must not close a dialog of the page around it
    this.#host.requestUpdate();
  }

  /** Whether a key is one of the list's. */
  #taken({ key, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
    if (ctrlKey || metaKey) return false;
    if (key === "Escape") return this.#escape();
    if (key === "Tab") this.#active = -1;
    if (key === "ArrowDown" || key === "ArrowUp") return altKey && key === "ArrowUp" ? (this.#close(), true) : this.#step(key === "ArrowDown" ? 1 : -1, altKey);
    if (!this.#isShown || this.#active < 0) return false;
    if (key === "Home" || key === "End") return this.#activate(key === "Home" ? 0 : this.#options.length - 1);
    if (key === "ArrowLeft" || key === "ArrowRight") this.#active = -1;
    const option = this.#options[this.#active];
    if (key === "Enter" && option) return this.#choose(option), true;
    return false;
  }

  #escape(): boolean {
    if (this.#isShown) return this.#close(), true;
    if (this.text === "") return false;
    this.text = "";
    return true;
  }

  /** One option on or back; beside the last and the first one is the box itself. */
  #step(by: 1 | -1, onlyOpens: boolean): boolean {
    if (!this.#isShown) {
      this.#plan(0);
      if (onlyOpens || !this.#isShown) return true;
    }
    const places = this.#options.length + 1;
    return this.#activate(((this.#active + 1 + by + places) % places) - 1);
  }

  #activate(at: number): boolean {
    this.#active = at;
    void this.#host.updateComplete.then(() => this.#host.shadowRoot?.getElementById(optionId(at))?.scrollIntoView({ block: "nearest" }));
    return true;
  }

  #choose(option: Option, event?: MouseEvent): void {
    const isElsewhere = event !== undefined && (event.ctrlKey || event.metaKey || event.button === 1);
    const url = option.item ? urlOf(option.item) : option.wanted && this.#host.addressOf(option.wanted).href;
    if (option.item) this.#told(option.item.product_id);
    if (isElsewhere && url) return void window.open(url, "_blank", "noopener");
    if (option.item && url) {
      this.#close();
      location.assign(url);
    } else this.#search(option.wanted ?? { ...nothingChosen(), query: option.text });
  }

  #told(productId: string): void {
    const products = this.#options.filter((each) => each.item);
    const position = products.findIndex((each) => each.item?.product_id === productId) + 1;
    track("Product Clicked", { product_id: productId, position, query: this.#typed, placement: "search_suggestions" });
  }

  #submit(event: Event): void {
    event.preventDefault();
    const query = tidy(this.#input?.value ?? this.text);
    if (query && !this.#composes) this.#search({ ...nothingChosen(), query });
    else this.focus();
  }

  #search(wanted: Wanted): void {
    this.text = wanted.query;
    if (wanted.query) rememberSearch(wanted.query);
    this.#close();
    this.#host.go(wanted);
  }

  #left(event: FocusEvent): void {
    const popup = this.#host.shadowRoot?.querySelector("[part=popup]");
    if (!popup?.contains(event.relatedTarget as Node | null) && event.relatedTarget !== this.#input) this.#close();
  }

  #forget(): void {
    forgetSearches();
    this.focus();
    this.#plan(0);
  }

  // ---- Rendering

  render(): TemplateResult {
    const { texts, placeholder } = this.#host;
    const shown = this.#isShown;
    return html`
      <form part="form" role="search" aria-label=${texts.label} @submit=${(event: Event) => this.#submit(event)}>
        <div part="field">
          <input
            part="input"
            type="text"
            role="combobox"
            aria-label=${texts.label}
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-expanded=${shown ? "true" : "false"}
            aria-controls="listbox"
            aria-activedescendant=${shown && this.#active >= 0 ? optionId(this.#active) : nothing}
            autocomplete="off"
            autocapitalize="none"
            autocorrect="off"
            spellcheck="false"
            enterkeyhint="search"
            maxlength="200"
            placeholder=${placeholder ?? texts.placeholder}
            .value=${live(this.text)}
            @input=${(event: Event) => this.#typing(event)}
            @compositionstart=${() => (this.#composes = true)}
            @compositionend=${(event: CompositionEvent) => this.#composed(event)}
            @keydown=${(event: KeyboardEvent) => this.#key(event)}
            @focus=${() => this.text || this.#plan(0)}
            @click=${() => this.text || this.#isOpen || this.#plan(0)}
            @blur=${(event: FocusEvent) => this.#left(event)}
          />
          <div part="popup" ?hidden=${!shown} @mousedown=${(event: Event) => event.preventDefault()} @focusout=${(event: FocusEvent) => this.#left(event)}>
            ${listbox({ options: this.#options, active: this.#active, typed: this.#typed, texts, pricing: this.#host.pricing, choose: (each, event) => this.#choose(each, event) }, shown)}
            ${shown && this.#options[0]?.group === "recent" ? html`<button part="forget" type="button" @click=${() => this.#forget()}>${texts.forget}</button>` : nothing}
          </div>
          <button part="clear" type="button" aria-label=${texts.clear} ?hidden=${!this.text} @click=${() => this.#clear()}>${CROSS}</button>
          <button part="submit" type="submit" aria-label=${texts.submit}>${GLASS}</button>
        </div>
      </form>
    `;
  }

  #clear(): void {
    this.text = "";
    this.#host.requestUpdate();
    this.focus();
    this.#plan(0);
  }
}
