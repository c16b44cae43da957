// The look of what was found; colours, sizes and cards are those of styles.ts, buttons and links those of search-box-styles.ts.
import { css } from "lit";

export const found = css`
  [part="form"] + [part="base"] {
    margin-block-start: 20px;
  }
  [part="header"] {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 2px 14px;
    min-height: 36px;
  }
  [part="heading"] {
    margin: 0;
    font-size: var(--hanse-heading-size, 1.5em);
    font-weight: 600;
    line-height: 1.2;
    overflow-wrap: anywhere;
  }
  [part="heading"]:focus,
  [part="subheading"]:focus,
  [part="shown"]:focus {
    outline: none;
  }
  [part="heading"]:focus-visible,
  [part="subheading"]:focus-visible,
  [part="shown"]:focus-visible {
    outline: 3px solid var(--hanse-focus, var(--_accent));
    outline-offset: 4px;
  }
  [part="total"],
  [part="shown"] {
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
  }
  [part="correction"] {
    padding-block: 6px;
  }
  [part="link"] {
    font-weight: 600;
    padding-block: 12px;
  }
  [part="tools"] {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
    min-height: 44px;
    margin-block: 8px 16px;
  }
  [part="sort"] {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    order: 3;
    margin-inline-start: auto;
  }
  [part="sort"] > span {
    color: var(--_muted);
  }
  [part="select"] {
    min-height: 44px;
    max-width: 100%;
    padding: 0 8px;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_paper);
    color: var(--_ink);
  }
  [part="to-passages"] {
    order: 2;
    padding: 0;
    border-color: transparent;
    text-decoration: underline;
  }
  [part="chips"] {
    display: flex;
    flex: 1 1 300px;
    flex-wrap: wrap;
    gap: 8px;
    min-width: 0;
  }
  [part="chip"] {
    min-height: 36px;
    padding: 0 8px 0 12px;
    border-radius: 999px;
    background: var(--_soft);
    text-align: start;
    overflow-wrap: anywhere;
  }
  [part="chip"] svg {
    flex: none;
    width: 16px;
  }
  [part="clear-all"] {
    min-height: 36px;
    padding: 0 6px;
    border-color: transparent;
    text-decoration: underline;
  }
  [part="body with-aside"] {
    display: grid;
    grid-template-columns: minmax(190px, 240px) minmax(0, 1fr);
    gap: 32px;
    align-items: start;
  }
  [part="facet"] {
    padding-block: 0 20px;
  }
  [part="facet-title"] {
    padding: 0 0 4px;
    font-weight: 600;
  }
  [part="value"] {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 34px;
    overflow-wrap: anywhere;
  }
  .depth-2 {
    padding-inline-start: 20px;
  }
  .depth-3 {
    padding-inline-start: 40px;
  }
  .depth-4 {
    padding-inline-start: 60px;
  }
  .bone[part="value"] {
    min-height: 22px;
    margin-block: 6px;
  }
  [part="value"]:hover > span:first-of-type {
    text-decoration: underline;
  }
  [part="checkbox"] {
    flex: none;
    width: 18px;
    height: 18px;
    margin: 0;
    accent-color: var(--hanse-accent, auto);
  }
  [part="unfold"] {
    min-height: 36px;
    padding: 0;
    border: 0;
    text-decoration: underline;
  }
  [part="prices"] {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  [part="price-field"] {
    display: flex;
    flex: 1;
    align-items: center;
    gap: 6px;
    color: var(--_muted);
  }
  [part="price-input"] {
    width: 100%;
    min-width: 56px;
    min-height: 44px;
    padding: 0 8px;
    border: 1px solid var(--hanse-field-border, color-mix(in srgb, var(--_ink) 55%, transparent));
    border-radius: var(--_radius);
    background: var(--_paper);
    color: var(--_ink);
  }
  [part~="list"] {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(var(--_width), 46%), 1fr));
    gap: var(--_gap);
  }
  [aria-busy="true"] [part="list"] {
    opacity: 0.55;
    transition: opacity 0.15s 0.15s;
  }
  li {
    min-width: 0;
  }
  [part="brand"] {
    min-height: 1.4em;
    font-size: 0.85em;
    color: var(--_muted);
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  [part="title"] {
    -webkit-line-clamp: 3;
  }
  [part="price"] {
    margin-block-start: auto;
  }
  [part="stock"] {
    min-height: 1.4em;
    font-size: 0.85em;
  }
  [part="variants"] {
    color: var(--_muted);
    font-size: 0.85em;
  }
  [part="in-stock"] {
    color: var(--hanse-in-stock, inherit);
  }
  [part="out-of-stock"] {
    color: var(--hanse-out-of-stock, var(--_muted));
  }
  [part="in-stock"]::before {
    content: "● ";
  }
  [part="out-of-stock"]::before {
    content: "○ ";
  }
  [part="paging"] {
    display: grid;
    justify-items: center;
    gap: 10px;
    padding-block: 24px 8px;
    text-align: center;
  }
  [part="more"] {
    min-width: min(280px, 100%);
    justify-content: center;
    font-weight: 600;
  }
  [part="passages"] {
    margin-block-start: 16px;
    scroll-margin-block-start: 80px;
  }
  [part="subheading"] {
    margin-block: 16px 8px;
    font-size: 1.15em;
    font-weight: 600;
    scroll-margin-block-start: 80px;
  }
  [part="passage-list"] {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr));
    gap: var(--_gap);
  }
  [part="passage"] {
    padding: 14px;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--hanse-surface, transparent);
    overflow-wrap: anywhere;
  }
  [part="passage-title"] {
    display: block;
    font-weight: 600;
  }
  [part="passage-place"] {
    font-size: 0.85em;
    color: var(--_muted);
  }
  [part="passage-text"] {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 5;
    overflow: hidden;
    margin-block-start: 6px;
  }
  [part="passage-text"] [part="typed"] {
    font-weight: 700;
    color: inherit;
  }
  [part="message"] {
    display: grid;
    justify-items: start;
    gap: 12px;
    padding-block: 8px 12px;
  }
  [part="pills"] {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  [part="pill"] {
    display: inline-flex;
    align-items: center;
    min-height: 44px;
    padding: 0 16px;
    border: 1px solid var(--_border);
    border-radius: 999px;
    background: var(--hanse-surface, transparent);
    text-decoration: none;
    overflow-wrap: anywhere;
  }
  [part="pill"]:hover {
    border-color: var(--_accent);
    text-decoration: underline;
  }

  [part="sheet"] {
    width: 100%;
    max-width: none;
    height: auto;
    max-height: 88vh;
    max-height: 88dvh;
    margin: auto 0 0;
    padding: 0;
    border: 0;
    border-radius: 16px 16px 0 0;
    background: var(--_paper);
    color: var(--_ink);
    overflow: hidden;
  }
  [part="sheet"][open] {
    display: flex;
    flex-direction: column;
  }
  [part="sheet"]::backdrop {
    background: rgb(0 0 0 / 0.5);
  }
  [part="sheet-header"],
  [part="sheet-footer"] {
    display: flex;
    flex: none;
    align-items: center;
    justify-content: space-between;
    padding: 8px 8px 8px 16px;
    border-block-end: 1px solid var(--_line);
  }
  [part="sheet-header"] [part="subheading"] {
    margin: 0;
  }
  [part="sheet-body"] {
    flex: 1;
    padding: 16px;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  [part="sheet-body"] [part="chips"] {
    margin-block-end: 16px;
  }
  [part="sheet-footer"] {
    padding: 12px 16px max(12px, env(safe-area-inset-bottom));
    border-block: 1px solid var(--_line) 0;
  }
  [part="show"] {
    flex: 1;
    justify-content: center;
    border-color: transparent;
    background: var(--hanse-accent, var(--_ink));
    color: var(--hanse-on-accent, var(--_paper));
    font-weight: 600;
  }
  [part="sheet"] [part="value"],
  [part="sheet"] [part="unfold"],
  [part="sheet"] [part="chip"],
  [part="sheet"] [part="clear-all"] {
    min-height: 44px;
  }
  @media (max-width: 600px) {
    [part~="list"] {
      gap: min(var(--_gap), 12px);
    }
    [part="chip"],
    [part="clear-all"] {
      min-height: 44px;
    }
    [part="sort"] {
      order: 1;
    }
    [part="to-passages"] {
      order: 3;
    }
    [part="tools"] > [part="chips"] {
      order: 2;
      width: 100%;
    }
    [part="sort"] > span {
      position: absolute;
      clip-path: inset(50%);
    }
  }
  @media (pointer: coarse) {
    [part="value"],
    [part="unfold"],
    [part="chip"],
    [part="clear-all"] {
      min-height: 44px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    [part="list"] {
      transition: none !important;
    }
  }
`;
