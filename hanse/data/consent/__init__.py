"""Consent: an append-only ledger per purpose; nothing personal happens without a basis."""

from hanse.data.consent.schemas import Consent
from hanse.data.consent.store import put, state

__all__ = ["Consent", "put", "state"]
