// The storefront elements of Hanse: one module for any shop. Documentation: docs/storefront.md.
//
//   <script type="module" src="https://HOST/elements.js" data-key="PUBLIC_KEY"></script>
//   <hanse-recommendations placement="home"></hanse-recommendations>
//   <hanse-search></hanse-search>
import { Blocks } from "./blocks.js";
import { Recommendations } from "./recommendations.js";
import { Search } from "./search.js";

// Blocks first: what stands in them waits for their order.
if (!customElements.get("hanse-blocks")) customElements.define("hanse-blocks", Blocks);
if (!customElements.get("hanse-recommendations")) customElements.define("hanse-recommendations", Recommendations);
if (!customElements.get("hanse-search")) customElements.define("hanse-search", Search);
