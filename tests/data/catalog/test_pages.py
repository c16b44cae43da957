"""Documents are read page by page, the whole where there are no pages, in an order that goes on where it was left."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog import Document, pages
from tests.conftest import NOW


@pytest.fixture
async def library(connection: Connection) -> Connection:
    """Three documents: of three pages, without pages, and of one page."""
    found = [
        Document(document_id="a", kind="manual", language="de", title="A", body="", product_ids=("D1",), page_count=4),
        Document(document_id="B", kind="advice", language="en", title="B", body="All of it", url="https://example.org/b"),
        Document(document_id="ä", kind="manual", language="de", title="Ä", body="", page_count=1),
    ]
    await catalog.put_documents(connection, found, source="files", now=NOW)
    for document_id, texts in (("a", [(1, "one"), (2, "two"), (4, "four")]), ("ä", [(1, "eins")])):
        await pages.stage(connection, document_id, texts[:1])
        await pages.stage_more(connection, document_id, texts[1:])
        await pages.take_staged(connection, document_id)
    return connection


async def read(connection: Connection, **options: Any) -> list[tuple[str, int | None, str]]:
    return [(page.document_id, page.page, page.text) async for some in pages.read(connection, **options) for page in some]


@pytest.mark.parametrize("most", [1, 2, 200])
async def test_every_page_is_read_once(library: Connection, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(pages, "MOST", most)
    found = await read(library)
    assert sorted(found, key=str) == sorted([("a", 1, "one"), ("a", 2, "two"), ("a", 4, "four"), ("B", None, "All of it"), ("ä", 1, "eins")], key=str)
    assert [page for document_id, page, _ in found if document_id == "a"] == [1, 2, 4]


async def test_it_begins_behind_a_document(library: Connection) -> None:
    order = list(dict.fromkeys(document_id for document_id, _, _ in await read(library)))
    rest = [document_id for document_id, _, _ in await read(library, after=order[0])]
    assert list(dict.fromkeys(rest)) == order[1:]


async def test_only_some_documents_are_read(library: Connection) -> None:
    assert await read(library, document_ids=["B", "nowhere"]) == [("B", None, "All of it")]
    assert await read(library, document_ids=[]) == []


async def test_a_page_says_whose_it_is(library: Connection) -> None:
    (some,) = [some async for some in pages.read(library, document_ids=["a"])]
    assert some[0]._replace(text="") == pages.Page("a", "manual", "de", "A", None, ("D1",), "files", NOW, 1, "")


async def test_new_pages_take_the_place_of_the_old_ones(library: Connection) -> None:
    await pages.stage(library, "a", [(1, "anew")])
    await pages.take_staged(library, "a")
    assert await read(library, document_ids=["a"]) == [("a", 1, "anew")]
