"""Each place is answered from what was learned of visits, orders and the catalog, with reasons that say so."""

from __future__ import annotations

from uuid import UUID

from hanse.capabilities.recommend import operations
from hanse.data import events
from hanse.data.profiles import Identity, Profile, store
from tests.capabilities.recommend.conftest import HELD_OUT, Shop
from tests.capabilities.recommend.taught import ANNA, ordered
from tests.conftest import NOW


async def test_places_answer_from_what_was_learned(learned: Shop) -> None:
    home = await learned.call(operations.for_you, {"viewed": ["p10", "p12"], "limit": 4}, "en")
    assert "p14" in [each.product_id for each in home.items]
    assert home.model_version
    assert {each.reason for each in home.items} & {"Who looked at Product 12 looked at this, too", "Who looked at Product 10 looked at this, too"}

    after = await learned.call(operations.also_viewed, {"product_id": "p20", "limit": 3}, "de")
    assert "p22" in [each.product_id for each in after.items]
    assert after.reason == "Diese Produkte haben andere nach dem angesehen, was hier angesehen wurde"
    assert "p20" not in [each.product_id for each in after.items]

    cart = await learned.call(operations.complete_cart, {"cart": ["p08"], "limit": 3}, "en")
    assert cart.items[0].product_id == "p09"
    assert cart.items[0].reason == "Goes with Product 8"

    alike = await learned.call(operations.similar, {"product_id": "p08", "limit": 5}, "en")
    assert {int(each.product_id[1:]) % 2 for each in alike.items} == {0}
    instead = await learned.call(operations.alternatives, {"product_id": "p08", "limit": 5}, "en")
    assert [each.product_id for each in instead.items] == [each.product_id for each in alike.items]

    belonging = await learned.call(operations.belonging, {"product_id": "p08"}, "de")
    assert [(each.product_id, each.reason) for each in belonging.items] == [("p09", "Zubehör zu Bohrer 8 Stahl")]
    assert (await learned.call(operations.belonging, {"product_id": "p08", "kind": "spare_part"})).items == []


async def test_a_company_and_who_acts_for_it_are_answered_by_what_all_of_them_ordered(learned: Shop) -> None:
    yard, buyer, restricted = UUID(int=21), UUID(int=22), UUID(int=23)
    async with learned.resources.pool.connection() as connection:
        people = [
            Profile(profile_id=yard, kind="company", created_at=NOW),
            Profile(profile_id=buyer, created_at=NOW),
            Profile(profile_id=restricted, created_at=NOW, identities=(Identity("anonymous_id", "hidden"),)),
        ]
        await store.put(connection, people, source="test", now=NOW)
        for member in (ANNA, buyer, restricted):
            await connection.execute("INSERT INTO memberships (company_id, member_id, created_at) VALUES (%s, %s, now())", (yard, member))
        await connection.execute("UPDATE profiles SET restricted_at = now() WHERE profile_id = %s", (restricted,))
        await events.append(connection, [ordered("hidden", [30, 31], day=2)], now=NOW)
    for each in (yard, buyer):
        again = await learned.call(operations.due_again, {"profile_id": str(each), "limit": 3}, "en")
        assert {"p04", "p05"} <= {each.product_id for each in again.items} <= {"p04", "p05", "p06"}
    assert (await learned.call(operations.forgotten, {"profile_id": str(buyer)})).items == []  # what somebody looked at is theirs alone


async def test_a_known_person_is_answered_by_what_they_did(learned: Shop) -> None:
    again = await learned.call(operations.due_again, {"profile_id": str(ANNA), "limit": 3}, "en")
    assert {each.product_id for each in again.items} <= {"p04", "p05", "p06"}
    assert {"p04", "p05"} <= {each.product_id for each in again.items}
    assert "Ordered 2 times before" in {each.reason for each in again.items}
    assert (await learned.call(operations.due_again, {})).items == []

    reminder = await learned.call(operations.forgotten, {"profile_id": str(ANNA)}, "en")
    assert [each.product_id for each in reminder.items] == ["p10", "p12"]
    assert reminder.items[0].reason == "Looked at 2 times lately, and not ordered yet"

    home = await learned.call(operations.for_you, {"profile_id": str(ANNA), "limit": 6}, "en")
    assert {"p04", "p05", "p12", "p14"} & {each.product_id for each in home.items}


async def test_who_is_held_out_or_quite_new_gets_what_is_popular(learned: Shop) -> None:
    popular = [each.product_id for each in (await learned.call(operations.popular, {"limit": 4})).items]
    nobody = await learned.call(operations.for_you, {"limit": 4}, "en")
    assert [each.product_id for each in nobody.items] == popular
    assert nobody.reason == "These products are popular in the whole shop"
    held_out = await learned.call(operations.for_you, {"profile_id": str(HELD_OUT), "viewed": ["p10"], "limit": 4})
    assert [each.product_id for each in held_out.items] == popular


async def test_products_that_nobody_knows_do_no_harm(learned: Shop) -> None:
    assert (await learned.call(operations.for_you, {"viewed": ["no such", "p10", ""], "limit": 3})).items
    assert (await learned.call(operations.complete_cart, {"cart": ["no such"], "limit": 3})).items
