"""A small catalog, a folder for documents, and short ways to read and import them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog import Product
from hanse.sources import documents
from hanse.sources.documents import DocumentsImport, DocumentsRequest
from hanse.sources.documents.folder import FORMATS, File
from hanse.sources.documents.reading.parts import About, Part, Problem, Text
from hanse.sources.documents.reading.process import Wanted, parts
from tests.conftest import NOW
from tests.sources.conftest import Write

PRODUCTS = (
    Product(product_id="NW-BS 18-120", title={"de": "Akkuschrauber"}, gtin="4006381333931"),
    Product(product_id="NW-BS 18-120-K", title={"de": "Akkuschrauber im Koffer"}),
    Product(product_id="104711", title={"de": "Kohlebürste"}, attributes={"MPN": {"value": "KB.77/3"}, "weight": {"value": 123456}}),
    Product(product_id="D1", title={"de": "Bohrer"}),
    Product(product_id="hammer", title={"de": "Hammer"}),
    Product(product_id="2024", title={"de": "Kalender"}),
)


@pytest.fixture
async def shop(connection: Connection) -> Connection:
    """Six products, some with article numbers that are none for a text."""
    await catalog.put_products(connection, PRODUCTS, source="pim", now=NOW)
    return connection


@pytest.fixture
def manuals(tmp_path: Path) -> Path:
    """The folder that documents are imported from."""
    folder = tmp_path / "manuals"
    folder.mkdir()
    return folder


Take = Callable[..., Awaitable[DocumentsImport]]


@pytest.fixture
def take(context: Context, manuals: Path) -> Take:
    """Import the folder of documents."""

    async def taken(path: Path | None = None, **options: Any) -> DocumentsImport:
        return await documents.load(context, DocumentsRequest(path=str(path or manuals), **options))

    return taken


class Reading:
    """What reading a file gave."""

    def __init__(self, found: list[Part]) -> None:
        self.abouts = [each for each in found if isinstance(each, About)]
        self.texts = [each for each in found if isinstance(each, Text)]
        self.problems = [each for each in found if isinstance(each, Problem)]

    @property
    def about(self) -> About:
        """What it says of itself."""
        (found,) = self.abouts
        return found

    @property
    def body(self) -> str:
        """All its text."""
        return "\n".join(each.text for each in self.texts)

    @property
    def codes(self) -> list[str]:
        """The kinds of problems."""
        return [each.code for each in self.problems]


Read = Callable[[str, str | bytes], Reading]


@pytest.fixture
def read(write: Write) -> Read:
    """Write a file and read it, in this process."""

    def reading(name: str, content: str | bytes) -> Reading:
        path = write(name, content)
        return Reading(list(parts(Wanted(str(path), FORMATS[path.suffix]))))

    return reading


def file_of(path: Path) -> File:
    """Return a file as the folder gives it."""
    return File(path, path.name, FORMATS[path.suffix], path.stat().st_size)
