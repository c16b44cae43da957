"""Revisions of the catalog: what a feed would change is proposed, then applied or discarded, and can be undone; history stays."""

from hanse.data.revisions.applying import apply, discard, undo
from hanse.data.revisions.editing import Edit, edit
from hanse.data.revisions.proposing import Proposal, propose
from hanse.data.revisions.schemas import (
    Entry,
    EntryPrice,
    EntryRelation,
    Found,
    Header,
    Item,
    Mode,
    Placement,
    Scope,
)

__all__ = [
    "Edit",
    "Entry",
    "EntryPrice",
    "EntryRelation",
    "Found",
    "Header",
    "Item",
    "Mode",
    "Placement",
    "Proposal",
    "Scope",
    "apply",
    "discard",
    "edit",
    "propose",
    "undo",
]
