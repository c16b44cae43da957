// The look of the box of the search, and of what box and results share; colours, sizes and cards are those of styles.ts.
import { css } from "lit";

export const box = css`
  :host {
    --_paper: var(--hanse-paper, Canvas);
    --_ink: var(--hanse-ink, var(--hanse-text, CanvasText));
    --_line: var(--hanse-border, color-mix(in srgb, var(--_ink) 18%, transparent));
    --_quiet: var(--hanse-muted, color-mix(in srgb, var(--_ink) 74%, transparent));
    --_tint: var(--hanse-soft, color-mix(in srgb, var(--_ink) 7%, transparent));
    position: relative;
  }
  [hidden] {
    display: none !important;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    padding: 0;
    border: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }
  button,
  select,
  label {
    cursor: pointer;
  }
  button {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 44px;
    padding: 0 14px;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: none;
  }
  button:hover {
    border-color: var(--_accent);
  }
  p {
    margin: 0;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  a {
    color: inherit;
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  [part="field"] {
    position: relative;
    display: flex;
    align-items: center;
    min-height: 46px;
    border: 1px solid var(--hanse-field-border, color-mix(in srgb, var(--_ink) 55%, transparent));
    border-radius: var(--hanse-field-radius, var(--_radius));
    background: var(--_paper);
    color: var(--_ink);
  }
  [part="field"]:focus-within {
    outline: 3px solid var(--hanse-focus, var(--_accent));
    outline-offset: 1px;
  }
  [part="input"] {
    flex: 1;
    min-width: 0;
    height: 44px;
    padding: 0 4px 0 16px;
    border: 0;
    outline: 0;
    background: none;
    font-size: max(16px, 1em);
    text-overflow: ellipsis;
  }
  [part="input"]::placeholder {
    color: var(--_quiet);
    opacity: 1;
  }
  [part="clear"],
  [part="submit"],
  [part="close"] {
    justify-content: center;
    width: 44px;
    padding: 0;
    border: 0;
    border-radius: calc(var(--hanse-field-radius, var(--_radius)) - 1px);
    flex: none;
  }
  [part="clear"] {
    color: var(--_quiet);
  }
  [part="popup"] {
    position: absolute;
    inset: calc(100% + 6px) 0 auto;
    z-index: var(--hanse-layer, 100);
    container-type: inline-size;
    max-height: min(70vh, 620px);
    max-height: min(70dvh, 620px);
    display: flex;
    flex-direction: column;
    padding: 8px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_paper);
    box-shadow: var(--hanse-shadow, 0 8px 30px rgb(0 0 0 / 0.14));
    text-align: start;
  }
  [part="listbox"] {
    min-height: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  [part~="group"] + [part~="group"] {
    margin-block-start: 8px;
  }
  [part="group-label"] {
    padding: 6px 10px 2px;
    font-size: 0.8em;
    color: var(--_quiet);
  }
  [part~="option"] {
    display: flex;
    align-items: center;
    gap: 12px;
    min-height: 44px;
    padding: 4px 10px;
    border-radius: calc(var(--_radius) - 2px);
    cursor: pointer;
    scroll-margin: 8px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  [part~="products"] [part~="option"] {
    font-weight: 500;
  }
  [part="within"] {
    font-size: 0.85em;
    font-weight: 400;
    color: var(--_quiet);
  }
  [part="typed"] {
    font-weight: 400;
    color: var(--_quiet);
  }
  [part~="option"]:hover,
  [part~="active"] {
    background: var(--_tint);
  }
  [part~="active"] {
    box-shadow: inset 3px 0 0 var(--hanse-focus, var(--_accent));
  }
  [part="count"] {
    margin-inline-start: auto;
    font-size: 0.85em;
    font-weight: 400;
    font-variant-numeric: tabular-nums;
    color: var(--_quiet);
  }
  [part="thumbnail"] {
    display: grid;
    flex: none;
    place-items: center;
    width: 48px;
    height: 48px;
    border-radius: calc(var(--_radius) - 4px);
    background: var(--_tint);
    color: var(--_quiet);
    overflow: hidden;
  }
  [part="thumbnail"] > * {
    width: 100%;
    height: 100%;
    object-fit: var(--hanse-picture-fit, contain);
  }
  [part="thumbnail"] > svg {
    width: 50%;
  }
  [part="option-price"] {
    margin-inline-start: auto;
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  [part="forget"] {
    align-self: start;
    border-color: transparent;
    padding: 0 10px;
    font-size: 0.9em;
    color: var(--_quiet);
    text-decoration: underline;
  }
  @container (min-width: 600px) {
    [part="listbox"]:has([part~="products"]):has([part~="group"] + [part~="group"]) {
      display: grid;
      grid-template: auto auto 1fr / minmax(0, 2fr) minmax(0, 3fr);
      gap: 8px;
    }
    [part~="group"] {
      grid-column: 1;
      margin: 0;
    }
    [part~="group"] + [part~="group"] {
      margin: 0;
    }
    [part~="group"] + [part~="products"] {
      grid-column: 2;
      grid-row: 1 / span 3;
      padding-inline-start: 8px;
      border-inline-start: 1px solid var(--_line);
    }
  }
  @media (forced-colors: active) {
    [part~="active"] {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
`;
