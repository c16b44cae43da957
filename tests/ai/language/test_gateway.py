"""The gateway masks at the door, gives typed answers, falls back, waits as long as it may and no longer, and never raises for what a model does."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import aclosing
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from hanse.ai.language import gateway, models, record
from hanse.ai.language.asking import Patience
from hanse.ai.language.masking import Conversation
from hanse.ai.language.requests import Answer, Image, Message, NoAnswer, Request, Role, Tool, Why
from hanse.base.context import Context
from hanse.testing.language import (
    Drip,
    DropPlaceholders,
    Empty,
    Endless,
    FakeModel,
    Half,
    Hang,
    Lie,
    Misbehaviour,
    RepeatPlaceholders,
    Status,
    Stop,
    Text,
)
from tests.ai.language.conftest import SECRET, Endpoint, Setup, question


class Reply(msgspec.Struct):
    """A letter."""

    salutation: Annotated[str, Meta(description="Whom it greets.")]
    pages: Annotated[int, Meta(ge=1, le=9, description="How long it is.")] = 1


class Send(msgspec.Struct):
    """What a letter needs."""

    to: str
    pages: int = 1


class Waiting:
    """Notes how long somebody would have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
def patience(waiting: Waiting) -> Patience:
    return Patience(waiting, random.Random(7))


async def answered(context: Context, request: Request, **options: Any) -> Answer:
    found = await gateway.ask(context, request, **options)
    assert isinstance(found, Answer), found
    return found


async def refused(context: Context, request: Request, **options: Any) -> NoAnswer:
    found = await gateway.ask(context, request, **options)
    assert isinstance(found, NoAnswer), found
    return found


async def streamed(context: Context, request: Request, **options: Any) -> tuple[list[str], Answer | NoAnswer]:
    async with aclosing(gateway.stream(context, request, **options)) as pieces:
        found = [each async for each in pieces]
    *said, last = found
    assert isinstance(last, Answer | NoAnswer)
    return [each for each in said if isinstance(each, str)], last


async def test_no_model_is_the_usual_case(context: Context) -> None:
    found = await refused(context, question())
    assert (found.why, found.call_id) == (Why.NO_MODEL, None)
    assert await streamed(context, question()) == ([], found)
    assert not await gateway.is_there(context)


async def test_an_answer_has_true_values_and_counts(context: Context, endpoint: Endpoint) -> None:
    found = await answered(context, question(f"Repeat this word by word, nothing else: {SECRET}"))
    assert found.text
    assert SECRET in found.text or not endpoint.obeys
    assert SECRET not in (await record.whole(context, found.call_id)).masked_prompt
    assert found.tokens_in > 5
    assert found.tokens_out > 0
    assert (found.model, found.fell_back) == ("first", False)


async def test_an_answer_of_a_shape_is_a_struct(context: Context, endpoint: Endpoint) -> None:
    found = await answered(context, question(f"To whom does a letter of one page to {SECRET} go? Answer in JSON.", shape=Send))
    assert SECRET in found.of(Send).to or not endpoint.obeys
    with pytest.raises(TypeError):
        found.of(Reply)


async def test_a_streamed_answer_is_restored_as_it_comes(context: Context, endpoint: Endpoint) -> None:
    said, found = await streamed(context, question(f"Repeat this word by word, nothing else: {SECRET} and again {SECRET}"))
    assert isinstance(found, Answer)
    assert "".join(said).strip() == found.text.strip()
    assert found.text.count(SECRET) >= 2 or not endpoint.obeys
    assert len(said) > 1


@pytest.mark.parametrize("leaves_house", [False, True])
async def test_a_tool_in_the_house_gets_true_values_and_one_outside_the_masked_ones(context: Context, endpoint: Endpoint, leaves_house: bool) -> None:  # noqa: FBT001  # a parameter of the test
    if not endpoint.obeys:
        pytest.skip("this model calls no tools")
    tool = Tool("send_letter", f"Sends a letter, such as to {SECRET}.", Send, leaves_house=leaves_house)
    request = question(f"Call the tool send_letter for one page to {SECRET}.", tools=(tool,))
    found = await answered(context, request)
    assert [each.name for each in found.tool_calls] == ["send_letter"]
    assert (SECRET in found.tool_calls[0].arguments.to) is not leaves_house
    done = Message("tool", f"Sent to {SECRET}.", answers=found.tool_calls[0].call_id)
    after = await answered(context, question(messages=(*request.messages, found.message, done), tools=(tool,)))
    assert after.text


