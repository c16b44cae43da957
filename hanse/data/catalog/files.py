"""Documents that came as files: which are there, linking them anew, and withdrawing those whose files are gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanse.base import database
from hanse.base.database import Connection, Queries

queries = Queries(__package__)


@dataclass(frozen=True)
class FileDocument:
    """What is known of a document that came as a file."""

    document_id: str
    path: str
    title: str
    digest: str | None
    attributes: dict[str, Any]


async def of_source(connection: Connection, source: str) -> dict[str, FileDocument]:
    """Return the documents that came as files from a source, by their ids."""
    rows = await (await connection.execute(queries["documents_of_source"], {"source": source})).fetchall()
    return {row["document_id"]: FileDocument(**row) for row in rows}


async def relink(connection: Connection, document_id: str, product_ids: Sequence[str], attributes: Mapping[str, Any], *, now: datetime) -> None:
    """Link a document to other products."""
    facts = {"document_id": document_id, "product_ids": list(product_ids), "attributes": database.jsonb(attributes), "now": now}
    await connection.execute(queries["relink_document"], facts)


async def note_numbers(connection: Connection, document_id: str, attributes: Mapping[str, Any]) -> None:
    """Note by what a document was linked, where its links stay."""
    await connection.execute(queries["note_numbers"], {"document_id": document_id, "attributes": database.jsonb(attributes)})


async def withdraw(connection: Connection, document_ids: Iterable[str]) -> int:
    """Delete documents with their pages; return how many."""
    return (await connection.execute(queries["withdraw_documents"], {"document_ids": list(document_ids)})).rowcount
