"""A process that runs on keeps its connections to endpoints open between questions; all others open one for each question."""

from __future__ import annotations

from hanse.ai.language import gateway
from hanse.ai.language.connections import Connections
from hanse.ai.language.requests import Answer
from hanse.base.context import Context
from hanse.testing.language import FakeModel
from tests.ai.language.conftest import Setup, question


async def ask(context: Context) -> None:
    assert isinstance(await gateway.ask(context, question()), Answer)


async def test_one_connection_serves_many_questions_until_it_is_closed(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    kept = Connections()
    context.resources.hold(Connections, kept)
    for _ in range(3):
        await ask(context)
    await kept.close()
    await ask(context)
    await kept.close()
    used = [each.connection for each in fake.asked]
    assert used[0] == used[1] == used[2] != used[3]


async def test_where_nothing_is_kept_each_question_has_its_own(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    await ask(context)
    await ask(context)
    assert len({each.connection for each in fake.asked}) == 2
