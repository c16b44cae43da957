"""Setting models up, trying them, budgets that hold, and the record: searched, judged, forgotten and erased."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hanse.ai.language import budgets, erasure, gateway, models, operations, record
from hanse.ai.language.budgets import Reserved
from hanse.ai.language.errors import InvalidModelAddress, OpenModelAddress, UnknownBudget, UnknownCall, UnknownLanguageModel, UnreadableModelKey
from hanse.ai.language.requests import Answer, NoAnswer, Why
from hanse.ai.language.schemas import (
    AskBudgets,
    AskCall,
    AskCalls,
    AskModels,
    Judge,
    Keep,
    NamedModel,
    RemoveBudget,
    SaveBudget,
    SaveModel,
    Switch,
    WholeCall,
)
from hanse.base import database, sealing
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Context, Resources
from hanse.base.decision import Basis
from hanse.base.erasing import Erased
from hanse.testing.language import FakeModel, Hang, Lie, Status
from tests.ai.language.conftest import SECRET, Setup, question

SOMEBODY = UUID("019ecb27-2200-707f-8163-043bedd2707d")


def saved(**facts: Any) -> SaveModel:
    return SaveModel(**{"name": "first", "url": "https://api.example/v1", "model": "m", **facts})


async def test_a_key_is_sealed_never_shown_and_stays(context: Context) -> None:
    await operations.save_model.function(saved(key="sk-secret", input_price_minor=14.5), context)
    listed = await operations.models.function(AskModels(), context)
    assert (listed.is_on, listed.models[0].has_key, listed.models[0].input_price_minor) == (True, True, 14.5)
    assert "sk-secret" not in str(listed)
    row = await (await (await context.connection()).execute("SELECT * FROM language_models")).fetchone()
    assert b"sk-secret" not in (row or {})["key"]
    await operations.save_model.function(saved(model="other"), context)
    found = await models.find(context, "first")
    assert (found.key, found.model) == ("sk-secret", "other")
    assert "sk-secret" not in repr(found)


async def test_a_key_goes_to_the_machine_alone_that_it_was_given_for(context: Context) -> None:
    await models.save(context, saved(key="sk-secret"))
    await models.save(context, saved(url="https://evil.example/v1"))
    assert (await models.find(context, "first")).key == ""


async def test_a_key_that_cannot_be_read_is_said_and_the_model_left_out(context: Context) -> None:
    await models.save(context, saved(key="sk-secret"))
    (context.settings.home / sealing.FILE).unlink()
    with pytest.raises(UnreadableModelKey):
        await models.find(context, "first")
    assert not await gateway.is_there(context)


@pytest.mark.parametrize(
    "url", ["api.example", "ftp://api.example", "https://user:key@api.example", "https://api.example/v1?key=1", "http://api.example"]
)
async def test_addresses_that_show_keys_or_go_nowhere_are_refused(context: Context, url: str) -> None:
    with pytest.raises((InvalidModelAddress, OpenModelAddress)):
        await models.save(context, saved(url=url))


async def test_a_removed_model_is_gone(context: Context) -> None:
    await models.save(context, saved())
    await operations.remove_model.function(NamedModel(name="first"), context)
    with pytest.raises(UnknownLanguageModel):
        await operations.remove_model.function(NamedModel(name="first"), context)


async def test_trying_a_model_finds_out_what_it_can(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    found = await operations.try_model.function(NamedModel(name="first"), context)
    assert (found.works, found.streams, found.structured, found.counts_tokens) == (True, True, "schema", True)
    listed = (await operations.models.function(AskModels(), context)).models[0]
    assert (listed.structured, listed.streams, listed.tried_problem) == ("schema", True, "")
    with FakeModel(by_grammar=True) as local:
        await setup(local.url)
        found = await operations.try_model.function(NamedModel(name="first"), context)
        assert (found.works, found.structured) == (True, "grammar")
        assert local.asked[-1].body["response_format"]["schema"]["required"] == ["colour"]
    with FakeModel(structured=False, streams=False) as simple:
        await setup(simple.url)
        found = await operations.try_model.function(NamedModel(name="first"), context)
        assert (found.streams, found.structured) == (False, "none")


async def test_trying_a_model_that_does_not_work_says_why(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url, timeout_seconds=1.0)
    fake.misbehave(Status(401, code="invalid_api_key"))
    found = await operations.try_model.function(NamedModel(name="first"), context)
    assert (found.works, found.problem) == (False, "status 401, invalid_api_key")
    fake.misbehave(Hang())
    assert (await operations.try_model.function(NamedModel(name="first"), context)).problem == "no answer in time"


async def test_a_budget_holds_and_tells_what_was_used(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url, input_price_minor=1_000_000.0, output_price_minor=2_000_000.0)
    await operations.save_budget.function(SaveBudget(capability="service", tokens_a_day=300, money_a_day_minor=900), context)
    fake.misbehave(Lie(20, 30))
    assert isinstance(await gateway.ask(context, question()), Answer)
    used = {each.capability: each for each in (await operations.budgets.function(AskBudgets(), context)).budgets}
    assert list(used) == ["*", "service"]
    assert {(each.calls, each.tokens, each.cost_minor) for each in used.values()} == {(1, 50, 80.0)}
    found = await gateway.ask(context, question("word " * 80))
    assert isinstance(found, NoAnswer)
    assert (found.why, found.reason) == (Why.BUDGET, "the tokens of today for service are used up")
    assert len(fake.asked) == 1
    assert isinstance(await gateway.ask(context, question(capability="content")), Answer)
    await operations.save_budget.function(SaveBudget(capability="*", money_a_day_minor=100), context)
    found = await gateway.ask(context, question(capability="content"))
    assert isinstance(found, NoAnswer)
    assert found.reason == "the money of today for all together are used up"
    await operations.remove_budget.function(RemoveBudget(capability="*"), context)
    with pytest.raises(UnknownBudget):
        await operations.remove_budget.function(RemoveBudget(capability="*"), context)


async def test_budgets_begin_anew_at_midnight_of_the_shop(context: Context, clock: FixedClock) -> None:
    clock.advance(hours=10)
    assert str(budgets.today(context)) == "2026-06-16"


async def test_calls_at_the_same_time_stay_within_the_budget(database_url: str, clock: FixedClock, home: Path, fake: FakeModel) -> None:
    pool = database.pool(database_url, size=4)
    resources = Resources(Settings(home=home), clock, pool, None)  # type: ignore[arg-type]  # no operation runs here
    resources.hold(models.Available, models.Available())
    async with pool:
        async with Context(resources) as context:
            await models.save(context, saved(url=fake.url, in_house=True))
            await budgets.save(context, SaveBudget(capability="*", tokens_a_day=1_000))
        found = await gateway.ask(Context(resources), question())
        assert isinstance(found, Answer)
        reserved = await asyncio.gather(*(reserve(resources, 200) for _ in range(8)))
        assert sorted(reserved) == [False] * 4 + [True] * 4
        async with Context(resources) as context:
            assert (await budgets.listing(context))[0].tokens == 4 * 200 + found.tokens_in + found.tokens_out


async def reserve(resources: Resources, tokens: int) -> bool:
    context = Context(resources)
    try:
        async with record.apart(context) as connection:
            await budgets.reserve(connection, Reserved(budgets.today(context), "service", 1, tokens))
    except budgets.Spent:
        return False
    return True


async def test_every_call_is_on_record_masked(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup("http://127.0.0.1:9/v1")
    await setup(fake.url, "second", place=1)
    fake.say(f"Ich schreibe an <PERSON_1>, also {SECRET}.")
    found = await gateway.ask(context, question(basis=Basis.CONTRACT, template="letter", template_version="3"))
    assert isinstance(found, Answer)
    await record.note_checks(context, found.call_id, {"language": "de"})
    call = await operations.call.function(AskCall(call_id=found.call_id), context)
    assert isinstance(call, WholeCall)
    assert (call.masked_prompt, call.masked_answer) == ("[user]\nWrite to <PERSON_1>.", "Ich schreibe an <PERSON_1>, also <PERSON_1>.")
    assert (call.outcome, call.model, call.basis, call.template, call.template_version) == ("fell_back", "second", "contract", "letter", "3")
    assert call.tried == [{"model": "first", "came": "no connection"}, {"model": "second", "came": "answered"}]
    assert (call.checks, call.currency, call.is_counted) == ({"language": "de"}, "EUR", False)


async def test_the_record_is_searched_and_judged(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    asked = [await gateway.ask(context, question(text)) for text in ("Bohrer 8 mm", "Schrauber", "Bohrer 10 mm")]
    ids = [each.call_id for each in asked]
    assert len(await record.search(context, AskCalls(text="bohrer"))) == 2
    newest = (await operations.calls.function(AskCalls(limit=2), context)).calls
    rest = (await operations.calls.function(AskCalls(before=newest[-1].call_id), context)).calls
    assert {each.call_id for each in (*newest, *rest)} == set(ids)
    assert len(rest) == 1
    await operations.judge.function(Judge(call_id=UUID(str(ids[0])), verdict="bad", note="Wrong size."), context)
    assert [each.call_id for each in await record.search(context, AskCalls(verdict="bad", model="first", outcome="answered"))] == [ids[0]]
    whole = await record.whole(context, UUID(str(ids[0])))
    assert (whole.verdict_note, whole.verdict_by) == ("Wrong size.", "command line")
    await operations.judge.function(Judge(call_id=UUID(str(ids[0])), verdict=None), context)
    assert await record.search(context, AskCalls(verdict="bad")) == []
    with pytest.raises(UnknownCall):
        await operations.judge.function(Judge(call_id=SOMEBODY, verdict="good"), context)


async def test_the_record_forgets(context: Context, fake: FakeModel, setup: Setup, clock: FixedClock) -> None:
    await setup(fake.url)
    await gateway.ask(context, question())
    await operations.keep.function(Keep(days=7), context)
    clock.advance(days=6)
    assert await record.forget(context) == 0
    clock.advance(days=2)
    assert await record.forget(context) == 1


async def test_a_person_is_erased_from_the_record(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    connection = await context.connection()
    await connection.execute("INSERT INTO profiles (profile_id, created_at, updated_at) VALUES (%s, now(), now())", (SOMEBODY,))
    await gateway.ask(context, question(profile_id=SOMEBODY))
    assert len(await record.search(context, AskCalls(profile_id=SOMEBODY))) == 1
    assert await erasure.calls(Erased((SOMEBODY,), (), keep_orders=True), context) == {"language_calls": 1}
    await connection.execute("DELETE FROM profiles WHERE profile_id = %s", (SOMEBODY,))
    found = await gateway.ask(context, question(profile_id=SOMEBODY))
    assert found.call_id is not None
    late = await record.whole(context, found.call_id)
    assert (late.masked_prompt, late.masked_answer, late.profile_id) == ("", "", None), "of somebody who is gone nothing is kept"


async def test_what_a_model_says_with_characters_no_database_takes_is_kept(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    fake.say("a\0b")
    found = await gateway.ask(context, question("half \ud83d"))
    assert isinstance(found, Answer)
    assert (await record.whole(context, found.call_id)).masked_answer == "a\ufffdb"


async def test_the_switch_is_an_operation(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    await operations.switch.function(Switch(is_on=False), context)
    assert not (await operations.models.function(AskModels(), context)).is_on
    await models.available(context).forget()
    async with aclosing(gateway.stream(context, question())) as pieces:
        assert [each.why async for each in pieces if isinstance(each, NoAnswer)] == [Why.SWITCHED_OFF]
