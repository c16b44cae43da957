"""Taking in the files of one import, one after another: what is known already, what is new, what is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data.catalog import files, pages, store
from hanse.data.catalog.files import FileDocument
from hanse.data.catalog.schemas import Document
from hanse.data.imports import transactions
from hanse.sources.documents import folder, naming, numbers
from hanse.sources.documents.findings import LEFT_OUT, Findings
from hanse.sources.documents.folder import File
from hanse.sources.documents.linking import MOST_LINKS, Links
from hanse.sources.documents.numbers import Numbers
from hanse.sources.documents.reading.parts import About, Problem, Text
from hanse.sources.documents.reading.worker import Reader
from hanse.sources.documents.schemas import DocumentsRequest, FileOutcome, State, Tally

VERSION = 1
"""Counted up where files are to be read anew, because they are read better."""
BATCH = 100
"""Pages that are kept in memory."""
MOST_TOLD = 1_000
"""Files of which is kept what became of each; all are counted."""


@dataclass
class _Reading:
    """What one file gave."""

    links: Links
    about: About = field(default_factory=About)
    body: str = ""
    pages: int = 0
    is_left_out: bool = False


@dataclass
class Work:
    """One import while it goes on."""

    context: Context
    request: DocumentsRequest
    findings: Findings
    reader: Reader
    numbers: Numbers = field(default_factory=Numbers)
    known: dict[str, FileDocument] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    outcomes: list[FileOutcome] = field(default_factory=list)
    _seen: dict[str, str] = field(default_factory=dict)
    """The name of the first file by digest."""

    async def begin(self) -> None:
        """Learn the numbers of the catalog, and what is there already."""
        await self.context.progress(0.0, "reading the numbers of the catalog")
        connection = await self.context.connection()
        self.numbers = await numbers.load(connection)
        self.known = await files.of_source(connection, self.request.source)

    async def take(self, found: Iterable[File]) -> None:
        """Take in all files."""
        whole, done = sum(each.size for each in found) or 1, 0
        for file in found:
            await self.context.progress(0.02 + 0.97 * done / whole, f"reading {file.name}")
            await self._take(file)
            done += file.size

    async def withdraw(self, found: Iterable[File]) -> None:
        """Withdraw the documents whose files are gone."""
        there = {self._id(each) for each in found}
        gone = [document_id for document_id in self.known if document_id not in there]
        if gone:
            async with transactions.own(self.context) as connection:
                self.tally.gone = await files.withdraw(connection, gone)

    async def _take(self, file: File) -> None:
        known, digest = self.known.get(self._id(file)), await self._digest(file)
        if digest is None:
            self._tell(file.name, "left_out")
        elif known is None or known.digest != digest:
            await self._read(file, digest, is_new=known is None)
        elif known.attributes.get("numbers") != self.numbers.digest:
            await self._link_anew(known)
        else:
            self._tell(file.name, "same")

    def _tell(self, name: str, state: State, *, pages: int = 0, links: int = 0) -> None:
        """Count what became of a file."""
        setattr(self.tally, state, getattr(self.tally, state) + 1)
        self.tally.pages += pages
        self.tally.links += links
        if len(self.outcomes) < MOST_TOLD:
            self.outcomes.append(FileOutcome(file=name, state=state, pages=pages, links=links))

    async def _digest(self, file: File) -> str | None:
        """Return the digest of a file and of how it is read; null, with a finding, for one that is not to be read."""
        most = folder.MOST_BYTES[file.format]
        if not file.size:
            self.findings.add("empty", file.name)
            return None
        if file.size > most:
            self.findings.add("too_large", file.name, most=most // 1_000_000)
            return None
        try:
            content = await asyncio.to_thread(folder.digest, file.path)
        except OSError as error:
            self.findings.add("unreadable", file.name, reason=error.strerror or type(error).__name__)
            return None
        first = self._seen.setdefault(content, file.name)
        if first != file.name:
            self.findings.add("same_file", file.name, other=first)
        usual = "-".join(filter(None, (self._usual_language, self.request.kind)))
        return f"{VERSION}-{usual}-{content}"

    async def _read(self, file: File, digest: str, *, is_new: bool) -> None:
        """Read a file and write it, in one transaction."""
        document_id, source, now = self._id(file), self.request.source, self.context.clock.now()
        async with transactions.own(self.context) as connection:
            reading = await self._go_through(connection, file)
            if reading.is_left_out:
                self._tell(file.name, "left_out")
                return
            document = self._document(file, digest, reading)
            await store.put_documents(connection, [document], source=source, now=now)
            await pages.take_staged(connection, document_id)
        self._tell(file.name, "new" if is_new else "changed", pages=reading.pages, links=len(document.product_ids))

    async def _go_through(self, connection: Connection, file: File) -> _Reading:
        """Read a file; its pages are kept aside in the transaction as they come."""
        reading, document_id = _Reading(Links(self.numbers)), self._id(file)
        waiting: list[tuple[int, str]] = []
        await pages.stage(connection, document_id, ())
        async for part in self.reader.read(file):
            if isinstance(part, About):
                reading.about = part
                reading.links.name(file.name, part.title, part.products)
            elif isinstance(part, Problem):
                self.findings.add(part.code, file.name, part.page, **part.facts)
                reading.is_left_out |= part.code in LEFT_OUT
            elif isinstance(part, Text):
                await self._take_text(part, reading, waiting)
            if len(waiting) >= BATCH:
                await pages.stage_more(connection, document_id, waiting)
                waiting.clear()
        await pages.stage_more(connection, document_id, waiting)
        if not (reading.is_left_out or reading.pages or reading.body):
            self.findings.add("no_text", file.name)
            reading.is_left_out = True
        return reading

    async def _take_text(self, part: Text, reading: _Reading, waiting: list[tuple[int, str]]) -> None:
        await asyncio.to_thread(reading.links.page, part.text, part.page)
        if part.page is None:
            reading.body = part.text
        else:
            reading.pages += 1
            waiting.append((part.page, part.text))

    def _document(self, file: File, digest: str, reading: _Reading) -> Document:
        about = reading.about
        linked = self._linked(file.name, reading.links)
        return Document(
            document_id=self._id(file),
            kind=about.kind or naming.kind_of(file.name, self.request.kind or naming.OTHER),
            language=self._language(file, about),
            title=about.title or naming.title_of(file.name),
            body=reading.body,
            product_ids=tuple(linked),
            url=about.url,
            path=file.name,
            digest=digest,
            page_count=about.page_count,
            attributes={"linked_by": linked, "named": list(about.products), "numbers": self.numbers.digest},
        )

    async def _link_anew(self, known: FileDocument) -> None:
        """Link a document whose file is the same to a catalog that is not."""
        links = Links(self.numbers)
        async with transactions.own(self.context) as connection:
            links.name(known.path, known.title, known.attributes.get("named", ()))
            async for some in pages.read(connection, document_ids=[known.document_id]):
                for each in some:
                    await asyncio.to_thread(links.page, each.text, each.page)
            linked = self._linked(known.path, links)
            attributes = {**known.attributes, "linked_by": linked, "numbers": self.numbers.digest}
            is_same = linked == known.attributes.get("linked_by")
            if is_same:
                await files.note_numbers(connection, known.document_id, {"numbers": self.numbers.digest})
            else:
                await files.relink(connection, known.document_id, list(linked), attributes, now=self.context.clock.now())
        self._tell(known.path, "same" if is_same else "changed", links=0 if is_same else len(linked))

    def _linked(self, name: str, links: Links) -> dict[str, str]:
        """Return the products of a document with how sure each is; what is odd about them is told."""
        linked, count = links.chosen()
        for each in links.unknown:
            self.findings.add("unknown_product", name, product=each)
        if count > MOST_LINKS:
            self.findings.add("many_links", name, count=count)
        elif not linked:
            self.findings.add("no_links", name)
        return linked

    def _language(self, file: File, about: About) -> str:
        stated = about.language if about.is_stated else None
        found = stated or naming.language_of(file.name) or about.language
        if found is None and self.request.language is None:
            self.findings.add("language_guessed", file.name, language=self._usual_language)
        return found or self._usual_language

    @property
    def _usual_language(self) -> str:
        return self.request.language or self.context.settings.language

    def _id(self, file: File) -> str:
        return f"{self.request.source}/{file.name}"
