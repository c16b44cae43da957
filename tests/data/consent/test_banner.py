"""A TC string becomes entries of the ledger: what was chosen, when it was chosen, and only what is news."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hanse.base import context as contract
from hanse.base.clock import FixedClock
from hanse.data.consent import Situation, operations, tcf
from hanse.data.consent.errors import UnreadableTCString
from hanse.data.consent.requests import RecordTCF, Withdraw
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.data.consent.test_tcf import GIVEN
from tests.serve.conftest import declared, running, settings

__all__ = ["declared", "running", "settings"]
CHOSEN_AT = datetime(2023, 11, 14, 22, 15, tzinfo=UTC)


def string(*purposes: int, at: datetime = NOW) -> str:
    """Return a string of a site that says what the site itself may do."""
    moment = f"{(at - tcf.EPOCH) // tcf.DECISECOND:036b}"
    core = "000010" + moment * 2 + "0" * 30 + "0" * 12 + "0" * 12 + f"{5:06b}" + "10" + "0" * 12 + "0" * 48 + "0" + "0" * 12 + "0" * 34 + "0" * 12
    own = "011" + "".join("1" if number in purposes else "0" for number in range(1, 25)) + "0" * 24 + "0" * 6
    return ".".join(_letters(bits) for bits in (core, own))


def _letters(bits: str) -> str:
    bits += "0" * (-len(bits) % 6)
    return "".join(tcf.ALPHABET[int(bits[place : place + 6], 2)] for place in range(0, len(bits), 6))


async def tell(running: Runtime, text: str, **facts: Any) -> dict[tuple[str, str | None], Situation]:
    async with running.context() as context:
        found = await contract.run(operations.record_tcf, RecordTCF(anonymous_id="b-1", tc_string=text, **facts), context)
    return {(each.purpose, each.medium): each.situation for each in found.states}


async def count(running: Runtime) -> int:
    async with running.resources.pool.connection() as connection:
        row = await (await connection.execute("SELECT count(*) AS count FROM consents")).fetchone()
    return int(row["count"]) if row else 0


async def test_what_was_chosen_counts_from_when_it_was_chosen(running: Runtime) -> None:
    assert await tell(running, GIVEN) == {
        ("statistics", None): Situation.DENIED,
        ("personalisation", None): Situation.AGREED,
        ("advertising", "email"): Situation.NEVER_ASKED,
        ("advertising", "site"): Situation.DENIED,
    }
    async with running.resources.pool.connection() as connection:
        rows = await (await connection.execute("SELECT decided_at, evidence, channel FROM consents")).fetchall()
    assert {row["decided_at"] for row in rows} == {CHOSEN_AT}
    assert [row["evidence"] for row in rows] == [{"tc_string": GIVEN, "vendor_id": None}] * 3


async def test_on_every_page_view_it_is_written_once(running: Runtime) -> None:
    for _ in range(3):
        await tell(running, GIVEN)
    assert await count(running) == 3


async def test_strings_that_tell_only_the_day_count_in_the_order_in_which_they_come(running: Runtime, clock: FixedClock) -> None:
    midnight = NOW.replace(hour=0)
    yes, no = string(1, 5, 6, at=midnight), string(at=midnight)
    for text, expected in ((yes, Situation.AGREED), (no, Situation.DENIED), (yes, Situation.AGREED), (yes, Situation.AGREED)):
        clock.advance(minutes=1)
        assert (await tell(running, text))["personalisation", None] is expected
    assert await count(running) == 5


async def test_an_old_string_that_comes_late_does_not_undo_a_newer_one(running: Runtime) -> None:
    await tell(running, string(at=NOW - timedelta(days=1)))
    for _ in range(2):
        assert (await tell(running, string(1, 5, 6, at=NOW - timedelta(days=2))))["personalisation", None] is Situation.DENIED
    assert await count(running) == 4


async def test_a_withdrawal_stands_against_the_string_that_was_there_before(running: Runtime) -> None:
    await tell(running, GIVEN)
    async with running.context() as context:
        await contract.run(operations.withdraw, Withdraw(anonymous_id="b-1", channel="account page"), context)
    assert (await tell(running, GIVEN))["personalisation", None] is Situation.WITHDRAWN


async def test_a_string_from_the_future_is_of_now(running: Runtime) -> None:
    await tell(running, string(1, 5, 6, at=NOW + timedelta(days=400)))
    async with running.resources.pool.connection() as connection:
        rows = await (await connection.execute("SELECT DISTINCT decided_at FROM consents")).fetchall()
    assert [row["decided_at"] for row in rows] == [NOW]


async def test_what_says_nothing_of_the_site_changes_nothing(running: Runtime) -> None:
    assert set((await tell(running, GIVEN.rpartition(".")[0])).values()) == {Situation.NEVER_ASKED}
    assert await count(running) == 0


async def test_what_cannot_be_read_makes_nobody(running: Runtime) -> None:
    with pytest.raises(UnreadableTCString):
        await tell(running, GIVEN[:20])
    async with running.resources.pool.connection() as connection:
        assert await (await connection.execute("SELECT * FROM profiles")).fetchall() == []
