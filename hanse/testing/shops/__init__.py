"""Fake shop systems: a small HTTP server each, which signs webhooks and answers polls as the real one does.

For tests of sources, and for trying a connection without a shop: `with FakeShopify() as shop:` gives one at `shop.url`. What happens
in it (`place_order`, `save_product`, …) is kept for polls and given back as the webhooks that the real system would send.
"""

from hanse.testing.shops.akeneo import FakeAkeneo
from hanse.testing.shops.server import FakeServer, FakeShop, Item, Signed
from hanse.testing.shops.shopify import FakeShopify
from hanse.testing.shops.shopware import FakeShopware
from hanse.testing.shops.woocommerce import FakeWooCommerce

__all__ = ["FakeAkeneo", "FakeServer", "FakeShop", "FakeShopify", "FakeShopware", "FakeWooCommerce", "Item", "Signed"]
