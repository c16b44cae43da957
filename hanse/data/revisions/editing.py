"""Changing the texts of one product, as a revision: history, undo and the check for changes meanwhile come with it.

The operation `revisions.edit` and the console call this, and so does whatever writes texts by a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hanse.base import database
from hanse.base.context import Progress
from hanse.base.database import Connection, Queries
from hanse.data.catalog import Origin
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.catalog.origins import FIELDS
from hanse.data.catalog.schemas import TextOrigins, Texts
from hanse.data.revisions import applying
from hanse.data.revisions.applying import Decision
from hanse.data.revisions.errors import NoTexts, SameTexts
from hanse.data.revisions.schemas import Scope
from hanse.data.revisions.staging import clean

queries = Queries(__package__)


@dataclass(frozen=True)
class Edit:
    """Texts that one product gets; those in languages that are not named stay."""

    product_id: str
    title: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    origin: Origin = Origin.GIVEN
    """How all of them came to be."""

    @property
    def texts(self) -> dict[str, Texts]:
        """Return the texts by field, without those in which nothing stands."""
        said = {"title": self.title, "description": self.description}
        return {name: {code: text for code, each in said[name].items() if (text := (clean(each) or "").strip())} for name in FIELDS}


async def edit(connection: Connection, revision_id: UUID, wanted: Edit, decision: Decision, progress: Progress) -> None:
    """Write texts of a product and keep that as a revision; raises `UnknownProduct`, `NoTexts` and `SameTexts`."""
    texts = wanted.texts
    if not any(texts.values()):
        raise NoTexts
    before = await _before(connection, wanted.product_id)
    source = before.pop("source")
    after = {**{name: {**before[name], **texts[name]} for name in FIELDS}, "text_origins": _marks(before["text_origins"], texts, wanted.origin)}
    changed = [name for name, value in after.items() if value != before[name]]
    if not changed:
        raise SameTexts(product_id=wanted.product_id)
    await connection.execute(queries["add"], _revision(revision_id, source, decision))
    change = {side: database.jsonb({name: said[name] for name in changed}) for side, said in (("before", before), ("after", after))}
    await connection.execute(queries["add_change"], {"revision_id": revision_id, "product_id": wanted.product_id, **change})
    noted = {"state": "proposed", "counts": database.jsonb({"entries": 1, "changed": 1}), "findings": database.jsonb({})}
    await connection.execute(queries["note"], {"revision_id": revision_id, **noted})
    await applying.apply(connection, revision_id, decision, progress)


async def _before(connection: Connection, product_id: str) -> dict[str, Any]:
    known = "\0" not in product_id
    row = await (await connection.execute(queries["texts"], {"product_id": product_id})).fetchone() if known else None
    if row is None:
        raise UnknownProduct(product_id=product_id)
    return {name: row[name] for name in ("source", *FIELDS, "text_origins")}


def _marks(before: TextOrigins, texts: Mapping[str, Texts], origin: Origin) -> TextOrigins:
    """Return the marks of a product whose texts came to be in one way; what was marked before and is given now has none."""
    found = {}
    for name in FIELDS:
        kept = {code: mark for code, mark in before.get(name, {}).items() if code not in texts[name]}
        found[name] = kept | ({} if origin is Origin.GIVEN else dict.fromkeys(texts[name], origin.value))
    return {name: marks for name, marks in found.items() if marks}


def _revision(revision_id: UUID, source: str, decision: Decision) -> dict[str, Any]:
    return {
        "revision_id": revision_id,
        "source": source,
        "file_name": "",
        "scope": Scope.TEXTS.value,
        "header": database.jsonb({}),
        "price_jump_share": 0.0,
        "proposed_by": decision.decided_by,
        "now": decision.now,
    }
