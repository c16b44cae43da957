"""Texts that come once for each language."""

from __future__ import annotations

from collections.abc import Sequence

from hanse.data.catalog.schemas import Texts
from hanse.sources.feeds import values
from hanse.sources.feeds.bmecat.header import CatalogFacts
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.values import Notes

LANG = ("lang", "xml:lang")


def spoken(node: Node, wanted: Sequence[str], facts: CatalogFacts, notes: Notes) -> Texts:
    """Return the texts of some children by language, without markup; of several in one language the first."""
    found: Texts = {}
    for child in node.children:
        if child.name in wanted and (child.text or child.children):
            found.setdefault(language(child, facts), values.text(whole(child), child.name, child.line, notes))
    return {code: text for code, text in found.items() if text}


def whole(node: Node) -> str:
    """Return the text of an element with that of the markup in it, as HTML."""
    if not node.children:
        return node.text
    return node.text + "".join(f"<{each.name}>{whole(each)}</{each.name}>" for each in node.children)


def language(node: Node, facts: CatalogFacts) -> str:
    """Return in which language an element is."""
    return stated_language(node, facts.language) or facts.language


def stated_language(node: Node, default: str = "") -> str:
    """Return which language an element says it is in; empty where it says none."""
    for name in LANG:
        if code := node.attributes.get(name):
            return values.language(code, default)
    return ""
