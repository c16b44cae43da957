"""The header of a BMEcat: what holds for all its products."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from hanse.data.revisions.schemas import Header, Scope
from hanse.sources.feeds import values
from hanse.sources.feeds.nodes import Node
from hanse.sources.feeds.protocol import Options
from hanse.sources.feeds.values import Notes

EMPTY = Node("HEADER", {}, 1)
LONGEST = 200


@dataclass(frozen=True)
class CatalogFacts:
    """What the products are read with."""

    header: Header
    options: Options
    currency: str
    language: str
    """Language of texts without one."""
    mime_root: str = ""
    territories: frozenset[str] = frozenset()
    customer_list: str = ""
    """Price list of the prices that hold for one customer; empty where nobody says for whom."""
    feature_names: dict[str, dict[str, str]] = field(default_factory=dict)
    """Readable names by the code of a feature or of a class, by language."""


def read(node: Node | None, scope: Scope, version: str, options: Options, notes: Notes) -> CatalogFacts:
    """Return what a header says; null stands for a file without one."""
    node = node or EMPTY
    catalog = node.first("CATALOG") or EMPTY
    languages = tuple(dict.fromkeys(values.language(each.text, "") for each in catalog.every("LANGUAGE") if each.text))
    header = Header(
        format="bmecat",
        version=version,
        scope=scope,
        supplier=_supplier(node)[:LONGEST],
        catalog_id=catalog.said("CATALOG_ID")[:LONGEST],
        catalog_version=catalog.said("CATALOG_VERSION")[:LONGEST],
        title=values.text(catalog.said("CATALOG_NAME"), "CATALOG_NAME", catalog.line, notes)[:LONGEST],
        languages=tuple(filter(None, languages)),
        currency=_currency(catalog, options, notes),
        generated_at=_generated(catalog, options),
    )
    return CatalogFacts(
        header,
        options,
        currency=header.currency,
        language=_default_language(catalog) or (header.languages[0] if header.languages else options.language),
        mime_root=catalog.said("MIME_ROOT"),
        territories=frozenset(each.text for each in catalog.every("TERRITORY")),
        customer_list=_customer_list(node),
    )


def _supplier(node: Node) -> str:
    supplier = node.first("SUPPLIER") or EMPTY
    named = supplier.said("SUPPLIER_NAME", "SUPPLIER_ID")
    if named:
        return named
    wanted = node.said("SUPPLIER_IDREF")
    for party in (node.first("PARTIES") or EMPTY).every("PARTY"):
        ids = {each.text for each in party.every("PARTY_ID")}
        if (wanted and wanted in ids) or (not wanted and party.said("PARTY_ROLE") == "supplier"):
            return (party.first("ADDRESS") or EMPTY).said("NAME") or wanted or next(iter(ids), "")
    return wanted


def _customer_list(node: Node) -> str:
    """Return the price list of the one customer a catalog is for: that of the agreement, or of the buyer."""
    for agreement in node.every("AGREEMENT"):
        if found := agreement.said("AGREEMENT_ID"):
            return f"agreement-{found}"[:LONGEST]
    buyer = (node.first("BUYER") or EMPTY).said("BUYER_ID", "BUYER_NAME") or node.said("BUYER_IDREF")
    return f"buyer-{buyer}"[:LONGEST] if buyer else ""


def _currency(catalog: Node, options: Options, notes: Notes) -> str:
    found = catalog.first("CURRENCY")
    code = found.text.upper() if found else ""
    if values.is_currency(code):
        return code
    notes.add("no_currency", (found or catalog).line, currency=options.currency)
    return options.currency


def _default_language(catalog: Node) -> str:
    for each in catalog.every("LANGUAGE"):
        if each.attributes.get("default", "").lower() == "true":
            return values.language(each.text, "")
    return ""


def _generated(catalog: Node, options: Options) -> datetime | None:
    date = catalog.said("GENERATION_DATE")
    if date:
        return values.moment(date, "", "", default_zone=options.time_zone, is_end=False)
    for each in catalog.every("DATETIME"):
        if each.attributes.get("type", "generation_date") == "generation_date":
            return values.moment(each.said("DATE"), each.said("TIME"), each.said("TIMEZONE"), default_zone=options.time_zone, is_end=False)
    return None
