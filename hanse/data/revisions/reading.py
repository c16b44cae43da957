"""Reading revisions: which there are, what one changes, what was found in its feed, and the history of one product."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import money
from hanse.base.database import Connection, Queries
from hanse.base.translation import say
from hanse.data.catalog.listing import PriceLine
from hanse.data.revisions import findings
from hanse.data.revisions.answers import (
    Change,
    ChangePage,
    FieldChange,
    FindingLine,
    FindingPage,
    PastRevision,
    ProductHistory,
    Revision,
    RevisionPage,
)
from hanse.data.revisions.errors import UnknownRevision

queries = Queries(__package__)
FIELDS = (
    *("state", "title", "description", "text_origins", "category", "brand", "gtin", "parent_id", "url", "image_url"),
    *("prices", "relations", "attributes", "media"),
)
"""The fields of a product in the order in which people read them."""
LANGUAGES = ("de", "en", "und")


async def revision(connection: Connection, revision_id: UUID) -> Revision:
    """Return one revision; raises `UnknownRevision`."""
    row = await (await connection.execute(queries["find"], {"revision_id": revision_id})).fetchone()
    if row is None:
        raise UnknownRevision(revision_id=revision_id)
    return msgspec.convert(row, Revision)


async def page(connection: Connection, *, state: str | None = None, cursor: UUID | None = None, limit: int = 50) -> RevisionPage:
    """Return revisions, the newest first."""
    rows = await _rows(connection, "list", {"state": state, "cursor": cursor, "limit": limit + 1})
    found = tuple(msgspec.convert(row, Revision) for row in rows[:limit])
    return RevisionPage(revisions=found, next_cursor=found[-1].revision_id if len(rows) > limit else None)


async def changes(
    connection: Connection,
    revision_id: UUID,
    *,
    action: str | None = None,
    price_jumps: bool = False,
    cursor: str | None = None,
    limit: int = 50,
    language: str = "en",
) -> ChangePage:
    """Return what a revision changes, product by product; raises `UnknownRevision`."""
    await revision(connection, revision_id)
    after_id = cursor.replace("\0", "") if cursor else None
    wanted = {"revision_id": revision_id, "action": action, "price_jumps": price_jumps, "after_id": after_id, "limit": limit + 1}
    rows = await _rows(connection, "changes", wanted)
    ids = [row["product_id"] for row in rows]
    titles = {row["product_id"]: row["title"] for row in await _rows(connection, "titles", {"product_ids": ids})}
    found = tuple(_change(row, titles.get(row["product_id"], {}), language) for row in rows[:limit])
    return ChangePage(changes=found, next_cursor=found[-1].product_id if len(rows) > limit else None)


async def found(
    connection: Connection, revision_id: UUID, *, code: str | None = None, cursor: int = 0, limit: int = 50, language: str = "en"
) -> FindingPage:
    """Return what is wrong or odd in the feed of a revision, by line; raises `UnknownRevision`."""
    await revision(connection, revision_id)
    rows = await _rows(connection, "findings", {"revision_id": revision_id, "code": code, "after_position": cursor, "limit": limit + 1})
    lines = tuple(finding(row, language) for row in rows[:limit])
    return FindingPage(findings=lines, next_cursor=lines[-1].position if len(rows) > limit else None)


async def history(connection: Connection, product_id: str, *, limit: int = 50) -> ProductHistory:
    """Return what revisions changed of a product, and all prices it ever had."""
    wanted = {"product_id": product_id.replace("\0", ""), "limit": limit}
    revisions = tuple(
        msgspec.convert({**row, "fields": fields_of(row["before"], row["after"])}, PastRevision) for row in await _rows(connection, "history", wanted)
    )
    prices = tuple(msgspec.convert(row, PriceLine) for row in await _rows(connection, "prices", {**wanted, "limit": limit * 10}))
    return ProductHistory(product_id=product_id, revisions=revisions, prices=prices)


def finding(row: Mapping[str, Any], language: str) -> FindingLine:
    """Return a finding in words."""
    kind = findings.KINDS[row["code"]]
    facts: dict[str, Any] = {name: say(__package__, value, language) if isinstance(value, str) else value for name, value in row["facts"].items()}
    if row["code"] == "price_jump":
        facts |= {side: amount(facts[f"{side}_minor"], facts["currency"], language) for side in ("before", "after")}
    return FindingLine(
        position=row["position"],
        code=row["code"],
        severity=kind.severity,
        line=row["line"],
        product_id=row["product_id"],
        message=findings.message(row["code"], facts, say(__package__, kind.message, language)),
        remedy=say(__package__, kind.remedy, language) if kind.remedy else "",
    )


def amount(minor: int, currency: str, language: str) -> str:
    """Return an amount as people write it; as a plain number where the currency is not one."""
    if language in {"de", "en"}:
        return money.Money(minor, currency).text(language)
    return f"{Decimal(minor).scaleb(-money.digits(currency))} {currency}"


def fields_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return the fields that differ, in the order in which people read them; what is empty on both sides is left out."""
    named = [name for name in FIELDS if name in before or name in after]
    found = (FieldChange(field=name, before=before.get(name), after=after.get(name)) for name in named)
    return tuple(each for each in found if each.before not in _EMPTY or each.after not in _EMPTY)


_EMPTY: tuple[Any, ...] = (None, {}, [], "")


def _change(row: Mapping[str, Any], title: Mapping[str, str], language: str) -> Change:
    told = {**title, **row["before"].get("title", {}), **row["after"].get("title", {})}
    return Change(
        product_id=row["product_id"],
        title=next((told[each] for each in (language, *LANGUAGES) if each in told), next(iter(told.values()), "")),
        action=row["action"],
        fields=fields_of(row["before"], row["after"]),
        line=row["line"],
        price_jump_share=row["price_jump_share"],
        is_undone=row["is_undone"],
    )


async def _rows(connection: Connection, name: str, wanted: Mapping[str, object]) -> list[dict[str, Any]]:
    return await (await connection.execute(queries[name], wanted)).fetchall()
