"""The audit log keeps what was done, in order, and lets nobody change it."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from hanse.base import ids
from hanse.base.database import Connection
from hanse.base.operation import Effect
from hanse.data.access import audit
from tests.conftest import NOW


async def noted(connection: Connection, count: int) -> None:
    for index in range(count):
        await audit.note(
            connection,
            actor_kind="account",
            actor=("anna", "ben")[index % 2],
            action=("keys.create", "keys.revoke", "models.train")[index % 3],
            effect=Effect.WRITE,
            subject=f"s{index}",
            facts={"index": index},
            now=NOW + timedelta(seconds=index // 3),
        )


async def test_an_entry_comes_back_as_it_was_noted(connection: Connection) -> None:
    audit_id = await audit.note(connection, actor_kind="key", actor="shop", action="events.track", effect=Effect.ACT, facts={"n": 1}, now=NOW)
    page = await audit.page(connection)
    expected = audit.AuditEntry(
        audit_id=audit_id, at=NOW, actor_kind="key", actor="shop", action="events.track", effect="act", subject="", facts={"n": 1}
    )
    assert page == audit.AuditPage(entries=(expected,), next_before=None)


async def test_pages_go_through_everything_once_newest_first(connection: Connection) -> None:
    await noted(connection, 10)
    seen: list[audit.AuditEntry] = []
    page = await audit.page(connection, limit=3)
    while page.next_before is not None:
        seen.extend(page.entries)
        page = await audit.page(connection, before=page.next_before, limit=3)
    seen.extend(page.entries)
    assert len({each.audit_id for each in seen}) == 10
    assert [each.at for each in seen] == sorted((each.at for each in seen), reverse=True)


async def test_a_last_page_that_is_full_has_none_after_it(connection: Connection) -> None:
    await noted(connection, 4)
    assert (await audit.page(connection, limit=4)).next_before is None


async def test_entries_of_one_actor_and_action(connection: Connection) -> None:
    await noted(connection, 12)
    page = await audit.page(connection, actor="ben", action="keys.create")
    assert [each.subject for each in page.entries] == ["s9", "s3"]


async def test_an_unknown_place_gives_nothing(connection: Connection) -> None:
    await noted(connection, 2)
    assert (await audit.page(connection, before=ids.new(NOW))).entries == ()


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log"])
async def test_nobody_rewrites_the_log(connection: Connection, statement: str) -> None:
    await noted(connection, 1)
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        await connection.execute(statement.encode())
