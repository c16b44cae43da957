// <hanse-blocks page="home">: puts the blocks of a page in the order that is clicked most. Where anything goes wrong they stay as they are.
import { arrange, type Arranged } from "./asking.js";
import { pageId, track } from "./events.js";
import { settings } from "./settings.js";

const PATIENCE_MS = 400; // nobody waits longer for an order; nothing jumps about once it can be seen
const FEWEST = 2;

export class Blocks extends HTMLElement {
  /** Until when the blocks may still be moved. */
  settled: Promise<void> | undefined;
  #clicked = new Set<string>();
  #answer: Arranged | undefined;

  connectedCallback(): void {
    if (this.settled) return;
    if (getComputedStyle(this).display === "inline") this.style.display = "block";
    this.style.visibility = "hidden";
    // As a module runs, the page is parsed; an element that a script makes later may still get its children.
    this.settled = Promise.resolve().then(() => this.#arrange());
    this.addEventListener("click", (event) => this.#click(event), { capture: true });
    this.addEventListener("auxclick", (event) => event.button === 1 && this.#click(event), { capture: true });
  }

  get #blocks(): HTMLElement[] {
    return [...this.children].filter((each): each is HTMLElement => each instanceof HTMLElement && !!each.dataset["block"]);
  }

  async #arrange(): Promise<void> {
    const page = this.getAttribute("page") ?? "";
    const blocks = this.#blocks;
    const names = blocks.map((each) => each.dataset["block"] ?? "");
    try {
      if (!page || !settings().key || names.length < FEWEST || new Set(names).size < names.length) return;
      this.#answer = await arrange(page, names, pageId, AbortSignal.timeout(PATIENCE_MS));
      this.#place(blocks, this.#answer.blocks.map((name) => names.indexOf(name)));
      this.dispatchEvent(new CustomEvent("hanse:arranged", { bubbles: true, detail: { decisionId: this.#answer.decision_id, blocks: this.#answer.blocks } }));
    } catch {
      // Hanse is away or late: then they stand as the page has them.
    } finally {
      this.style.visibility = "";
    }
  }

  /** Puts blocks into the places that blocks have; what stands between these stays there. They are moved, so that the order is the same for the keyboard. */
  #place(blocks: HTMLElement[], order: number[]): void {
    if (order.some((from) => !blocks[from]) || order.every((from, to) => from === to)) return;
    const places = blocks.map((each) => {
      const place = document.createComment("");
      each.replaceWith(place);
      return place;
    });
    order.forEach((from, to) => places[to]?.replaceWith(blocks[from]!));
  }

  /** A click on something that leads on, once for each block. */
  #click(event: Event): void {
    const path = event.composedPath();
    const block = path.find((each) => each instanceof HTMLElement && each.parentElement === this) as HTMLElement | undefined;
    const name = block?.dataset["block"];
    const leads = path.slice(0, path.indexOf(this)).some((each) => each instanceof Element && each.matches("a, button, input, [role=link], [role=button]"));
    if (!name || !leads || !this.#answer || this.#clicked.has(name)) return;
    this.#clicked.add(name);
    const { decision_id, blocks } = this.#answer;
    track("Promotion Clicked", { decision_id, promotion_id: name, position: blocks.indexOf(name) + 1, name: this.getAttribute("page") });
  }
}
