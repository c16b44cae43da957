"""Requests are read with the wrong field named, and a context commits, rolls back, and acts after the commit."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
import psycopg
import pytest
from msgspec import Meta

from hanse.base import context as contract
from hanse.base import database, errors
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Context, Resources
from hanse.base.database import Pool
from hanse.base.errors import InvalidRequest
from hanse.base.operation import Effect, Purpose, operation
from tests.conftest import NOW


class Crate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A crate."""

    weight: Annotated[int, Meta(gt=0)]


class Load(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to load."""

    boat: str
    crates: list[Crate] = []
    by_owner: dict[UUID, int] = {}


class Loaded(msgspec.Struct, frozen=True):
    """What was loaded."""

    crates: int


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=Load(boat="Cog"))
async def load(request: Load, context: Context) -> Loaded:
    """Load crates."""
    return Loaded(len(request.crates))


WRONG: list[tuple[bytes, str, str]] = [
    (b'{"boat": "Cog", "sails": 1}', "sails", "unknown field `sails`"),
    (b'{"boat": 7}', "boat", "Expected `str`, got `int`"),
    (b"{}", "boat", "missing required field `boat`"),
    (b'{"boat": "Cog", "crates": [{"weight": 1}, {"weight": "x"}]}', "crates[1].weight", "Expected `int`, got `str`"),
    (b'{"boat": "Cog", "crates": [{"weight": 0}]}', "crates[0].weight", "Expected `int` >= 1"),
    (b'{"boat": "Cog", "crates": [{"weight": 1, "mark": 2}]}', "crates[0].mark", "unknown field `mark`"),
    (b'{"boat": "Cog", "crates": [{}]}', "crates[0].weight", "missing required field `weight`"),
    (b'{"boat": "Cog", "by_owner": {"me": 1}}', "by_owner", "Invalid UUID"),
    (b"[]", "body", "Expected `object`, got `array`"),
    (b"7", "body", "Expected `object`, got `int`"),
]
UNREADABLE = [
    b"",
    b"{",
    b"{'boat': 1}",
    b'{"boat": "Cog"} x',
    b'{"boat": "\xff"}',
    b'{"boat": "\xc3"}',
    b'{"boat": "\\ud800"}',
    b"\xef\xbb\xbf{}",
    b"null" * 9,
]


@pytest.mark.parametrize(("body", "field", "message"), WRONG)
def test_what_does_not_fit_is_told_by_its_field(body: bytes, field: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        contract.decode(load, body)
    (problem,) = caught.value.fields
    assert problem.field == field
    assert message in problem.message
    assert message in str(caught.value)


@pytest.mark.parametrize(("body", "field", "message"), WRONG)
def test_plain_data_is_told_the_same(body: bytes, field: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        contract.parse(load, msgspec.json.decode(body))
    assert caught.value.fields[0].field == field
    assert message in str(caught.value)


@pytest.mark.parametrize("body", UNREADABLE)
def test_what_is_not_json_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as caught:
        contract.decode(load, body)
    assert caught.value.fields[0].field == "body"
    assert caught.value.fields[0].message


def test_an_unknown_and_a_missing_field_come_with_a_remedy() -> None:
    remedies = []
    for body in (b'{"boat": "Cog", "sails": 1}', b"{}"):
        with pytest.raises(InvalidRequest) as caught:
            contract.decode(load, body)
        remedies.append(caught.value.fields[0].remedy)
    assert remedies == ["Leave it out, or look up its name.", "Send it."]


def test_nul_characters_that_the_database_refuses_are_replaced() -> None:
    assert contract.decode(load, b'{"boat": "C\\u0000g \\\\u0000"}') == Load(boat="C\ufffdg \\u0000")
    assert contract.parse(load, {"boat": "C\0g"}) == Load(boat="C\ufffdg")


@pytest.mark.parametrize("value", ["\ud800", 2**70])
def test_plain_data_that_json_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequest):
        contract.parse(load, {"boat": value})


def test_what_fits_is_read() -> None:
    assert contract.decode(load, b'{"boat": "Cog", "crates": [{"weight": 2}]}') == Load(boat="Cog", crates=[Crate(weight=2)])


class NoPorts:
    """Fails on every use."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.fixture
async def pool(database_url: str) -> Any:
    async with database.pool(database_url, size=2) as opened:
        await _execute(opened, "CREATE TABLE boats (name text)")
        yield opened


@pytest.fixture
def resources(pool: Pool, home: Any) -> Resources:
    return Resources(Settings(home=home), FixedClock(NOW), pool, NoPorts())


async def _execute(pool: Pool, statement: str) -> list[dict[str, Any]]:
    async with pool.connection() as connection:
        cursor = await connection.execute(statement.encode())
        return await cursor.fetchall() if cursor.description else []


async def test_leaving_commits_and_only_then_what_was_promised_happens(resources: Resources, pool: Pool) -> None:
    seen: list[list[dict[str, Any]]] = []

    async def look() -> None:
        seen.append(await _execute(pool, "SELECT name FROM boats"))

    async with Context(resources) as context:
        connection = await context.connection()
        assert await context.connection() is connection
        await connection.execute("INSERT INTO boats VALUES ('Cog')")
        context.after_commit(look)
        await look()
    assert seen == [[], [{"name": "Cog"}]]


async def test_an_error_rolls_back_and_nothing_that_was_promised_happens(resources: Resources, pool: Pool) -> None:
    called: list[int] = []

    async def act() -> None:
        called.append(1)

    async def fail() -> None:
        async with Context(resources) as context:
            await (await context.connection()).execute("INSERT INTO boats VALUES ('Cog')")
            context.after_commit(act)
            raise errors.Conflict(what="it")

    with pytest.raises(errors.Conflict):
        await fail()
    assert await _execute(pool, "SELECT * FROM boats") == []
    assert called == []


async def test_after_a_commit_that_fails_nothing_that_was_promised_happens(resources: Resources, pool: Pool) -> None:
    await _execute(pool, "CREATE TABLE crates (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    called: list[int] = []

    async def act() -> None:
        called.append(1)

    async def write() -> None:
        async with Context(resources) as context:
            await (await context.connection()).execute("INSERT INTO crates VALUES (1), (1)")
            context.after_commit(act)

    with pytest.raises(psycopg.IntegrityError):
        await write()
    assert called == []


async def test_a_context_that_needs_no_connection_takes_none(resources: Resources, pool: Pool) -> None:
    async with Context(resources) as context:
        assert context.clock.now() == NOW
        assert pool.get_stats()["requests_num"] == 1, "the fixture's own"


async def test_what_a_process_holds_is_found_by_its_type(resources: Resources) -> None:
    resources.hold(FixedClock, FixedClock(NOW))
    assert Context(resources).resource(FixedClock).now() == NOW


async def test_progress_may_be_told_where_nobody_listens(resources: Resources) -> None:
    await Context(resources).progress(0.5, "half")
    assert Context(resources).settings is resources.settings
