"""What could not be taken in is kept as it came, with its reason; repaired, it goes into the log as if it had been right at once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hanse.base.clock import FixedClock
from hanse.base.context import Context, Resources
from hanse.data import imports
from hanse.data.events import dead_letters, requests
from hanse.data.events.errors import ClosedEventLetter, NoSuchEventLetter
from hanse.data.events.requests import Rejected
from hanse.data.imports import DeadLetter
from tests.conftest import NOW


def letters(*messages: Any, **common: Any) -> list[DeadLetter]:
    taken = requests.read(json.dumps({"batch": messages, **common}).encode(), is_batch=True)
    envelope = taken.envelope("shop", NOW, None)
    found = taken.events(envelope, 0, len(messages))
    return [dead_letters.letter(each, envelope) for each in found if isinstance(each, Rejected)]


async def keep(context: Context, *kept: DeadLetter) -> None:
    await imports.add_dead_letters(await context.connection(), kept)


async def log(context: Context) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await (await (await context.connection()).execute("SELECT * FROM events ORDER BY message_id")).fetchall()
    return found


NAMELESS = {"type": "track", "userId": "u-1", "messageId": "m-1", "timestamp": "2026-06-15T11:00:00Z"}


def test_a_letter_tells_field_reason_and_remedy_and_keeps_what_came() -> None:
    (letter,) = letters({**NAMELESS, "own": [1]}, sentAt="2026-06-15T11:59:00Z", context={"locale": "de"})
    assert (letter.kind, letter.source, letter.field) == ("event", "shop", "event")
    assert letter.reason == "The name of the event is missing. Send it, such as Product Viewed."
    assert letter.payload == {**NAMELESS, "own": [1], "sentAt": "2026-06-15T11:59:00+00:00", "context": {"locale": "de"}}


def test_the_same_message_sent_again_is_the_same_letter() -> None:
    first, second, other = (letters({**NAMELESS, **more})[0] for more in ({"sentAt": "2026-06-15T11:59:00Z"}, {"sentAt": None}, {"userId": "u-2"}))
    assert first.dead_letter_id == second.dead_letter_id != other.dead_letter_id


def test_what_is_no_object_and_what_is_unreadable_is_kept_as_text() -> None:
    text, number = letters("text", {**NAMELESS, "event": "a", "properties": {"price": float("nan"), "id": "x"}})
    assert text.payload == {"message": "text"}
    assert number.payload["properties"] == {"price": "NaN", "id": "x"}


def test_of_a_giant_the_small_fields_are_kept() -> None:
    (letter,) = letters({**NAMELESS, "event": "a", "properties": {"text": "x" * 5_000_000, "id": "p-1"}})
    assert (letter.payload["messageId"], letter.payload["properties"]["id"]) == ("m-1", "p-1")
    assert len(letter.payload["properties"]["text"]) < 10_000


async def test_a_repaired_event_is_in_the_log_as_of_when_it_came(context: Context, clock: FixedClock) -> None:
    (letter,) = letters(NAMELESS, sentAt="2026-06-15T11:58:00Z")
    await keep(context, letter)
    clock.advance(days=3)
    done = await dead_letters.replay(context, letter.dead_letter_id, {**letter.payload, "event": "Product Viewed"})
    assert done.replayed
    (event,) = await log(context)
    assert (event["name"], event["source"], event["message_id"], event["user_id"]) == ("Product Viewed", "shop", "m-1", "u-1")
    assert (event["received_at"], event["occurred_at"]) == (NOW, NOW - timedelta(minutes=58))
    closed = await imports.dead_letter(await context.connection(), letter.dead_letter_id)
    assert closed
    assert (closed.state, closed.closed_at) == ("replayed", NOW + timedelta(days=3))


async def test_an_event_that_is_still_wrong_stays_open_and_says_why(context: Context) -> None:
    (letter,) = letters(NAMELESS)
    await keep(context, letter)
    done = await dead_letters.replay(context, letter.dead_letter_id, {**letter.payload, "event": "a", "timestamp": "never"})
    assert (done.replayed, done.field, done.reason) == (False, "timestamp", "It is not a time.")
    assert await log(context) == []
    assert (await imports.count_open(await context.connection())) == {"event": 1}


async def test_a_letter_is_replayed_once_and_only_letters_of_events_are(context: Context) -> None:
    (letter,) = letters(NAMELESS)
    row = DeadLetter(dead_letter_id=uuid4(), kind="orders", source="erp", field="date", reason="It is not a date.", created_at=NOW)
    await keep(context, letter, row)
    await dead_letters.replay(context, letter.dead_letter_id, {**letter.payload, "event": "a"})
    with pytest.raises(ClosedEventLetter):
        await dead_letters.replay(context, letter.dead_letter_id, {**letter.payload, "event": "a"})
    for unknown in (uuid4(), row.dead_letter_id):
        with pytest.raises(NoSuchEventLetter):
            await dead_letters.replay(context, unknown, {})


async def test_a_rule_replays_all_that_it_chooses(context: Context) -> None:
    wrong_time = [{**NAMELESS, "messageId": f"t-{number}", "event": "Order Completed", "timestamp": "never"} for number in range(3)]
    await keep(context, *letters(*wrong_time, NAMELESS, {**NAMELESS, "messageId": "v", "event": "Product Viewed", "timestamp": "never"}))
    done = await dead_letters.replay_matching(context, field="timestamp", name="Order Completed", changes={"timestamp": None})
    assert (done.replayed, done.still_wrong, done.left) == (3, 0, 0)
    assert [(row["message_id"], row["occurred_at"]) for row in await log(context)] == [("t-0", NOW), ("t-1", NOW), ("t-2", NOW)]
    again = await dead_letters.replay_matching(context, reason="The name of the event is missing.")
    assert (again.replayed, again.still_wrong) == (0, 1)


async def test_a_rule_takes_no_more_than_it_is_told_to(context: Context) -> None:
    await keep(context, *letters(*({**NAMELESS, "messageId": str(number)} for number in range(5))))
    done = await dead_letters.replay_matching(context, source="shop", changes={"event": "a"}, limit=2)
    assert (done.replayed, done.left) == (2, 3)


async def test_what_the_database_refuses_does_not_stop_the_others(context: Context, resources: Resources) -> None:
    good, bad = letters({**NAMELESS, "messageId": "good"}, {**NAMELESS, "messageId": "bad"})
    await keep(context, good, bad)
    await (await context.connection()).execute("ALTER TABLE events ADD CONSTRAINT no_bad CHECK (message_id <> 'bad')")
    done = await dead_letters.replay_matching(context, changes={"event": "a"})
    assert (done.replayed, done.still_wrong) == (1, 1)
    assert [row["message_id"] for row in await log(context)] == ["good"]
