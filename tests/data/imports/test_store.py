"""Imports are seen from their start to their end; dead letters wait, once each, until somebody closes them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from hanse.base import database
from hanse.base.database import Connection
from hanse.base.errors import InvalidRequest
from hanse.data import imports
from hanse.data.imports import DeadLetter, DeadLetterFilter
from tests.conftest import NOW


class Remark(msgspec.Struct):
    finding: str


async def begin(connection: Connection, minutes: int = 0) -> UUID:
    import_id = uuid4()
    now = NOW + timedelta(minutes=minutes)
    await imports.begin(connection, import_id=import_id, kind="orders", file_name="o.csv", source="shop", started_by="me", now=now)
    return import_id


def letter(line: int, **more: object) -> DeadLetter:
    facts = {"kind": "orders", "source": "shop", "field": "quantity", "reason": "It is zero.", "payload": {"Menge": "0"}, "created_at": NOW}
    return msgspec.convert({"dead_letter_id": uuid4(), "line": line, **facts, **more}, DeadLetter)


async def test_an_import_runs_and_ends_with_its_numbers(connection: Connection) -> None:
    import_id = await begin(connection)
    running = await imports.find(connection, import_id)
    assert running is not None
    assert (running.state, running.finished_at) == ("running", None)
    await imports.finish(
        connection, import_id, columns={"order_id": "Nr"}, counts={"rows": 3}, findings=[Remark("odd")], reject_file="r.csv", now=NOW
    )
    done = await imports.find(connection, import_id)
    assert done is not None
    assert (done.state, done.columns, done.counts, done.findings) == ("done", {"order_id": "Nr"}, {"rows": 3}, [{"finding": "odd"}])


async def test_a_failed_import_keeps_its_error(connection: Connection) -> None:
    import_id = await begin(connection)
    await imports.fail(connection, import_id, error="broken\0file", now=NOW)
    failed = await imports.find(connection, import_id)
    assert failed is not None
    assert (failed.state, failed.error) == ("failed", "broken\ufffdfile")


async def test_an_unknown_import_is_none(connection: Connection) -> None:
    assert await imports.find(connection, uuid4()) is None


async def test_imports_are_listed_newest_first_and_page_by_page(connection: Connection) -> None:
    made = [await begin(connection, minutes) for minutes in range(3)]
    first = await imports.list_imports(connection, limit=2)
    rest = await imports.list_imports(connection, limit=2, before=first[-1].import_id)
    assert [each.import_id for each in first + rest] == made[::-1]


async def test_a_dead_letter_is_kept_once(connection: Connection) -> None:
    kept = letter(2)
    assert await imports.add_dead_letters(connection, [kept, letter(3)]) == 2
    assert await imports.add_dead_letters(connection, [kept]) == 0
    assert await imports.dead_letter(connection, kept.dead_letter_id) == kept


async def test_dead_letters_are_paged_by_line(connection: Connection) -> None:
    await imports.add_dead_letters(connection, [letter(line) for line in (5, 3, 1, 4, 2)])
    lines: list[int | None] = []
    cursor = None
    while True:
        page = await imports.list_dead_letters(connection, cursor=cursor, limit=2)
        lines.extend(item.line for item in page.items)
        if (cursor := page.next_cursor) is None:
            break
    assert lines == [1, 2, 3, 4, 5]


async def test_newer_dead_letters_come_first(connection: Connection) -> None:
    await imports.add_dead_letters(connection, [letter(1), letter(9, created_at=NOW + timedelta(hours=1))])
    page = await imports.list_dead_letters(connection, limit=1)
    following = await imports.list_dead_letters(connection, cursor=page.next_cursor)
    assert [item.line for item in page.items + following.items] == [9, 1]


async def test_dead_letters_are_found_by_import_kind_and_state(connection: Connection) -> None:
    import_id = await begin(connection)
    mine, other = letter(1, import_id=import_id), letter(2, kind="event")
    await imports.add_dead_letters(connection, [mine, other])
    await imports.dismiss(connection, [other.dead_letter_id], now=NOW)
    assert [each.line for each in (await imports.list_dead_letters(connection, chosen=DeadLetterFilter(import_id=import_id))).items] == [1]
    assert [each.line for each in (await imports.list_dead_letters(connection, chosen=DeadLetterFilter(kind="event"))).items] == []
    assert [each.line for each in (await imports.list_dead_letters(connection, state="dismissed")).items] == [2]
    assert [each.line for each in (await imports.list_dead_letters(connection, state=None)).items] == [1, 2]


async def test_a_closed_dead_letter_cannot_be_closed_again(connection: Connection) -> None:
    kept = letter(1)
    await imports.add_dead_letters(connection, [kept])
    assert await imports.close_dead_letter(connection, kept.dead_letter_id, state="replayed", now=NOW)
    assert not await imports.close_dead_letter(connection, kept.dead_letter_id, state="dismissed", now=NOW)
    assert await imports.dismiss(connection, [kept.dead_letter_id], now=NOW) == 0
    found = await imports.dead_letter(connection, kept.dead_letter_id, lock=True)
    assert found is not None
    assert (found.state, found.closed_at) == ("replayed", NOW)


async def test_open_dead_letters_are_counted_by_kind(connection: Connection) -> None:
    closed = letter(3)
    await imports.add_dead_letters(connection, [letter(1), letter(2, kind="event"), closed])
    await imports.dismiss(connection, [closed.dead_letter_id], now=NOW)
    assert await imports.count_open(connection) == {"event": 1, "orders": 1}


async def test_a_foreign_cursor_is_refused(connection: Connection) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        await imports.list_dead_letters(connection, cursor="nonsense")


async def test_an_import_whose_process_is_gone_has_failed(database_url: str) -> None:
    async with await database.connect(database_url) as holder, await database.connect(database_url) as other:
        held, lost, young = [await begin(holder, minutes) for minutes in (-5, -5, 0)]
        await holder.commit()
        await imports.hold(holder, held)
        assert await imports.fail_abandoned(other, now=NOW) == 1
        states = {each.import_id: each.state for each in await imports.list_imports(other)}
        assert states == {held: "running", lost: "failed", young: "running"}
