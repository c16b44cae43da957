"""Consent: an append-only, hash-chained ledger per purpose, lawful by construction; nothing personal happens without a basis."""

from hanse.data.consent.schemas import Consent, Entry, LegalBasis, Medium, State
from hanse.data.consent.standing import Situation, Standing
from hanse.data.consent.store import erase, history, put, stand, standings, state, verify, verify_all

__all__ = [
    "Consent",
    "Entry",
    "LegalBasis",
    "Medium",
    "Situation",
    "Standing",
    "State",
    "erase",
    "history",
    "put",
    "stand",
    "standings",
    "state",
    "verify",
    "verify_all",
]
