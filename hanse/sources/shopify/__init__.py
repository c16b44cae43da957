"""Shopify: webhooks signed with the secret of a custom app, and polls of its Admin API in the same shapes."""

from hanse.sources.shopify.shopify import Shopify

__all__ = ["Shopify"]
