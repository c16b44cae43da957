"""Signatures by HMAC-SHA256 (RFC 2104), compared in constant time, over bytes exactly as they came."""

from __future__ import annotations

import base64
import hashlib
import hmac


def base64_hmac(secret: str, message: bytes) -> str:
    """Return the signature as Shopify and WooCommerce write it."""
    return base64.b64encode(_digest(secret, message)).decode()


def hex_hmac(secret: str, message: bytes) -> str:
    """Return the signature as Shopware writes it."""
    return _digest(secret, message).hex()


def is_base64_hmac(given: str | None, secret: str | None, message: bytes) -> bool:
    """Return whether a signature in base64 is right; a missing secret or signature never is."""
    return bool(given and secret) and _same(given or "", base64_hmac(secret or "", message))


def is_hex_hmac(given: str | None, secret: str | None, message: bytes) -> bool:
    """Return whether a signature in hexadecimal is right; a missing secret or signature never is."""
    return bool(given and secret) and _same((given or "").lower(), hex_hmac(secret or "", message))


def _digest(secret: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(), message, hashlib.sha256)


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.strip().encode(), right.encode())
