// The storefront elements of Hanse: one module for any shop. Documentation: docs/storefront.md.
//
//   <script type="module" src="https://HOST/elements.js" data-key="PUBLIC_KEY"></script>
//   <hanse-recommendations placement="home"></hanse-recommendations>
import { Recommendations } from "./recommendations.js";

if (!customElements.get("hanse-recommendations")) customElements.define("hanse-recommendations", Recommendations);
