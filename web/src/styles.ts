// The look: the shop's font and colours, changed by custom properties and ::part. Cards have the same size before and after they are filled.
import { css } from "lit";

/** Colours and sizes, and cards of products. */
export const cards = css`
  :host {
    --_muted: var(--hanse-muted, color-mix(in srgb, currentColor 74%, transparent));
    --_border: var(--hanse-border, color-mix(in srgb, currentColor 18%, transparent));
    --_soft: var(--hanse-soft, color-mix(in srgb, currentColor 7%, transparent));
    --_accent: var(--hanse-accent, currentColor);
    --_radius: var(--hanse-radius, 8px);
    --_gap: var(--hanse-gap, 16px);
    --_width: var(--hanse-card-width, 184px);
    display: block;
    color: var(--hanse-text, inherit);
    line-height: 1.4;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  [part="card"] {
    display: flex;
    flex-direction: column;
    gap: 6px;
    height: 100%;
    padding: 12px;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--hanse-surface, transparent);
    color: inherit;
    text-decoration: none;
  }
  a[part="card"]:hover {
    border-color: var(--_accent);
  }
  a[part="card"]:hover [part="title"] {
    color: var(--_accent);
    text-decoration: underline;
  }
  :focus-visible {
    outline: 3px solid var(--hanse-focus, var(--_accent));
    outline-offset: 1px;
  }
  [part="picture"] {
    display: grid;
    place-items: center;
    aspect-ratio: var(--hanse-picture-ratio, 1);
    border-radius: calc(var(--_radius) - 2px);
    background: var(--_soft);
    color: var(--_muted);
    overflow: hidden;
  }
  [part="picture"] img {
    width: 100%;
    height: 100%;
    object-fit: var(--hanse-picture-fit, contain);
  }
  [part="title"],
  [part="reason"] {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    overflow-wrap: anywhere;
    hyphens: auto;
  }
  [part="title"] {
    min-height: 2.8em;
    font-weight: 500;
  }
  [part="price"] {
    min-height: 1.4em;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  [part="note"] {
    font-weight: 400;
    font-size: 0.8em;
    color: var(--_muted);
  }
  [part="reason"] {
    min-height: 2.8em;
    font-size: 0.85em;
    color: var(--_muted);
  }
  .bone {
    border-radius: 4px;
    background: var(--_soft);
    animation: breathe 1.4s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.5;
    }
  }
  @media (max-width: 600px) {
    [part="card"] {
      padding: 10px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .bone {
      animation: none;
    }
  }
`;

/** The row, or the grid, of recommendations. */
export const row = css`
  :host([state="empty"]) {
    display: none;
  }
  [part="header"] {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 36px;
    margin-block-end: 12px;
  }
  [part="heading"] {
    flex: 1;
    font-size: var(--hanse-heading-size, 1.25em);
    font-weight: 600;
    line-height: 1.25;
  }
  [part~="button"] {
    display: grid;
    place-items: center;
    width: 36px;
    height: 36px;
    padding: 0;
    border: 1px solid var(--_border);
    border-radius: 50%;
    background: none;
    color: inherit;
    cursor: pointer;
  }
  [part~="button"]:disabled {
    opacity: 0.4;
    cursor: default;
  }
  [part~="button"][hidden] {
    display: none;
  }
  [part="list"] {
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: var(--_width);
    gap: var(--_gap);
    margin: 0;
    padding: 4px;
    list-style: none;
    overflow-x: auto;
    overscroll-behavior-x: contain;
    scroll-snap-type: x proximity;
    scroll-padding: 4px;
    scrollbar-width: thin;
    scrollbar-color: var(--_border) transparent;
  }
  :host([layout="grid"]) [part="list"] {
    grid-auto-flow: row;
    grid-template-columns: repeat(auto-fill, minmax(min(var(--_width), 46%), 1fr));
    overflow: visible;
  }
  li {
    scroll-snap-align: start;
    min-width: 0;
  }
  @media (max-width: 600px) {
    [part="list"] {
      grid-auto-columns: min(var(--_width), 42vw);
      gap: min(var(--_gap), 12px);
    }
    [part~="button"] {
      display: none;
    }
  }
`;
