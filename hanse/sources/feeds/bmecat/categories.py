"""The category tree of a catalog: paths by group, safe from circles."""

from __future__ import annotations

from dataclasses import dataclass, field

from hanse.data.catalog.schemas import Texts
from hanse.data.revisions.schemas import Placement
from hanse.sources.feeds.bmecat.header import CatalogFacts
from hanse.sources.feeds.bmecat.wording import spoken
from hanse.sources.feeds.errors import HostileFeed
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.values import Notes

MOST = 500_000
SEPARATOR = " > "
LONGEST_PATH = 1_000
ROOT = "root"
TOP = frozenset({"", "0"})


@dataclass
class Group:
    """One category."""

    name: Texts
    parent_id: str
    is_root: bool
    line: int


@dataclass
class Tree:
    """All categories; paths are worked out once all are known."""

    groups: dict[str, Group] = field(default_factory=dict)
    _paths: dict[str, Texts] = field(default_factory=dict)
    _checked: bool = False

    def add(self, node: Node, facts: CatalogFacts, notes: Notes) -> None:
        """Take in a category."""
        group_id = node.said("GROUP_ID")[:200]
        if group_id in self.groups:
            notes.add("category_twice", node.line, group=group_id)
            return
        if len(self.groups) >= MOST:
            raise HostileFeed(line=node.line, reason=f"there are more than {MOST:,} categories")
        name = {code: text.replace(">", "›")[:200] for code, text in spoken(node, ("GROUP_NAME",), facts, notes).items()}
        parent_id = node.said("PARENT_ID")[:200]
        self.groups[group_id] = Group(name, parent_id, node.attributes.get("type") == ROOT or group_id == parent_id == "0", node.line)

    def check(self, notes: Notes) -> None:
        """Find circles and parents that are not there, once; each such category comes to the top."""
        if self._checked:
            return
        self._checked = True
        done: set[str] = set()
        for group_id in self.groups:
            trail: list[str] = []
            at = group_id
            while at in self.groups and at not in done and at not in trail:
                trail.append(at)
                at = self.groups[at].parent_id
            if at in trail:
                self._cut(trail[trail.index(at) :], notes)
            elif trail and at not in self.groups and at not in TOP:
                notes.add("unknown_category", self.groups[trail[-1]].line, group=at)
            done.update(trail)

    def place(self, node: Node, notes: Notes) -> Placement | None:
        """Return in which category a map puts a product; null, with a finding, where it is not there."""
        product_id, group_id = node.said("PROD_ID", "ART_ID")[:200], node.said("CATALOG_GROUP_ID")[:200]
        if not product_id:
            return None
        if group_id not in self.groups:
            notes.product_id = product_id
            notes.add("unknown_category", node.line, group=group_id)
            return None
        path = self.path(group_id)
        return Placement(product_id=product_id, category=path, line=node.line) if path else None

    def path(self, group_id: str) -> Texts:
        """Return the path of a category by language, without the root, whose name is the catalog's."""
        if group_id not in self._paths:
            chain: list[Group] = []
            at = group_id
            while at in self.groups and len(chain) < 50:
                if not self.groups[at].is_root:
                    chain.insert(0, self.groups[at])
                at = self.groups[at].parent_id
            languages = dict.fromkeys(code for each in chain for code in each.name)
            self._paths[group_id] = {code: SEPARATOR.join(_named(each, code) for each in chain)[:LONGEST_PATH] for code in languages}
        return self._paths[group_id]

    def _cut(self, circle: list[str], notes: Notes) -> None:
        first = min(circle, key=lambda each: self.groups[each].line)
        group = self.groups[first]
        notes.add("cyclic_categories", group.line, group=first)
        group.parent_id = ""


def _named(group: Group, code: str) -> str:
    return group.name.get(code) or next(iter(group.name.values()), "?")
