"""Shopware 6: an app of its own with its handshake, webhooks signed with the secret of the shop, and polls of the Admin API."""

from hanse.sources.shopware.shopware import Shopware

__all__ = ["Shopware"]
