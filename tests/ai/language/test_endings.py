"""An answer does not wait for its record: it is written behind it, read only once it is there, and nothing is left at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from hanse.ai.language import budgets, endings, gateway, models, record
from hanse.ai.language.endings import Endings
from hanse.ai.language.models import Available
from hanse.ai.language.requests import Answer
from hanse.ai.language.schemas import AskCalls, SaveModel
from hanse.base import database
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Context, Resources
from hanse.testing.language import FakeModel
from tests.ai.language.conftest import question


@pytest.fixture
async def resources(database_url: str, clock: FixedClock, home: Path, fake: FakeModel) -> AsyncIterator[Resources]:
    """What a process that runs on has, with a model set up."""
    pool = database.pool(database_url, size=4)
    made = Resources(Settings(home=home), clock, pool, None)  # type: ignore[arg-type]  # no operation runs here
    made.hold(Available, Available())
    made.hold(Endings, Endings())
    async with pool:
        async with Context(made) as context:
            await models.save(context, SaveModel(name="first", url=fake.url, model="first", in_house=True))
        yield made


async def ask(resources: Resources) -> Answer:
    found = await gateway.ask(Context(resources), question())
    assert isinstance(found, Answer)
    return found


async def test_who_reads_the_record_finds_what_was_answered_before(resources: Resources) -> None:
    found = await ask(resources)
    async with Context(resources) as context:
        assert (await record.whole(context, found.call_id)).masked_prompt == "[user]\nWrite to <PERSON_1>."
        await asyncio.gather(*(ask(resources) for _ in range(3)))
        assert len(await record.search(context, AskCalls())) == 4


async def test_a_process_that_ends_writes_what_is_left(resources: Resources) -> None:
    await asyncio.gather(*(ask(resources) for _ in range(3)))
    await resources.get(Endings).close()
    async with Context(resources) as context:
        rows = await (await (await context.connection()).execute("SELECT count(*) AS count FROM language_calls")).fetchone()
        assert rows == {"count": 3}
        total, of_service = await budgets.listing(context)
    assert (total.calls, of_service.calls, of_service.capability) == (3, 3, "service")
    assert total.tokens == of_service.tokens > 0


async def test_a_fault_in_one_end_meets_nobody_else() -> None:
    done: list[int] = []

    async def fail() -> None:
        raise ValueError("secret")

    async def succeed() -> None:
        done.append(1)

    held = Endings()
    await held.add(fail)
    await held.add(succeed)
    with structlog.testing.capture_logs() as logged:
        await held.finish()
        await asyncio.sleep(0)
    assert done == [1]
    assert [(each["event"], each["kind"]) for each in logged] == [("the end of a call failed", "ValueError")]


async def test_too_many_ends_are_done_before_the_answer(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "MOST", 0)
    await ask(resources)
    async with Context(resources) as context:
        assert (await (await (await context.connection()).execute("SELECT FROM language_calls")).fetchall()) == [{}]
