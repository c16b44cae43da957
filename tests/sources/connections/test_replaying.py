"""Replaying dead letters of shops, and deliveries that nobody can take in as there are no keys."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from hanse.base.context import Context
from hanse.data import imports
from hanse.data.imports import DeadLetter
from hanse.sources import connections
from hanse.sources.connections import jobs
from hanse.sources.files.errors import ClosedDeadLetter, NotReplayable, UnknownDeadLetter
from hanse.sources.source import Incoming
from hanse.testing.shops import FakeShopify
from tests.sources.conftest import Fetch

AT = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)


async def receive(context: Context, fake: FakeShopify, topic: str, body: object) -> UUID:
    signed = fake.signed(topic, body, at=AT)
    headers = {name.lower(): value for name, value in signed.headers.items()}
    receipt = await connections.receive(context, "shopify", "shop", Incoming(headers=headers, body=signed.body, received_at=AT))
    assert receipt.delivery_id is not None
    return receipt.delivery_id


async def connect(context: Context, fake: FakeShopify, *secrets: str) -> None:
    given = {name: fake.secrets[name] for name in secrets}
    await connections.connect(context, name="shop", system="shopify", url=fake.url, secrets=given, options={"allow_private": True})


async def test_only_open_dead_letters_of_shops_are_replayed(context: Context) -> None:
    connection = await context.connection()
    other = DeadLetter(dead_letter_id=UUID(int=1), kind="orders", source="shop", field="total", reason="missing", created_at=AT)
    await imports.add_dead_letters(connection, [other])
    with pytest.raises(UnknownDeadLetter):
        await connections.replay(context, UUID(int=9))
    with pytest.raises(NotReplayable):
        await connections.replay(context, UUID(int=1))
    await imports.dismiss(connection, [UUID(int=1)], now=AT)
    with pytest.raises(ClosedDeadLetter):
        await connections.replay(context, UUID(int=1))


async def test_what_needs_the_shop_is_ignored_where_nobody_may_ask_it(context: Context, fetch: Fetch) -> None:
    with FakeShopify() as fake:
        await connect(context, fake, "client_secret")
        delivery_id = await receive(context, fake, "refunds/create", {"id": 1, "order_id": 2})
        assert await connections.process(context, delivery_id, may_ask=False) == "ignored"
        (row,) = await fetch("SELECT note FROM deliveries")
        assert "orders/updated tells of it as well" in row["note"]
        assert fake.asked == []
        assert (await connections.reconcile(context, "shop")).products == 0


async def test_what_the_shop_has_no_longer_is_ignored(context: Context) -> None:
    with FakeShopify() as fake:
        await connect(context, fake, "client_secret", "access_token")
        delivery_id = await receive(context, fake, "refunds/create", {"id": 1, "order_id": 2})
        assert await connections.process(context, delivery_id, may_ask=False) == connections.WAITING
        assert await connections.process(context, delivery_id, may_ask=True) == "ignored"
        assert await connections.process(context, delivery_id, may_ask=True) == "done"


async def test_wrong_keys_are_told_by_polls_and_comparisons(context: Context) -> None:
    with FakeShopify() as fake:
        given = {**fake.secrets, "access_token": "wrong"}
        await connections.connect(context, name="shop", system="shopify", url=fake.url, secrets=given, options={"allow_private": True})
        assert "Check the keys" in (await connections.poll(context, "shop")).error
        assert "Check the keys" in (await connections.reconcile(context, "shop")).error
        assert await jobs.reconcile(context) == {
            "shops": [{"name": "shop", "products": 0, "discontinued": 0, "error": (await connections.reconcile(context, "shop")).error}]
        }
