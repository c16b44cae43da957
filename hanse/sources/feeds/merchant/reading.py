"""Going through a Google Merchant feed, as XML or as a table."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from hanse.base import delimited
from hanse.data.revisions.schemas import Found, Header, Item, Scope
from hanse.sources.feeds import nodes
from hanse.sources.feeds.errors import BrokenFeed, HostileFeed, UnknownFeed
from hanse.sources.feeds.merchant import items, structured
from hanse.sources.feeds.merchant.items import Row
from hanse.sources.feeds.nodes import Break, Node, Opening, Remark
from hanse.sources.feeds.protocol import Options

NAMESPACE = b"base.google.com/ns/1.0"
ITEMS = ("item", "entry")
ROOTS = frozenset({"rss", "feed", "RDF"})
LONGEST_LINE = 1_000_000


class Merchant:
    """A feed for Google Merchant Center: RSS, Atom or TSV."""

    name = "merchant"
    title = "Google Merchant feed"

    def knows(self, head: bytes) -> bool:
        """Return whether a file begins as such a feed does."""
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"\0" in head:
            plain = head.replace(b"\0", b"")
            return NAMESPACE in plain or b"<rss" in plain or b"<feed" in plain
        columns = {_column(each) for each in head.partition(b"\n")[0].decode("latin-1").removeprefix("ï»¿").split("\t")}
        return "id" in columns and not columns.isdisjoint({"title", f"{structured.PREFIX}title"})

    def read(self, path: Path, options: Options) -> Iterator[Item]:
        """Go through a feed."""
        with path.open("rb") as file:
            head = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        is_xml = head.startswith((b"<", b"\xff\xfe", b"\xfe\xff"))
        yield from _from_xml(path, options) if is_xml else _from_table(path, options)


def _from_xml(path: Path, options: Options) -> Iterator[Item]:
    title, begun = "", False
    early: list[Found] = []
    for part in nodes.read(path, (*ITEMS, "title")):
        if not isinstance(part, Node):
            early += _told(part, path, begun=begun)
        elif part.name == "title":
            title = title or part.text
        else:
            yield from () if begun else _begin(title, options)
            begun = True
            yield from items.read(_row(part), options)
        if begun:
            yield from early
            early = []
    if not begun:
        raise UnknownFeed(file=path.name, reason="it has no item")


def _told(part: Opening | Remark | Break, path: Path, *, begun: bool) -> list[Found]:
    """Return what is odd about the file itself."""
    if isinstance(part, Opening):
        if part.name not in ROOTS:
            raise UnknownFeed(file=path.name, reason=f"its first element is {part.name[:40]}")
        return []
    if isinstance(part, Remark):
        return [Found(code=part.code, line=part.line, facts=dict(part.facts))]
    if not begun:
        raise BrokenFeed(file=path.name, line=part.line, reason=part.reason)
    return [Found(code="broken_xml", line=part.line, facts={"reason": part.reason})]


def _begin(title: str, options: Options) -> Iterator[Item]:
    yield Header(format="merchant", scope=Scope.FULL, supplier=title[:200], currency=options.currency)
    if options.tax_rate is None:
        yield Found(code="gross_prices")


def _row(node: Node) -> Row:
    cells: dict[str, list[tuple[str, int]]] = {}
    for child in node.children:
        text = child.text or child.attributes.get("href", "")
        if child.children:
            text = _nested(child)
        if text:
            cells.setdefault(_column(child.name), []).append((text, child.line))
    return Row(cells, node.line)


def _nested(node: Node) -> str:
    """Return the parts of a field as a cell of a table has them."""
    if _column(node.name).startswith(structured.PREFIX):
        parts = {_column(each.name): each.text for each in node.children}
        return structured.written(parts.get("digital_source_type", ""), parts["content"]) if parts.get("content") else ""
    return ":".join(each.text for each in node.children)


def _from_table(path: Path, options: Options) -> Iterator[Item]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = _rows(file)
        columns = [_column(each) for each in next(rows, (1, []))[1]]
        yield from _begin("", options)
        for line, row in rows:
            if len(row) > len(columns) or (len(row) < len(columns) and len(row) <= 1):
                if any(row):
                    yield Found(code="wrong_row", line=line, facts={"cells": len(row), "columns": len(columns)})
            else:
                yield from items.read(_table_row(columns, row, line), options)


def _rows(file: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Give the rows, each with the line on which it begins."""
    rows, line = delimited.reader(_short(file), "\t"), 1
    try:
        for row in rows:
            yield line, row
            line = rows.line_num + 1
    except csv.Error as error:
        raise HostileFeed(line=line, reason="a quotation mark that begins here does not end within 16 million characters") from error


def _table_row(columns: list[str], row: list[str], line: int) -> Row:
    found: dict[str, list[tuple[str, int]]] = {}
    for name, cell in zip(columns, row, strict=False):
        if cell.strip():
            found.setdefault(name, []).extend((each.strip(), line) for each in _values(name, cell) if each.strip())
    return Row(found, line)


def _values(name: str, cell: str) -> list[str]:
    """Return the values of a cell: those of some fields are parted by commas, and quoted where they have one themselves."""
    return next(delimited.reader([" ".join(cell.splitlines())]), []) if name in items.LISTED and "," in cell else [cell]


def _short(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise HostileFeed(line=number, reason="one line has more than a million characters")
        yield line.replace("\0", "")


def _column(name: str) -> str:
    return re.sub(r"[\s\-]+", "_", name.strip().strip('"').lower()).removeprefix("g:").removeprefix("g_")
