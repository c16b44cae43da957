"""What is asked at once is answered by name, and leaves the connection as it was."""

from __future__ import annotations

import psycopg
import pytest

from hanse.base.database import Connection
from hanse.data.profiles import asking

SETTINGS = "SELECT current_setting('plan_cache_mode') AS mode, current_setting('enable_seqscan') AS scan"


async def test_answers_come_by_name_and_statements_may_be_the_same(connection: Connection) -> None:
    twice = "SELECT %(number)s::int * 2 AS doubled"
    found = await asking.ask(connection, {"one": (twice, {"number": 1}), "other": (twice, {"number": 2}), "none": ("SELECT 1 AS x WHERE false", {})})
    assert found == {"one": [{"doubled": 2}], "other": [{"doubled": 4}], "none": []}


async def test_statements_are_planned_once_and_those_afterwards_as_ever(connection: Connection) -> None:
    before = await (await connection.execute(SETTINGS)).fetchall()
    within = await asking.ask(connection, {"settings": (SETTINGS, {})})
    assert within == {"settings": [{"mode": "force_generic_plan", "scan": "off"}]}
    assert await (await connection.execute(SETTINGS)).fetchall() == before


async def test_a_statement_that_fails_says_so(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        await asking.ask(connection, {"wrong": ("SELECT FROM nowhere", {})})
