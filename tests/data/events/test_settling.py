"""Message keys move from the small table to the large one, and nothing that was known is forgotten on the way."""

from __future__ import annotations

import asyncio

from hanse.base import database
from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.data import events
from hanse.data.events import settling, store
from tests.conftest import NOW
from tests.data.events.test_store import viewed


async def count(connection: Connection, table: str) -> int:
    row = await (await connection.execute(f"SELECT count(*) AS count FROM {table}".encode())).fetchone()
    assert row
    return int(row["count"])


async def test_a_message_that_was_moved_is_known_still(database_url: str, context: Context) -> None:
    async with await database.connect(database_url) as connection:
        await events.append(connection, [viewed(str(number)) for number in range(1000)], now=NOW)
    assert await settling.settle(context, enough=500) == 1000
    async with await database.connect(database_url) as connection:
        assert (await count(connection, "recent_messages"), await count(connection, "settled_messages")) == (0, 1000)
        again = await events.append(connection, [viewed(str(number)) for number in range(990, 1010)], now=NOW)
        assert again.taken == (False,) * 10 + (True,) * 10
        assert (await count(connection, "event_messages"), await count(connection, "events")) == (1010, 1010)


async def test_few_messages_stay_where_they_are(database_url: str, context: Context) -> None:
    async with await database.connect(database_url) as connection:
        await events.append(connection, [viewed("a")], now=NOW)
    assert await settling.settle(context, enough=2) == 0


async def test_who_brings_a_message_while_it_is_being_moved_waits_and_finds_it(database_url: str) -> None:
    async with await database.connect(database_url) as moving, await database.connect(database_url) as bringing:
        await events.append(moving, [viewed("a")], now=NOW)
        await moving.commit()
        key = store.message_key("a")
        await moving.execute(store.queries["settle_messages"], {"first": key, "last": key})
        second = asyncio.create_task(events.append(bringing, [viewed("a")], now=NOW))
        await asyncio.sleep(0.05)
        assert not second.done()
        await moving.commit()
        assert (await second).taken == (False,)
        assert await count(bringing, "event_messages") == 1


async def test_what_a_lost_connection_wrote_is_recognised_by_its_own_id(connection: Connection) -> None:
    sent = [viewed("a"), viewed("b")]
    mine = [store.message_key("1"), store.message_key("2")]
    await store.write(connection, sent[:1], mine[:1], now=NOW, months=set())
    assert await store.written(connection, sent, mine) == [True, False]
    assert await store.written(connection, sent, [store.message_key("3"), mine[1]]) == [False, False]
