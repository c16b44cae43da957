"""XML read as a stream of small trees, each with the line it stands on; what could hurt is refused, and memory stays flat.

expat knows the line of every element, however long the file, and loads nothing by itself. Entities are never expanded, DTDs and
external entities never fetched. The readers of feeds ask here for the elements they want.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Callable, Collection, Iterator
from itertools import count
from pathlib import Path
from xml.parsers import expat

import msgspec

from hanse.sources.feeds.errors import HostileFeed

CHUNK_BYTES = 1 << 16
DEEPEST = 64
"""Levels of elements; the formats have about ten."""
MOST_NODES = 200_000
"""Elements in one tree that is kept."""
MOST_TREE_CHARACTERS = 20_000_000
"""Characters of text in one tree that is kept."""
LONGEST_TEXT = 1_000_000
"""Characters of one element; the rest is left out."""
LONGEST_TOKEN_BYTES = 4_000_000
"""Bytes of one tag, comment or declaration; expat has to hold it whole."""
LONGEST_ENTITY = 1_000
MOST_ENTITIES = 1_000
"""Unknown entities that are told."""
MOST_PARTS = 32
"""Pieces of a text that is still coming; more are put together, and cut where they are too much."""
LONG = 10_000
"""Characters from which on a text counts for what one entry may have."""

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


class Node(msgspec.Struct, gc=False):
    """One element with what is in it. There are millions, and none points back, so the garbage collector need not know of them."""

    name: str
    """Its name as in the file, without a namespace."""
    attributes: dict[str, str]
    line: int
    text: str = ""
    """Its own text in full, without space at the ends."""
    children: list[Node] | tuple[Node, ...] = ()
    """A list once there is any."""

    def first(self, *names: str) -> Node | None:
        """Return the first child of one of some names, the names in this order."""
        for name in names:
            for child in self.children:
                if child.name == name:
                    return child
        return None

    def every(self, *names: str) -> list[Node]:
        """Return all children of some names, as they come."""
        return [child for child in self.children if child.name in names]

    def said(self, *names: str) -> str:
        """Return the text of the first child of one of some names; empty where there is none."""
        for name in names:
            for child in self.children:
                if child.name == name and child.text:
                    return child.text
        return ""


class Break:
    """The end of what can be read: the XML is broken from here on."""

    __slots__ = ("line", "reason")

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason


class Remark:
    """Something odd about the file itself."""

    __slots__ = ("code", "facts", "line")

    def __init__(self, code: str, line: int, **facts: str) -> None:
        self.code = code
        self.line = line
        self.facts = facts


class Opening:
    """The begin of an element that is not kept, such as the root or the transaction."""

    __slots__ = ("attributes", "line", "name")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line


Part = Node | Opening | Remark | Break


def read(path: Path, wanted: Collection[str], *, openings: Collection[str] = ()) -> Iterator[Part]:
    """Go through a file: the wanted elements whole and in order, `openings` at their start tags, the root's always.

    A `Break` ends it where the XML does. Raises `HostileFeed`.
    """
    reader = _Reader(wanted, openings)
    with path.open("rb") as file:
        chunks = _chunks(file.read, reader)
        for chunk in chunks:
            yield from reader.feed(chunk)
            if reader.broken:
                return
    yield from reader.end()


def _chunks(take: Callable[[int], bytes], reader: _Reader) -> Iterator[bytes]:
    """Return the bytes for expat; those of a file that says it is UTF-8 and is not are made so."""
    first = take(CHUNK_BYTES)
    declared = _DECLARED.match(first.removeprefix(b"\xef\xbb\xbf"))
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    repair = encoding in _UTF8 and not first.startswith(_UTF16) and b"\0" not in first[:4]
    pending, chunk = b"", first
    while chunk:
        if repair:
            whole, pending = _as_utf8(pending + chunk, reader)
            yield whole
        else:
            yield chunk
        chunk = take(CHUNK_BYTES)
    if pending:
        yield _as_utf8(pending + b" ", reader)[0].removesuffix(b" ")


def _as_utf8(data: bytes, reader: _Reader) -> tuple[bytes, bytes]:
    """Return bytes as UTF-8, what is none taken for Windows-1252; and the begin of a character that the next bytes may end."""
    parts: list[bytes] = []
    while True:
        try:
            data.decode()
        except UnicodeDecodeError as error:
            if error.end == len(data) and error.reason == "unexpected end of data":
                return b"".join((*parts, data[: error.start])), data[error.start :]
            parts.append(data[: error.start])
            reader.misencoded(b"".join(parts))
            parts.append(data[error.start : error.end].decode("cp1252", "replace").encode())
            data = data[error.end :]
        else:
            return b"".join((*parts, data)), b""


class _Reader:
    """What expat calls, and what came of it."""

    def __init__(self, wanted: Collection[str], openings: Collection[str]) -> None:
        self.wanted = frozenset(wanted)
        self.openings = frozenset(openings)
        self.broken = False
        self._found: list[Part] = []
        self._stack: list[Node] = []
        self._parts: list[str] = []
        self._outside = 0
        """How many elements are open that are not kept."""
        self._tick = count()
        self._characters = 0
        self._fed = 0
        self._lines = 0
        self._told: set[str] = set()
        self._parser = self._made()

    def _made(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = CHUNK_BYTES
        parser.StartElementHandler, parser.EndElementHandler = self._handlers(parser)
        parser.CharacterDataHandler = self._parts.append
        parser.EntityDeclHandler = self._entity
        parser.DefaultHandler = self._other  # not DefaultHandlerExpand: with this one, entities in texts stay as they are written
        parser.UseForeignDTD(True)  # so that &nbsp; without a DTD is something to pass over and not the end of the file
        return parser

    def _handlers(  # noqa: C901  # what is called ten million times is not taken apart
        self, parser: expat.XMLParserType
    ) -> tuple[Callable[[str, dict[str, str]], None], Callable[[str], None]]:
        """Return what is called for every tag of the file: closures, as each look-up by `self` would be paid some ten million times."""
        stack, parts, found = self._stack, self._parts, self._found
        push, pop, clear = stack.append, stack.pop, parts.clear

        def start(name: str, attributes: dict[str, str]) -> None:
            if ":" in name:
                name = name.rpartition(":")[2]
            if not stack:
                clear()
                self._start_outside(name, attributes)
                return
            node = Node(name, attributes, parser.CurrentLineNumber)
            parent = stack[-1]
            if parts:  # text before a child: a description with markup in it, or only space
                parent.text += "".join(parts)
                clear()
            if parent.children:
                parent.children.append(node)  # type: ignore[union-attr]  # a list once there is any
            else:
                parent.children = [node]
            push(node)
            if next(self._tick) > MOST_NODES:
                raise self._refused(f"one entry has more than {MOST_NODES:,} elements")
            if len(stack) > DEEPEST:
                raise self._refused(f"elements lie in each other more than {DEEPEST} deep")

        def end(_: str) -> None:
            if not stack:
                self._outside -= 1
                return
            node = pop()
            if parts:
                node.text = (node.text + "".join(parts)).strip()
                clear()
                if len(node.text) > LONG:
                    self._weigh(node)
            elif node.text:
                node.text = node.text.strip()
            if not stack:
                found.append(node)

        return start, end

    def feed(self, chunk: bytes) -> list[Part]:
        """Take in some bytes; return what is complete."""
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError as error:
            self._break(error)
        self._fed += len(chunk)
        self._lines += chunk.count(b"\n")
        if not self._stack:
            self._parts.clear()
        elif len(self._parts) > MOST_PARTS:
            self._shorten()
        if not self.broken and self._fed - max(self._parser.CurrentByteIndex, 0) > LONGEST_TOKEN_BYTES:
            raise self._refused("one tag or comment has more than 4 million bytes")
        return self._taken()

    def end(self) -> list[Part]:
        """Say that there are no more bytes."""
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            self._break(error)
        return self._taken()

    def misencoded(self, before: bytes) -> None:
        """Note, once, that the file is not in UTF-8; given what came since the last chunk."""
        if "encoding" not in self._told:
            self._told.add("encoding")
            self._found.append(Remark("wrong_encoding", self._lines + before.count(b"\n") + 1))

    def _taken(self) -> list[Part]:
        found = self._found.copy()
        self._found.clear()
        return found

    def _break(self, error: expat.ExpatError) -> None:
        self.broken = True
        self._found.append(Break(error.lineno, expat.ErrorString(error.code)))

    def _refused(self, reason: str) -> HostileFeed:
        return HostileFeed(line=self._parser.CurrentLineNumber, reason=reason)

    def _start_outside(self, name: str, attributes: dict[str, str]) -> None:
        line = self._parser.CurrentLineNumber
        if name in self.wanted:
            self._stack.append(Node(name, attributes, line))
            self._tick = count(1)
            self._characters = 0
            return
        self._outside += 1
        if self._outside > DEEPEST:
            raise self._refused(f"elements lie in each other more than {DEEPEST} deep")
        if self._outside == 1 or name in self.openings:
            self._found.append(Opening(name, attributes, line))

    def _shorten(self) -> None:
        """Put the parts of a long text together, and leave out what is too much."""
        whole = "".join(self._parts)
        if len(whole) > LONGEST_TEXT:
            self._tell_cut()
        self._parts[:] = [whole[:LONGEST_TEXT]]

    def _weigh(self, node: Node) -> None:
        if len(node.text) > LONGEST_TEXT:
            node.text = node.text[:LONGEST_TEXT]
            self._tell_cut()
        self._characters += len(node.text)
        if self._characters > MOST_TREE_CHARACTERS:
            raise self._refused(f"one entry has more than {MOST_TREE_CHARACTERS:,} characters")

    def _tell_cut(self) -> None:
        if "long" not in self._told:
            self._told.add("long")
            self._found.append(Remark("text_cut", self._parser.CurrentLineNumber))

    def _entity(self, name: str, is_parameter: int, value: str | None, *_: str | None) -> None:
        if value is not None and not is_parameter and ("&" in value or len(value) > LONGEST_ENTITY):
            raise self._refused(f"the entity {name[:40]} is made of other entities or too long")

    def _other(self, data: str) -> None:
        """Take what has no handler: comments, declarations, and references to entities, which are named and not expanded."""
        if not data.startswith("&"):
            return
        known = html.entities.html5.get(data[1:])
        self._parts.append(known or data)
        if known is None and data not in self._told and len(self._told) < MOST_ENTITIES:
            self._told.add(data)
            self._found.append(Remark("entity", self._parser.CurrentLineNumber, entity=data[:80]))
