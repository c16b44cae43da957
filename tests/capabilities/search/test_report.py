"""What people searched for, and what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hanse.base import context as contexts
from hanse.base import ids
from hanse.base.clock import FixedClock
from hanse.capabilities.search import operations
from hanse.capabilities.search.schemas import SearchReport
from hanse.data import events
from hanse.data.events import Event
from tests.capabilities.search.conftest import Shop
from tests.conftest import NOW


async def ask(shop: Shop, **wanted: Any) -> SearchReport:
    await shop.hanse.log.finish()
    async with shop.context() as context:
        found = await contexts.run(operations.report, contexts.parse(operations.report, wanted), context)
    assert isinstance(found, SearchReport)
    return found


async def happened(shop: Shop, name: str, decision_id: UUID | None, **properties: Any) -> None:
    named = {"decision_id": str(decision_id)} if decision_id else {}
    event = Event(message_id=str(ids.new(NOW)), name=name, anonymous_id="a1", source="shop", occurred_at=NOW, properties={**properties, **named})
    async with shop.hanse.resources.pool.connection() as connection:
        await events.append(connection, [event], now=NOW)


async def test_searches_are_counted_by_what_was_typed(shop: Shop, clock: FixedClock) -> None:
    decisions = [
        (await shop.search(query)).decision_id for query in ("Hammerbohrer", " hammerbohrer ", "HAMMERBOHRER", "xqzwv", "xqzwv", "xqzwv", "tasse")
    ]
    await shop.search("hammerbohrer", offset=1)
    await happened(shop, "Product Clicked", decisions[0], product_id="FK-300")
    await happened(shop, "Product Clicked", decisions[0], product_id="FK-301")
    await happened(shop, "Order Completed", decisions[1], order_id="1", revenue=12.5, currency="EUR")
    await happened(shop, "Order Completed", None, order_id="2", revenue=7, currency="EUR", products=[{"decision_id": str(decisions[2])}])
    await happened(shop, "Order Completed", decisions[2], order_id="3", revenue=90, currency="CHF")
    clock.advance(minutes=5)
    found = await ask(shop)
    assert (found.searches, found.found_nothing, found.clicked, found.ordered, found.revenue_minor, found.currency) == (7, 3, 1, 2, 1_950, "EUR")
    told = [(each.query, each.searches, each.found_nothing, each.clicked, each.ordered, each.revenue_minor) for each in found.queries]
    assert told == [("hammerbohrer", 3, 0, 1, 2, 1_950), ("xqzwv", 3, 3, 0, 0, 0)]


async def test_only_some_may_be_asked_for(shop: Shop, clock: FixedClock) -> None:
    for query in ("hammerbohrer", "xqzwv"):
        decision_id = (await shop.search(query)).decision_id
        if query == "hammerbohrer":
            await happened(shop, "Product Clicked", decision_id, product_id="FK-300")
    clock.advance(minutes=5)
    assert [each.query for each in (await ask(shop, least=1)).queries] == ["hammerbohrer", "xqzwv"]
    assert [each.query for each in (await ask(shop, least=1, only="found_nothing")).queries] == ["xqzwv"]
    assert [each.query for each in (await ask(shop, least=1, only="not_clicked")).queries] == ["xqzwv"]
    assert (await ask(shop)).queries == []


async def test_before_the_first_search_there_is_nothing_to_tell(shop: Shop) -> None:
    found = await ask(shop)
    assert (found.searches, found.queries, found.revenue_minor) == (0, [], 0)


async def test_what_is_for_the_eye_alone_is_not_logged(shop: Shop) -> None:
    found = await shop.search("hammerbohrer")
    assert found.facets
    await shop.hanse.log.finish()
    async with shop.context() as context:
        rows = await (await (await context.connection()).execute("SELECT answer FROM decisions")).fetchall()
    assert "facets" not in rows[0]["answer"]
    assert [each["product_id"] for each in rows[0]["answer"]["items"]] == [each.product_id for each in found.items]
