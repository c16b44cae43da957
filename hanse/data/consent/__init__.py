"""Consent: an append-only, hash-chained ledger per purpose, lawful by construction; nothing personal happens without a basis."""

from hanse.data.consent.schemas import Consent, Entry, LegalBasis, Medium, State
from hanse.data.consent.standing import Situation, Standing
from hanse.data.consent.store import act, asking_acts, erase, history, put, stand, standings, standings_of, state, verify, verify_all

__all__ = [
    "Consent",
    "Entry",
    "LegalBasis",
    "Medium",
    "Situation",
    "Standing",
    "State",
    "act",
    "asking_acts",
    "erase",
    "history",
    "put",
    "stand",
    "standings",
    "standings_of",
    "state",
    "verify",
    "verify_all",
]