async def test_nothing_leaves_unmasked(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    tool = Tool("send_letter", f"Writes to {SECRET}.", Send)
    fake.call_tool("send_letter", {"to": "<PERSON_1>"})
    first = await answered(context, question(tools=(tool,)))
    messages = (Message("system", f"You work for {SECRET}."), first.message, Message("tool", f"{SECRET} has it.", answers="call_1"))
    fake.say('{"salutation": "<PERSON_1>", "pages": 99}')  # is mended, and the problem is told without the name
    await answered(context, question(messages=(*messages, Message("user", SECRET)), tools=(tool,), shape=Reply))
    await streamed(context, question(messages=(*messages, Message("user", SECRET)), tools=(tool,)))
    assert len(fake.asked) == 4
    assert SECRET not in "".join(each.raw for each in fake.asked)
    assert "<PERSON_1> has it." in fake.asked[-1].raw


async def test_the_masking_of_this_house_is_one_that_the_gateway_takes(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    text = "Antworten Sie an erika@example.org wegen Bohrer 8 mm."
    said, found = await streamed(context, question(text, conversation=Conversation()))
    assert isinstance(found, Answer)
    assert found.text == "".join(said) == f"You said: {text}"
    assert "erika@example.org" not in fake.asked[0].raw
    assert "Bohrer 8 mm" in fake.asked[0].raw


async def test_a_model_that_mends_its_answer_reads_it_as_it_wrote_it(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    fake.say('{"salutation": "Liebe Frau <PERSON_1>", "pages": 99}')
    fake.say('{"salutation": "Liebe Frau <PERSON_1>", "pages": 1}')
    found = await answered(context, question("Schreiben Sie an Frau Petersen.", shape=Reply, conversation=Conversation()))
    assert found.of(Reply) == Reply("Liebe Frau Petersen", 1)
    assert '{\\"salutation\\": \\"Liebe Frau <PERSON_1>\\", \\"pages\\": 99}' in fake.asked[1].raw


async def test_the_endpoint_is_asked_as_its_interface_wants(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url, key="sk-secret")
    await answered(context, question(temperature=0.2, seed=7, shape=Reply))
    asked = fake.asked[0]
    assert (asked.path, asked.headers["authorization"]) == ("/v1/chat/completions", "Bearer sk-secret")
    wanted = {"model": "first-model", "max_tokens": 200, "temperature": 0.2, "seed": 7}
    assert {name: asked.body[name] for name in wanted} == wanted
    wanted = asked.body["response_format"]["json_schema"]
    assert (wanted["strict"], wanted["schema"]["required"], wanted["schema"]["additionalProperties"]) == (True, ["pages", "salutation"], False)


async def test_azure_is_asked_as_it_wants(context: Context, fake: FakeModel, setup: Setup) -> None:
    options = {"api_version": "2024-10-21", "key": "azure-key", "length_field": "max_completion_tokens"}
    await setup(f"{fake.url}/openai/deployments/shop", **options)
    await answered(context, question(temperature=0.2))
    asked = fake.asked[0]
    assert (asked.path, asked.query) == ("/v1/openai/deployments/shop/chat/completions", {"api-version": "2024-10-21"})
    assert asked.headers["api-key"] == "azure-key"
    assert "authorization" not in asked.headers
    assert asked.body["max_completion_tokens"] == 200
    assert not {"temperature", "max_tokens"} & set(asked.body)


async def test_what_an_endpoint_does_not_know_is_left_out(context: Context, setup: Setup) -> None:
    with FakeModel(structured=False) as simple:
        await setup(simple.url)
        found = await answered(context, question(shape=Reply, seed=7))
        assert found.of(Reply).salutation == SECRET
        assert "JSON schema" in simple.asked[1].body["messages"][0]["content"]
        assert not {"seed", "response_format"} & set(simple.asked[1].body)


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (Half(), "not that of a chat interface"),
        (Empty(), "empty answer"),
        (Status(401, code="invalid_api_key"), "status 401, invalid_api_key"),
        (Status(500), "status 500"),
        (Stop(), "the connection broke"),
    ],
    ids=lambda each: type(each).__name__ if not isinstance(each, str) else "",
)
async def test_whatever_goes_wrong_is_said_clearly(
    context: Context, fake: FakeModel, setup: Setup, patience: Patience, way: Misbehaviour, why: str
) -> None:
    await setup(fake.url)
    fake.misbehave(way, times=3)
    found = await refused(context, question(), patience=patience)
    assert found.why is Why.FAILED
    assert why in found.reason
    assert "quotes" not in found.reason


@pytest.mark.parametrize("way", [Half(), Stop(2), Endless()], ids=lambda each: type(each).__name__)
async def test_a_stream_that_goes_wrong_ends_and_says_so(context: Context, fake: FakeModel, setup: Setup, way: Misbehaviour) -> None:
    await setup(fake.url)
    await setup("http://127.0.0.1:9/v1", "second")
    fake.misbehave(way)
    said, found = await streamed(context, question())
    assert said
    assert isinstance(found, NoAnswer)
    assert found.why is Why.BROKEN_OFF
    assert len(fake.asked) == 1


async def test_a_stream_falls_back_before_its_first_word(context: Context, fake: FakeModel, setup: Setup, patience: Patience) -> None:
    with FakeModel(streams=False) as other:
        await setup(fake.url)
        await setup(other.url, "second", place=1)
        fake.misbehave(Status(503), times=3)
        said, found = await streamed(context, question(), patience=patience)
    assert isinstance(found, Answer)
    assert (found.model, found.fell_back, "".join(said)) == ("second", True, found.text)


async def test_a_hanging_endpoint_holds_nobody_up(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url, timeout_seconds=30.0)
    fake.misbehave(Hang(), times=2)
    began = time.perf_counter()
    found = await refused(context, question(deadline_seconds=0.3))
    assert (found.why, found.reason) == (Why.FAILED, "first: no answer in time")
    said, found_too = await streamed(context, question(deadline_seconds=0.3))
    assert (said, isinstance(found_too, NoAnswer)) == ([], True)
    assert time.perf_counter() - began < 3


async def test_a_slow_endpoint_is_left_for_the_next(context: Context, fake: FakeModel, setup: Setup) -> None:
    with FakeModel() as other:
        await setup(fake.url, timeout_seconds=1.0)
        await setup(other.url, "second", place=1)
        fake.misbehave(Hang())
        found = await answered(context, question())
    assert (found.model, found.fell_back) == ("second", True)


async def test_a_full_endpoint_is_waited_for_as_it_says(
    context: Context, fake: FakeModel, setup: Setup, patience: Patience, waiting: Waiting
) -> None:
    await setup(fake.url)
    fake.misbehave(Status(429, retry_after="3"))
    await answered(context, question(), patience=patience)
    assert len(waiting.seconds) == 1
    assert 3 <= waiting.seconds[0] <= 3.5
    fake.misbehave(Status(429, retry_after="3000"))
    assert (await refused(context, question(), patience=patience)).why is Why.FAILED
    assert len(waiting.seconds) == 1, "longer than the deadline is not waited"


async def test_another_model_is_asked_sooner_than_a_full_one_is_waited_for(
    context: Context, fake: FakeModel, setup: Setup, patience: Patience, waiting: Waiting
) -> None:
    with FakeModel() as other:
        await setup(fake.url)
        await setup(other.url, "second", place=1)
        fake.misbehave(Status(429, retry_after="20"))
        assert (await answered(context, question(), patience=patience)).model == "second"
    assert waiting.seconds == []


async def test_an_answer_of_the_wrong_shape_is_mended_once(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    fake.say_json({"salutation": "Hallo", "pages": 12})
    assert (await answered(context, question(shape=Reply))).of(Reply).pages == 1
    assert "Expected `int` <= 9" in fake.asked[1].last
    for _ in range(2):
        fake.misbehave(Text("Leider nein."))
    found = await refused(context, question(shape=Reply))
    assert (found.why, len(fake.asked)) == (Why.UNUSABLE, 4)


async def test_json_is_found_among_words(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    for written in ('Sure!\n```json\n{"salutation": "A"}\n```', '<think>{"x": 1}</think>{"salutation": "A"}', 'It is {"salutation": "A"}, I think.'):
        fake.say(written)
        assert (await answered(context, question(shape=Reply))).of(Reply).salutation == "A"


async def test_what_a_model_thinks_is_not_said(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    fake.say("<think>Who is that?</think>\n\nGuten Tag.")
    assert (await answered(context, question())).text == "Guten Tag."
    fake.say("<think>Who is that?</think>\n\nGuten Tag.")
    said, _ = await streamed(context, question())
    assert "".join(said) == "Guten Tag."


async def test_a_tool_that_is_not_there_or_is_called_wrongly_is_mended(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    fake.call_tool("send_money", {})
    fake.call_tool("send_letter", {"to": "<PERSON_1>"})
    tools = (Tool("send_letter", "Sends a letter.", Send),)
    assert (await answered(context, question(tools=tools))).tool_calls[0].arguments == Send(to=SECRET)
    fake.call_tool("send_letter", {"pages": 1})
    fake.call_tool("send_letter", {"pages": 1})
    assert (await refused(context, question(tools=tools))).why is Why.UNUSABLE


@pytest.mark.parametrize("said", [(None, None), (999_999, 3), (1, 999_999), (0, 0)])
async def test_counts_that_cannot_be_are_not_believed(context: Context, fake: FakeModel, setup: Setup, said: tuple[int | None, int | None]) -> None:
    await setup(fake.url)
    fake.misbehave(Lie(*said))
    found = await answered(context, question("word " * 400))
    assert 400 <= found.tokens_in <= 800
    assert 400 <= found.tokens_out <= 800


@pytest.mark.parametrize("way", [DropPlaceholders(), RepeatPlaceholders(), Drip(0.0)])
async def test_placeholders_that_a_model_treats_badly_do_no_harm(context: Context, fake: FakeModel, setup: Setup, way: Misbehaviour) -> None:
    await setup(fake.url)
    fake.misbehave(way, times=2)
    said, found = await streamed(context, question())
    assert isinstance(found, Answer)
    assert "".join(said) == found.text
    assert "PERSON" not in (await answered(context, question())).text


async def test_what_is_too_long_for_a_model_goes_to_a_longer_one(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url, context_tokens=1_000)
    assert (await refused(context, question("word " * 2_000))).why is Why.TOO_LONG
    await setup(fake.url, "second", place=1, context_tokens=32_000)
    found = await answered(context, question("word " * 2_000))
    assert (found.model, found.fell_back) == ("second", False)


async def test_pictures_that_are_not_public_stay_in_the_house(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup("https://elsewhere.invalid/v1", role="vision", in_house=False)
    picture = Message("user", "What is this?", images=(Image(b"..."),))
    assert (await refused(context, question(messages=(picture,), role=Role.VISION))).why is Why.NO_MODEL
    await setup(fake.url, "second", role="vision")
    assert (await answered(context, question(messages=(picture,), role=Role.VISION))).model == "second"
    assert fake.asked[0].body["messages"][0]["content"][1]["image_url"]["url"] == "data:image/jpeg;base64,Li4u"


async def test_the_switch_stops_everything(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    assert await gateway.is_there(context)
    await models.switch(context, is_on=False)
    await models.available(context).forget()
    assert (await refused(context, question())).why is Why.SWITCHED_OFF
    assert not await gateway.is_there(context)
    assert fake.asked == []


async def test_a_model_that_is_off_is_not_asked(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url, is_on=False)
    assert (await refused(context, question())).why is Why.NO_MODEL


async def test_who_goes_away_leaves_no_question_running(context: Context, fake: FakeModel, setup: Setup) -> None:
    await setup(fake.url)
    fake.misbehave(Hang())
    asking = asyncio.create_task(gateway.ask(context, question()))
    async with asyncio.timeout(5):
        while not fake.asked:  # noqa: ASYNC110  # the fake runs in a thread
            await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    fake.misbehave(Drip())
    async with aclosing(gateway.stream(context, question())) as pieces:
        assert await anext(pieces)
    rows = await (await (await context.connection()).execute("SELECT outcome FROM language_calls")).fetchall()
    assert [row["outcome"] for row in rows] == ["broken_off", "broken_off"]


async def test_its_own_part_takes_little_time(context: Context, fake: FakeModel, setup: Setup) -> None:
    """The bound is many times what it takes on an idle machine, so that a busy one does not fail it."""
    await setup(fake.url)
    await answered(context, question())
    began = time.perf_counter()
    for _ in range(10):
        await answered(context, question())
    assert (time.perf_counter() - began) / 10 < 0.1
