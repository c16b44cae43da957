"""Going through a BMEcat from its first element to its last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hanse.data.revisions.schemas import Found, Item, Scope
from hanse.sources.feeds import nodes
from hanse.sources.feeds.bmecat import header, names, products, structure
from hanse.sources.feeds.bmecat.categories import Tree
from hanse.sources.feeds.bmecat.header import CatalogFacts
from hanse.sources.feeds.bmecat.wording import spoken
from hanse.sources.feeds.errors import BrokenFeed, UnknownFeed
from hanse.sources.feeds.nodes import Break, Node, Opening, Remark
from hanse.sources.feeds.protocol import Options
from hanse.sources.feeds.values import Notes

WANTED = ("HEADER", names.GROUP, *names.PRODUCTS, *names.MAPS, *names.TEMPLATES)


class BMEcat:
    """BMEcat 1.2, 2005, 2005.1 and 2005.2."""

    name = "bmecat"
    title = "BMEcat"

    def knows(self, head: bytes) -> bool:
        """Return whether a file begins as a BMEcat does."""
        return "<BMECAT" in _text(head) or ":BMECAT" in _text(head)

    def read(self, path: Path, options: Options) -> Iterator[Item]:
        """Go through a BMEcat."""
        reading = _Reading(path, options)
        for part in nodes.read(path, WANTED, openings=names.TRANSACTIONS):
            yield from reading.take(part)
        yield from reading.end()


@dataclass
class _Reading:
    path: Path
    options: Options
    version: str = "2005"
    header: Node | None = None
    facts: CatalogFacts | None = None
    scope: Scope = Scope.FULL
    transactions: int = 0
    products: int = 0
    tree: Tree = field(default_factory=Tree)
    early: list[Found] = field(default_factory=list)
    """What was found before the header could be told."""

    def take(self, part: nodes.Part) -> Iterator[Item]:
        """Take in the next part of the file."""
        if isinstance(part, Opening):
            yield from self._open(part)
        elif isinstance(part, Remark):
            yield from self._told(Found(code=part.code, line=part.line, facts=dict(part.facts)))
        elif isinstance(part, Break):
            if not self.products:
                raise BrokenFeed(file=self.path.name, line=part.line, reason=part.reason)
            yield Found(code="broken_xml", line=part.line, facts={"reason": part.reason})
        elif part.name == "HEADER":
            self.header = part
        else:
            yield from self._element(part)

    def end(self) -> Iterator[Item]:
        """Say what can be said once all has been read."""
        if self.facts is None:
            raise UnknownFeed(file=self.path.name, reason="it is a BMEcat without a transaction such as T_NEW_CATALOG")
        notes = Notes()
        self.tree.check(notes)
        yield from notes.found

    def _open(self, opening: Opening) -> Iterator[Item]:
        if opening.name not in names.TRANSACTIONS:
            if opening.name != "BMECAT":
                raise UnknownFeed(file=self.path.name, reason=f"its first element is {opening.name[:40]}")
            self.version = opening.attributes.get("version", "").strip() or "2005"
            if self.version not in names.VERSIONS:
                yield from self._told(Found(code="unknown_version", line=opening.line, facts={"version": self.version[:40]}))
            return
        self.transactions += 1
        if self.transactions > 1:
            yield Found(code="structure_value", line=opening.line, facts={"element": "BMECAT", "value": opening.name, "allowed": "one transaction"})
            return
        yield from self._begin(opening)

    def _begin(self, opening: Opening) -> Iterator[Item]:
        notes = Notes()
        if self.options.strict:
            structure.check_header(self.header, notes)
            if opening.name.startswith("T_UPDATE") and not opening.attributes.get("prev_version"):
                notes.add("structure_missing", opening.line, element=opening.name, child="prev_version")
        self.scope = names.TRANSACTIONS[opening.name]
        self.facts = header.read(self.header, self.scope, self.version, self.options, notes)
        yield self.facts.header
        yield from self.early
        yield from notes.found

    def _told(self, found: Found) -> Iterator[Item]:
        if self.facts is None:
            self.early.append(found)
        else:
            yield found

    def _element(self, node: Node) -> Iterator[Item]:
        if self.facts is None:
            return
        notes = Notes()
        if node.name in names.PRODUCTS:
            self.products += 1
            entry, found = products.read(node, self.facts)
            yield from found
            if entry is not None:
                yield entry
        elif node.name == names.GROUP:
            if self.options.strict:
                structure.check_group(node, notes)
            self.tree.add(node, self.facts, notes)
        elif node.name in names.MAPS:
            if self.options.strict:
                structure.check_map(node, notes)
            self.tree.check(notes)
            placement = self.tree.place(node, notes)
            if placement is not None:
                yield placement
        else:
            self._template(node, notes)
        yield from notes.found

    def _template(self, node: Node, notes: Notes) -> None:
        """Learn how the codes of a delivered classification are called."""
        assert self.facts is not None  # noqa: S101  # _element looked
        for each in (node, *node.every("FEATURE_TEMPLATE")):
            code = each.said("FT_ID", "FEATURE_GROUP_ID", "CLASSIFICATION_GROUP_ID")
            name = spoken(each, ("FT_NAME", "FEATURE_GROUP_NAME", "CLASSIFICATION_GROUP_NAME"), self.facts, notes)
            if code and name and len(self.facts.feature_names) < 500_000:
                self.facts.feature_names.setdefault(code, name)


def _text(head: bytes) -> str:
    return head.replace(b"\0", b"").decode("latin-1")
