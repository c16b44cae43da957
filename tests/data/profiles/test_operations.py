"""One call tells everything of a customer, whoever of their records is asked for; merging and taking back are logged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from hanse.base.clock import FixedClock
from hanse.base.config import Settings
from hanse.base.context import Caller, Context, Resources
from hanse.base.database import Connection
from hanse.base.decision import Personal
from hanse.base.errors import InvalidRequest
from hanse.base.operation import Purpose
from hanse.data import consent, events, profiles
from hanse.data.consent import Consent
from hanse.data.events import Event
from hanse.data.profiles import Contract, Identity, Installation, Membership, Profile, merging, operations, reading
from hanse.data.profiles.requests import AskMerges, AskProfile, KnownProfile, Merge, SearchProfiles, Unmerge
from tests.conftest import NOW

ANNA, TWIN, SHOP, GROUP = (UUID(int=number) for number in range(1, 5))


@pytest.fixture
def context(connection: Connection) -> Context:
    resources = Resources(Settings(home=Path("unused")), FixedClock(NOW), None, None)  # type: ignore[arg-type]  # neither the pool nor the ports are asked
    return Context(resources, Caller("account", "Eva", frozenset({"*"})), fixed_connection=connection)


@pytest.fixture
async def people(connection: Connection) -> None:
    anna = {"firstName": "Anna", "lastName": "Petersen", "email": "anna@example.org"}
    made = [
        Profile(profile_id=ANNA, traits=anna, identities=(Identity("email", "anna@example.org"), Identity("user_id", "K-1")), created_at=NOW),
        Profile(
            profile_id=TWIN, traits={"phone": "+49451123456"}, identities=(Identity("phone", "+49451123456"),), created_at=NOW - timedelta(days=9)
        ),
        Profile(profile_id=SHOP, kind="company", traits={"name": "Tischlerei Nord"}, created_at=NOW),
        Profile(profile_id=GROUP, kind="company", traits={"company": {"name": "Nord Gruppe"}}, created_at=NOW),
    ]
    await profiles.put(connection, made, source="erp", now=NOW)
    links = [Membership(company_id=SHOP, member_id=ANNA, role="buyer", created_at=NOW), Membership(company_id=GROUP, member_id=SHOP, created_at=NOW)]
    await profiles.put_memberships(connection, [*links, Membership(company_id=SHOP, member_id=GROUP, created_at=NOW)])
    machine = Installation(installation_id=uuid4(), profile_id=SHOP, product_id="S-9", serial_number="17", installed_at=NOW)
    await profiles.put_installations(connection, [machine], source="erp")
    agreed = Contract(contract_id=uuid4(), profile_id=SHOP, kind="maintenance", number="WV-17", begins_on=NOW.date())
    await profiles.put_contracts(connection, [agreed], source="erp")
    await connection.execute("INSERT INTO price_lists VALUES (%s, 'partner'), (%s, 'nord')", (GROUP, SHOP))
    given = Consent(consent_id=uuid4(), profile_id=TWIN, purpose=Purpose.PERSONALISATION, granted=True, channel="letter", decided_at=NOW)
    await consent.put(connection, [given], now=NOW)
    bought = [
        Event(message_id=f"m-{day}", name="Order Completed", user_id="K-1", source="shop", occurred_at=NOW - timedelta(days=day)) for day in (1, 30)
    ]
    await events.append(connection, bought, now=NOW)


async def known(context: Context, profile_id: UUID) -> KnownProfile:
    return await reading.whole(await context.connection(), profile_id)


@pytest.mark.usefixtures("people")
async def test_one_call_tells_everything_of_all_records(context: Context) -> None:
    await operations.merge.function(Merge(profile_id=ANNA, other_id=TWIN, reason="same voice"), context)

    found = await operations.get.function(AskProfile(kind="Phone", value="0451 123456"), context)

    assert (found.profile_id, found.name, found.members) == (ANNA, "Anna Petersen", [ANNA, TWIN])
    assert found.traits["phone"] == "+49451123456"
    assert [(each.kind, each.profile_id) for each in found.identities] == [("email", ANNA), ("phone", TWIN), ("user_id", ANNA)]
    assert (found.created_at, found.first_event_at, found.last_event_at) == (NOW - timedelta(days=9), NOW - timedelta(30), NOW - timedelta(1))
    assert [each.allowed for each in found.consents if each.purpose == "personalisation"] == [True]


@pytest.mark.usefixtures("people")
async def test_companies_above_companies_bring_price_lists_and_machines(context: Context) -> None:
    found = await known(context, ANNA)

    assert [(each.name, each.role, each.depth, each.below_id) for each in found.companies] == [
        ("Tischlerei Nord", "buyer", 1, None),
        ("Nord Gruppe", "member", 2, SHOP),
    ]
    assert [each.price_list for each in found.price_lists] == ["nord", "partner"]
    assert [(each.product_id, each.profile_id, each.title) for each in found.installations] == [("S-9", SHOP, None)]
    assert [(each.kind, each.number, each.begins_on, each.ends_on) for each in found.contracts] == [("maintenance", "WV-17", NOW.date(), None)]


@pytest.mark.parametrize(
    ("street", "postal_code", "surname", "is_one"),
    [
        ("Lange Straße 12 a", "23552", "Petersen", True),
        ("lange str. 12A", "23552", "petersen", True),
        ("Lange Strasse 12 a", "23560", "Petersen", False),
        ("Lange Straße 12 b", "23552", "Petersen", False),
        ("Lange Straße 12 a", "23552", "Albers", False),
        ("", "23552", "Petersen", False),
    ],
)
async def test_a_household_has_one_surname_and_one_address(
    connection: Connection, street: str, postal_code: str, surname: str, *, is_one: bool
) -> None:
    address = {"street": "Lange Straße 12 a", "postalCode": "23552"}
    anna = Profile(profile_id=ANNA, traits={"firstName": "Anna", "lastName": "Petersen", "address": address}, created_at=NOW)
    ole_lives = {"street": street, "postalCode": postal_code}
    ole = Profile(profile_id=TWIN, traits={"firstName": "Ole", "lastName": surname, "address": ole_lives}, created_at=NOW)
    await profiles.put(connection, [anna, ole], source="shop", now=NOW)

    found = await reading.whole(connection, ANNA)

    assert [each.name for each in found.household] == ([f"Ole {surname}"] if is_one else [])


async def test_who_is_one_person_is_no_household(context: Context) -> None:
    traits = {"lastName": "Petersen", "address": {"street": "Am Markt 1", "postalCode": "23552"}}
    both = [Profile(profile_id=each, traits=traits, created_at=NOW) for each in (ANNA, TWIN)]
    await profiles.put(await context.connection(), both, source="shop", now=NOW)
    await operations.merge.function(Merge(profile_id=ANNA, other_id=TWIN), context)

    assert (await known(context, ANNA)).household == []


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "text", ["anna@example.org", " ANNA@Example.org ", "K-1", "pet", "anna pet", "petersen anna", str(ANNA), "+49 451 123456", "0451/123456"]
)
async def test_a_customer_is_found_by_any_identity_or_the_beginning_of_a_name(connection: Connection, text: str) -> None:
    await merging.merge(connection, ANNA, TWIN, actor="eva", now=NOW)

    assert [each.profile_id for each in (await reading.find(connection, text)).items] == [ANNA]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("text", ["tersen", "anna meier", "p", "%", "'", ":*", "&", "nobody@example.org", str(UUID(int=99))])
async def test_what_names_nobody_finds_nobody(connection: Connection, text: str) -> None:
    assert (await reading.find(connection, text)).items == []


async def test_a_search_pages_through_persons_or_companies(context: Context, people: None) -> None:
    first = await operations.search.function(SearchProfiles(text="nord", limit=1), context)
    second = await operations.search.function(SearchProfiles(text="nord", limit=1, cursor=first.next_cursor), context)

    assert ([each.profile_id for each in (*first.items, *second.items)], second.next_cursor) == ([GROUP, SHOP], None)
    assert (await operations.search.function(SearchProfiles(text="nord", kind="person"), context)).items == []


@pytest.mark.usefixtures("people")
async def test_a_merge_is_taken_back_by_its_entry(context: Context) -> None:
    merged = await operations.merge.function(Merge(profile_id=TWIN, other_id=ANNA, reason="same card"), context)
    parted = await operations.unmerge.function(Unmerge(link_id=merged.link_id, reason="father and son"), context)
    log = await operations.merges.function(AskMerges(kind="user_id", value="K-1"), context)

    assert (merged.profile_id, merged.members, sorted(parted.profile_ids)) == (ANNA, [ANNA, TWIN], [ANNA, TWIN])
    assert [(each.cause, each.actor, each.evidence, each.cut_by) for each in log.items] == [("person", "Eva", {"reason": "same card"}, "Eva")]
    with pytest.raises(merging.UnknownMerge):
        await operations.unmerge.function(Unmerge(link_id=merged.link_id), context)


@pytest.mark.usefixtures("people")
async def test_the_merge_log_pages(connection: Connection) -> None:
    for other in (TWIN, SHOP, GROUP):
        await merging.merge(connection, ANNA, other, actor="eva", now=NOW)
    members, cursor, seen = await reading.members(connection, ANNA), None, []
    while True:
        page = await reading.merges(connection, members, cursor=cursor, limit=1)
        seen += [each.link_id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert seen == [each.link_id for each in await merging.history(connection, ANNA)]
    assert len(seen) == 3


@pytest.mark.parametrize("asked", [AskProfile(), AskProfile(kind="email", value="x@example.org"), AskProfile(kind="??", value="x")])
async def test_whoever_is_not_known_is_an_error_that_says_so(context: Context, asked: AskProfile) -> None:
    assert isinstance(asked, Personal)
    with pytest.raises(merging.UnknownProfile):
        await operations.get.function(asked, context)


@pytest.mark.parametrize("cursor", ["x", "2026-01-01/x", "2026-01-01T00:00:00/" + str(ANNA)])
async def test_a_cursor_from_elsewhere_is_refused(connection: Connection, cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        await reading.merges(connection, [ANNA], cursor=cursor)
    with pytest.raises(InvalidRequest):
        await reading.find(connection, "anna", cursor=cursor)
