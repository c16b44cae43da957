"""What is pushed by webhook arrives signed, in order, as often as needed and no longer than it makes sense."""

from __future__ import annotations

import random

import pytest

from hanse.sources.crm import delivering, targets, webhook
from hanse.sources.crm.errors import InvalidTarget, UnknownPush
from tests.sources.crm.conftest import House
from tests.sources.crm.receiving import FINE, Receiver


async def test_an_entry_arrives_with_the_fields_of_the_mapping(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711")
    await house.webhook(receiver)
    await house.enter(anna, "The battery is under warranty.")

    assert await house.deliver() == {"crm": {"delivered": 1}}
    (taken,) = receiver.taken
    assert taken.document["type"] == "order_answered"
    assert taken.document["timestamp"] == "2026-06-15T12:00:00+00:00"
    assert taken.document["data"] == {
        "person": {"user_id": "4711"},
        "to": "note",
        "fields": {"title": "An answer", "body": "The battery is under warranty.", "source": "hanse"},
    }
    assert await house.deliver() == {}


async def test_it_is_signed_as_standard_webhooks_ask(house: House, receiver: Receiver) -> None:
    saved = await house.webhook(receiver)
    await house.enter(None)
    await house.deliver()

    (taken,) = receiver.taken
    headers = taken.headers
    right = webhook.signature(saved.made_secret, headers["webhook-id"], headers["webhook-timestamp"], taken.body)
    assert headers["webhook-signature"] == right
    assert headers["idempotency-key"] == headers["webhook-id"] == taken.document["id"]
    assert headers["webhook-timestamp"] == str(int(house.clock.now().timestamp()))


def test_a_signature_is_the_one_of_the_published_example() -> None:
    """The example of the reference libraries of Standard Webhooks."""
    body = b'{"test": 2432232314}'
    found = webhook.signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_the_secret_is_told_once_and_stays_when_the_target_is_changed(house: House, receiver: Receiver) -> None:
    first = await house.webhook(receiver)
    assert first.made_secret.startswith("whsec_")
    assert (await house.webhook(receiver)).made_secret == ""
    await house.enter(None)
    await house.deliver()
    (taken,) = receiver.taken
    right = webhook.signature(first.made_secret, taken.headers["webhook-id"], taken.headers["webhook-timestamp"], taken.body)
    assert taken.headers["webhook-signature"] == right
    (row,) = await house.rows("SELECT secrets FROM crm_targets")
    assert first.made_secret.encode() not in bytes(row["secrets"])


async def test_what_fails_is_tried_again_under_the_same_key(house: House, receiver: Receiver) -> None:
    await house.webhook(receiver)
    await house.enter(None)
    receiver.answer = lambda _: (503, {}, b"")
    assert await house.deliver() == {"crm": {"waiting": 1}}
    assert await house.deliver() == {}
    receiver.answer = lambda _: FINE
    house.clock.advance(seconds=70)
    assert await house.deliver() == {"crm": {"delivered": 1}}
    first, second = receiver.taken
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


async def test_it_is_given_up_after_ten_attempts_in_about_eight_hours(house: House, receiver: Receiver) -> None:
    await house.webhook(receiver)
    await house.enter(None)
    begin = house.clock.now()
    receiver.answer = lambda _: (500, {}, b"")
    while "waiting" in await house.states():
        await house.deliver()
        house.clock.advance(minutes=1)
    assert len(receiver.taken) == delivering.MOST_ATTEMPTS
    assert 7 <= (house.clock.now() - begin).total_seconds() / 3600 <= 10
    (letter,) = await house.rows("SELECT state, reason FROM crm_deliveries")
    assert letter == {"state": "dead", "reason": "status 500, after 10 attempts"}


async def test_what_is_refused_is_a_dead_letter_at_once_and_others_go_on(house: House, receiver: Receiver) -> None:
    anna = await house.person("4711")
    await house.webhook(receiver)
    await house.enter(anna, "bad")
    await house.enter(anna, "good")
    receiver.answer = lambda taken: (422, {}, b"no") if taken.fields["body"] == "bad" else FINE
    assert await house.deliver() == {"crm": {"dead": 1, "delivered": 1}}
    assert await house.states() == ["dead", "delivered"]


async def test_retry_after_holds_the_whole_target(house: House, receiver: Receiver) -> None:
    await house.webhook(receiver)
    for _ in range(3):
        await house.enter(None)
    receiver.answer = lambda _: (429, {"Retry-After": "600"}, b"")
    assert await house.deliver() == {"crm": {"waiting": 1}}
    assert len(receiver.taken) == 1
    receiver.answer = lambda _: FINE
    house.clock.advance(seconds=500)
    assert await house.deliver() == {}
    house.clock.advance(seconds=101)
    assert await house.deliver() == {"crm": {"delivered": 3}}


async def test_who_has_something_earlier_that_failed_waits_for_it_and_others_do_not(house: House, receiver: Receiver) -> None:
    anna, ben = await house.person("4711"), await house.person("4712")
    await house.webhook(receiver)
    for person, text in ((anna, "a1"), (ben, "b1"), (anna, "a2"), (ben, "b2")):
        await house.enter(person, text)
    receiver.answer = lambda taken: (503, {}, b"") if taken.fields["body"] == "a1" else FINE
    await house.deliver()
    await house.deliver()
    assert [each.fields["body"] for each in receiver.taken] == ["a1", "b1", "b2"]
    receiver.answer = lambda _: FINE
    house.clock.advance(seconds=70)
    await house.deliver()
    assert [each.fields["body"] for each in receiver.taken][3:] == ["a1", "a2"]


async def test_a_failing_target_does_not_keep_another_from_its_own(house: House, receiver: Receiver) -> None:
    await house.target("a-broken", options={"url": "http://127.0.0.1:1/", "allow_private": True})
    await house.webhook(receiver, "b-fine")
    for _ in range(5):
        await house.enter(None)
    found = await house.deliver()
    assert found == {"a-broken": {"waiting": delivering.MOST_FAILURES}, "b-fine": {"delivered": 5}}
    (row,) = await house.rows("SELECT last_error FROM crm_targets WHERE name = 'a-broken'")
    assert row["last_error"] == "ConnectError"


async def test_a_dead_letter_is_sent_again_one_by_one_and_all(house: House, receiver: Receiver) -> None:
    await house.webhook(receiver)
    for _ in range(3):
        await house.enter(None)
    receiver.answer = lambda _: (422, {}, b"")
    await house.deliver()
    first, *_ = await house.rows("SELECT delivery_id FROM crm_deliveries ORDER BY number")
    receiver.answer = lambda _: FINE
    connection = await house.context.connection()
    assert await targets.replay(connection, "crm", first["delivery_id"]) == 1
    with pytest.raises(UnknownPush):
        await targets.replay(connection, "crm", first["delivery_id"])
    assert await house.deliver() == {"crm": {"delivered": 1}}
    assert await targets.replay(connection, "crm", None) == 2
    assert await house.deliver() == {"crm": {"delivered": 2}}


async def test_a_paused_target_lets_everything_wait_and_a_removed_one_forgets_it(house: House, receiver: Receiver) -> None:
    await house.webhook(receiver)
    connection = await house.context.connection()
    await targets.change(connection, "crm", "paused")
    await house.enter(None)
    assert await house.deliver() == {}
    await targets.change(connection, "crm", "active")
    assert await house.deliver() == {"crm": {"delivered": 1}}
    await house.enter(None)
    await targets.change(connection, "crm", "removed")
    assert await house.states() == []
    (row,) = await house.rows("SELECT secrets FROM crm_targets")
    assert row["secrets"] is None


async def test_redirects_are_not_followed(house: House, receiver: Receiver) -> None:
    await house.webhook(receiver)
    await house.enter(None)
    receiver.answer = lambda _: (302, {"Location": receiver.url}, b"")
    assert await house.deliver() == {"crm": {"waiting": 1}}
    assert len(receiver.taken) == 1


async def test_an_address_inside_the_own_network_is_not_reached(house: House, receiver: Receiver) -> None:
    saved = await house.target(options={"url": "https://localhost/hooks"})
    await house.enter(None)
    assert saved.target.state == "active"
    assert await house.deliver() == {"crm": {"waiting": 1}}
    (row,) = await house.rows("SELECT reason FROM crm_deliveries")
    assert row["reason"] == "its address is not one on the internet"
    assert receiver.taken == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://crm.example/", "has to begin with https://"),
        ("https://user:secret@crm.example/", "without a password"),
        ("crm.example", "has to be like"),
        ("https://crm.example:99999/", "cannot be read"),
    ],
)
async def test_a_wrong_address_is_told(house: House, url: str, words: str) -> None:
    with pytest.raises(InvalidTarget, match=words):
        await house.target(options={"url": url})


async def test_a_secret_that_nothing_can_be_signed_with_is_refused(house: House) -> None:
    with pytest.raises(InvalidTarget, match="signing secret"):
        await house.target(options={"url": "https://crm.example/"}, secrets={"signing_secret": "short"})
    with pytest.raises(InvalidTarget, match="the secret password is none of signing_secret"):
        await house.target(options={"url": "https://crm.example/"}, secrets={"password": "x"})


def test_waits_double_a_little_apart_and_respect_what_was_asked_for() -> None:
    chance = random.Random(7)
    waits = [delivering.wait_seconds(attempts, None, chance) for attempts in range(9)]
    for attempts, wait in enumerate(waits):
        usual = min(60 * 2**attempts, 4 * 3600)
        assert 0.9 * usual <= wait <= 1.1 * usual
        assert wait != usual
    assert delivering.wait_seconds(0, 1000.0, chance) == 1000.0
