"""The text of documents page by page: read by who searches them, written by the sources that import files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from hanse.base import database
from hanse.base.database import Connection, Queries

queries = Queries(__package__)
COLUMNS = ("document_id", "page", "text")
MOST = 200
"""Pages that are read at once."""
LAST_PAGE = 2**31 - 1


class Page(NamedTuple):
    """One page of a document, or the whole of one without pages."""

    document_id: str
    kind: str
    """`manual`, `repair_guide`, `data_sheet`, `advice`."""
    language: str
    title: str
    url: str | None
    product_ids: tuple[str, ...]
    """The surest first."""
    source: str
    updated_at: datetime
    page: int | None
    """From 1 on; null where the document has no pages."""
    text: str


async def read(connection: Connection, *, after: str = "", document_ids: Iterable[str] | None = None) -> AsyncIterator[Sequence[Page]]:
    """Go through the text of all documents, or of some, by document and page, some hundred pages at a time; begins behind the document `after`."""
    wanted = {"document_ids": None if document_ids is None else list(document_ids), "most": MOST}
    after_page: int | None = LAST_PAGE
    while rows := await (await connection.execute(queries["document_pages"], {**wanted, "after": after, "after_page": after_page})).fetchall():
        yield [Page(**{**row, "product_ids": tuple(row["product_ids"])}) for row in rows]
        after, after_page = rows[-1]["document_id"], rows[-1]["page"] or LAST_PAGE


async def stage(connection: Connection, document_id: str, pages: Iterable[tuple[int, str]]) -> int:
    """Begin to keep pages aside, until this transaction ends or a document takes them; return how many."""
    return await database.stage(connection, "document_pages", COLUMNS, ((document_id, *page) for page in pages))


async def stage_more(connection: Connection, document_id: str, pages: Iterable[tuple[int, str]]) -> int:
    """Keep further pages aside; return how many."""
    return await database.copy(connection, "staged_document_pages", COLUMNS, ((document_id, *page) for page in pages))


async def take_staged(connection: Connection, document_id: str) -> None:
    """Give a document the pages that were kept aside, instead of those it had."""
    await drop(connection, document_id)
    await connection.execute(queries["take_staged_pages"], {"document_id": document_id})


async def drop(connection: Connection, document_id: str) -> None:
    """Delete the pages of a document."""
    await connection.execute(queries["drop_pages"], {"document_id": document_id})
