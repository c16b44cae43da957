"""WooCommerce: webhooks signed with a secret of their own, ping included, and polls of the REST API in the same shapes."""

from hanse.sources.woocommerce.woocommerce import WooCommerce

__all__ = ["WooCommerce"]
