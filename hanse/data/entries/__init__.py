"""Entries: what the CRM shall know of each action, written in the transaction that does it.

An action that reaches a person or money makes one by itself, and so do consent, notes, merges and restrictions, whoever writes them: the
database sees to it. Who has something better to say puts an entry of their own, with the name of their operation.
"""

from hanse.data.entries.schemas import Entry, UnknownEntryKind
from hanse.data.entries.store import KINDS, TOLD, history, put

__all__ = ["KINDS", "TOLD", "Entry", "UnknownEntryKind", "history", "put"]
