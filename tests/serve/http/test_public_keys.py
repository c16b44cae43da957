"""Keys that stand open in web pages: what they may call, from where, how often, and that nobody learns of somebody else by them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest

from hanse.base import context as contract
from hanse.base import errors, ids
from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Caller, Context
from hanse.base.decision import Basis
from hanse.base.operation import Purpose
from hanse.data import consent, events
from hanse.data.access import keys, proofs
from hanse.data.access.keys import ApiKey, NewKey
from hanse.data.access.proofs import UnprovenPerson
from hanse.data.consent import Consent
from hanse.data.events import Event
from hanse.data.profiles import identity
from hanse.serve import runtime as runtimes
from hanse.serve.http import keys as ring
from hanse.serve.http.app import application
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.conftest import Client, alive
from tests.serve.harbour import operations as harbour
from tests.serve.harbour.operations import Greet

SHOP = "https://shop.example"
BROWSER = "0f6a3a52-7d1c-4b0e-9f35-5a0c6d1f9b77"
STOREFRONT = Caller("key", "pages", frozenset({"harbour.greet"}), public=True)
POPULAR = "/v1/recommend/popular"
MakePublic = Callable[..., Awaitable[NewKey]]


@pytest.fixture
def make_public(client: Client) -> MakePublic:
    async def make(*origins: str, name: str = "pages") -> NewKey:
        async with client.app.state.runtime.context() as context:
            found = await keys.create(
                await context.connection(), name, [keys.STOREFRONT], created_by="test", now=context.clock.now(), origins=origins
            )
        await asyncio.sleep(0)
        return found

    return make


async def test_a_public_key_calls_what_is_declared_public_and_nothing_else(client: Client, make_public: MakePublic) -> None:
    headers = {"Authorization": f"Bearer {(await make_public()).key}"}
    declared = client.app.state.runtime.registry.operations.values()
    bodies = {each.name: msgspec.json.encode(each.example) for each in declared}
    statuses = {each.name: (await client.post(each.path, content=bodies[each.name], headers=headers)).status_code for each in declared}
    open_ = {name for name, status in statuses.items() if status != 403}
    recommendations = {each.name for each in declared if each.capability == "recommend" and each.decides}

    assert open_ == {"catalog.product_jsonld", "events.record", "search.products", "search.suggest", *recommendations}
    assert len(recommendations) >= 10
    assert (await client.get("/metrics", headers=headers)).status_code == 403


async def test_a_public_key_may_stand_in_the_address_and_no_other(client: Client, make_public: MakePublic, make_key: Any) -> None:
    public, secret = await make_public(), await make_key("recommend", name="server")
    found = await client.post(f"{POPULAR}?key={public.key}", content=b"{}")
    refused = await client.post(f"{POPULAR}?key={secret['Authorization'].partition(' ')[2]}", content=b"{}")
    assert "items" in found.json()  # that is: it was let in
    assert (refused.status_code, (await client.post(POPULAR, content=b"{}", headers=secret)).status_code) == (401, found.status_code)


async def test_a_public_key_takes_events_in(client: Client, make_public: MakePublic) -> None:
    body = {"writeKey": (await make_public()).key, "type": "track", "event": "Impression", "anonymousId": BROWSER, "messageId": "m-1"}
    assert (await client.post("/v1/track", json=body)).json()["accepted"] == 1


@pytest.mark.parametrize(("origin", "status"), [(SHOP, 200), ("https://SHOP.example", 200), ("https://other.example", 403), (None, 403)])
async def test_only_the_pages_of_its_shops_may_use_a_key(client: Client, make_public: MakePublic, origin: str | None, status: int) -> None:
    key = await make_public(f"{SHOP}/", "http://localhost:8080")
    answer = await client.post(f"{POPULAR}?key={key.key}", content=b"{}", headers={"Origin": origin} if origin else {})
    assert answer.status_code == status
    assert status != 403 or answer.json()["type"] == "/problems/origin-refused"


async def test_pages_of_all_shops_may_ask_and_read_the_answer(client: Client, make_public: MakePublic) -> None:
    key = await make_public()
    answer = await client.post(f"{POPULAR}?key={key.key}", content=b"{}", headers={"Origin": SHOP, "Content-Type": "text/plain"})
    asked = await client.options(POPULAR, headers={"Origin": SHOP, "Access-Control-Request-Method": "POST"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert asked.headers["access-control-max-age"] == "7200"


async def test_one_visitor_cannot_use_up_what_is_there_for_all(client: Client, make_public: MakePublic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "VISITOR_LIMIT", 2)
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    key = (await make_public()).key
    members = client.app.state.key_ring
    for _ in range(2):
        await members.caller(None, ring.Page(key, SHOP, "10.0.0.1"))
    with pytest.raises(errors.TooManyRequests, match="2 requests"):
        await members.caller(None, ring.Page(key, SHOP, "10.0.0.1"))
    assert (await members.caller(None, ring.Page(key, SHOP, "10.0.0.2"))).public


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("10.0.0.1", "10.0.0.2", False),
        ("a:b", "a:b", True),
    ],
)
def test_a_visitor_is_told_apart_by_what_they_have_one_of(one: str, other: str, *, same: bool) -> None:
    assert (ring.Page(visitor=one).network == ring.Page(visitor=other).network) is same


@pytest.mark.parametrize(("public_url", "visitor"), [("", "127.0.0.1"), ("https://hanse.example", "203.0.113.7")])
async def test_behind_a_proxy_visitors_are_told_apart_by_what_it_says(
    settings: Settings, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, public_url: str, visitor: str
) -> None:
    seen: list[str] = []
    caller = ring.KeyRing.caller

    async def noted(self: ring.KeyRing, authorization: str | None, page: ring.Page = ring.NOWHERE) -> Caller:
        seen.append(page.visitor)
        return await caller(self, authorization, page)

    monkeypatch.setattr(ring.KeyRing, "caller", noted)
    told = msgspec.structs.replace(settings, public_url=public_url)
    app = application(runtimes.build(told, told.database_url, clock=clock))
    async with alive(app), Client(app) as client:
        await client.post(POPULAR, content=b"{}", headers={"Origin": SHOP, "X-Forwarded-For": "198.51.100.9, 203.0.113.7"})
    assert seen == [visitor]


@pytest.mark.parametrize("scopes", [["storefront", "recommend"], ["storefront", "*"]])
async def test_a_public_key_cannot_be_a_secret_one_too(running: Runtime, scopes: list[str]) -> None:
    async with running.context() as context:
        with pytest.raises(errors.InvalidRequest, match="no other"):
            await keys.create(await context.connection(), "both", scopes, created_by="test", now=NOW, known={"recommend"})


@pytest.mark.parametrize("origin", ["shop.example", "https://shop.example/path", "ftp://shop.example", "https://*.example"])
async def test_an_origin_is_what_browsers_send(running: Runtime, origin: str) -> None:
    async with running.context() as context:
        with pytest.raises(errors.InvalidRequest, match="is not the address of a shop"):
            await keys.create(await context.connection(), "pages", [keys.STOREFRONT], created_by="test", now=NOW, origins=[origin])


async def test_what_a_key_is_restricted_to_is_kept(running: Runtime) -> None:
    async with running.context() as context:
        connection = await context.connection()
        await keys.create(connection, "pages", [keys.STOREFRONT], created_by="test", now=NOW, origins=[f"{SHOP}/", SHOP, " "])
        found: ApiKey = await keys.named(connection, "pages")
    assert (found.origins, found.is_public) == ((SHOP,), True)


# ---- Whom a public key may ask for


async def happen(running: Runtime, **named: Any) -> None:
    """Have an event of somebody arrive, as anybody with a public key can send it."""
    event = Event(message_id=str(ids.new(running.resources.clock.now())), name="Product Viewed", source="pages", occurred_at=NOW, **named)
    async with running.context() as context:
        await events.append(await context.connection(), [event], now=NOW)


async def agree(running: Runtime, kind: str, value: str) -> UUID:
    clock = running.resources.clock
    assert isinstance(clock, FixedClock)
    clock.advance(days=1)
    now = clock.now()
    async with running.context() as context:
        connection = await context.connection()
        found = await identity.find(connection, kind, value)
        assert found
        entry = Consent(consent_id=ids.new(now), profile_id=found, purpose=Purpose.PERSONALISATION, granted=True, channel="banner", decided_at=now)
        await consent.put(connection, [entry], now=now)
    return found


async def greet(running: Runtime, caller: Caller = STOREFRONT, **named: Any) -> Any:
    async with running.context(caller) as context:
        return await contract.run(harbour.greet, Greet(**named), context)


@pytest.fixture
async def anna(running: Runtime) -> UUID:
    """A customer of the shop who agreed to personalisation."""
    await happen(running, user_id="4711")
    return await agree(running, "user_id", "4711")


@pytest.mark.parametrize("proof", [None, "", "0" * 64, proofs.sign("another secret", "4711")])
async def test_a_guessed_customer_number_tells_nothing(running: Runtime, anna: UUID, proof: str | None) -> None:
    for number in ("4711", "nobody-has-this"):  # nor whether there is such a customer
        with pytest.raises(UnprovenPerson, match="user_id counts only where it is proved"):
            await greet(running, user_id=number, user_hash=proof)


async def test_the_id_of_a_profile_cannot_be_proved(running: Runtime, anna: UUID) -> None:
    with pytest.raises(UnprovenPerson, match="profile_id"):
        await greet(running, profile_id=anna)


async def test_a_customer_number_with_its_proof_counts(running: Runtime, anna: UUID) -> None:
    proof = proofs.sign(proofs.secret(running.settings.home, "pages"), "4711")
    answer = await greet(running, user_id="4711", user_hash=proof.upper())
    assert (answer.personal, answer.basis) == (True, Basis.CONSENT)
    with pytest.raises(UnprovenPerson):
        await greet(running, user_id="4712", user_hash=proof)
    with pytest.raises(UnprovenPerson):
        await greet(running, Caller("key", "other", STOREFRONT.scopes, public=True), user_id="4711", user_hash=proof)


async def test_a_browser_has_what_it_did_itself(running: Runtime) -> None:
    await happen(running, anonymous_id=BROWSER)
    await agree(running, "anonymous_id", BROWSER)
    answer = await greet(running, anonymous_id=BROWSER)
    assert (answer.personal, answer.basis) == (True, Basis.CONSENT)


async def test_an_id_that_can_be_guessed_is_no_browser(running: Runtime) -> None:
    await happen(running, anonymous_id="b-1")
    await agree(running, "anonymous_id", "b-1")
    assert (await greet(running, anonymous_id="b-1")).basis is Basis.ANONYMOUS


async def test_who_says_to_be_a_customer_does_not_become_one(running: Runtime, anna: UUID) -> None:
    """Anybody can send an event that names a browser of theirs and somebody's customer number; what is known of them stays closed."""
    await happen(running, anonymous_id=BROWSER, user_id="4711")
    answer = await greet(running, anonymous_id=BROWSER)
    assert (answer.personal, answer.basis) == (False, Basis.ANONYMOUS)


async def test_the_answer_counts_for_the_customer_in_the_measures_all_the_same(running: Runtime, anna: UUID) -> None:
    await happen(running, anonymous_id=BROWSER, user_id="4711")
    await greet(running, anonymous_id=BROWSER)
    await running.log.flush()
    async with running.context() as context:
        rows = await (await (await context.connection()).execute("SELECT profile_id, basis FROM decisions")).fetchall()
        standing = await identity.find(await context.connection(), "user_id", "4711")
    assert rows == [{"profile_id": standing, "basis": "anonymous"}]


async def test_a_server_with_a_secret_key_names_whom_it_likes(running: Runtime, anna: UUID) -> None:
    server = Caller("key", "server", frozenset({"harbour"}))
    assert (await greet(running, server, user_id="4711")).personal


def test_a_context_without_a_key_is_not_public(running: Runtime) -> None:
    found: Context = running.context()
    assert not found.caller.public
