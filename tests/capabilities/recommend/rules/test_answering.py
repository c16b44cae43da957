"""Answers shaped by rules: read once after a change, with one query on the person where a rule needs it, and never an error."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from hanse.base import context as contexts
from hanse.base import ids
from hanse.base.context import Context, Subject
from hanse.base.decision import Arm, Basis
from hanse.capabilities.recommend.rules import answering, facts, store
from hanse.capabilities.recommend.rules.answering import Shaped, Wish
from hanse.capabilities.recommend.rules.engine import Candidate, Person
from hanse.capabilities.recommend.rules.plan import Asker
from hanse.capabilities.recommend.rules.rulebook import Rulebook
from hanse.capabilities.recommend.rules.schemas import Boost, Condition, Draft, Exclude, Fallback, Filter, Frequency, Least, Pin
from hanse.capabilities.recommend.rules.store import Author
from hanse.data import catalog, decisions, events
from hanse.data.catalog import CustomerPriceList, Price, Product
from hanse.data.decisions.schemas import DecisionRecord
from hanse.data.events import Event
from hanse.data.profiles import identity
from tests.capabilities.recommend.conftest import Shop
from tests.capabilities.recommend.rules.conftest import draft, product
from tests.conftest import NOW

PRODUCTS = [
    Product(product_id=each, brand=each[0], attributes={"colour": {"value": {"de": "Rot"}}} if each == "b2" else {})
    for each in ("a1", "a2", "b1", "b2")
]
PRODUCTS.append(Product(product_id="old", state="discontinued"))
EVA = Author("Eva", NOW)


class Names:
    """Candidates by name, with a note of what was asked."""

    def __init__(self, **found: Sequence[str]) -> None:
        self.found = {"first": ("a1", "a2", "b1", "b2"), **found}
        self.asked: list[str] = []

    async def __call__(self, name: str, limit: int) -> list[Candidate]:
        self.asked.append(name)
        return [Candidate(each, 1 / place) for place, each in enumerate(self.found.get(name, ()), 1)][:limit]


@pytest.fixture
async def open_shop(ruled: Shop) -> Shop:
    await ruled.sell(PRODUCTS, [Price(product_id=each.product_id, amount_minor=1_000) for each in PRODUCTS])
    return ruled


async def rules(shop: Shop, *drafts: Draft) -> None:
    async with shop.resources.pool.connection() as connection:
        for each in drafts:
            await store.save(connection, EVA, each)
    await shop.resources.get(Rulebook).forget()


async def asked(shop: Shop, names: Names | None = None, profile_id: UUID | None = None, **wish: Any) -> Shaped:
    async with shop.context("en") as context:
        if profile_id is not None:
            context.subject = Subject(profile_id, Basis.CONSENT)
        return await answering.answer(context, Wish(**{"placement": "home", "first": "first", "limit": 10, **wish}), names or Names())


def shown(found: Shaped) -> list[str]:
    return [each.product_id for each in found.items]


async def test_without_rules_the_candidates_are_the_answer(open_shop: Shop) -> None:
    found = await asked(open_shop, Names(first=["a1", "old", "b1"]))
    assert (shown(found), found.source, found.reason) == (["a1", "b1"], "first", "")
    assert found.known["a1"].amount_minor == 1_000


async def test_a_rule_holds_for_whom_and_where_and_when_it_is_meant(open_shop: Shop) -> None:
    only_a = Filter(brands=("a",))
    await rules(open_shop, draft(filter=only_a, placements=("cart",), segments=("trade",), devices=("phone",), channels=("mail",), starts_at=NOW))
    meant: dict[str, Any] = {"placement": "cart", "asker": Asker(frozenset({"trade", "new"}), "phone", "mail")}
    others: list[dict[str, Any]] = [
        {"placement": "home"},
        {"asker": Asker(frozenset({"new"}), "phone", "mail")},
        {"asker": Asker(frozenset({"trade"}), "desktop", "mail")},
        {"asker": Asker(frozenset({"trade"}), "phone", "shop")},
    ]
    assert shown(await asked(open_shop, **meant)) == ["a1", "a2"]
    assert [len(shown(await asked(open_shop, **{**meant, **other}))) for other in others] == [4, 4, 4, 4]


async def test_a_rule_begins_and_ends_by_itself_and_can_be_off(open_shop: Shop) -> None:
    hour = timedelta(hours=1)
    await rules(
        open_shop, draft(filter=Filter(brands=("a",)), starts_at=NOW + hour, ends_at=NOW + 2 * hour), draft(filter=Filter(brands=("x",)), on=False)
    )
    counts = []
    for _ in range(3):
        counts.append(len(shown(await asked(open_shop))))
        open_shop.resources.clock.advance(hours=1)  # type: ignore[attr-defined]  # the clock of tests
    assert counts == [4, 2, 4]


async def test_rules_are_read_once_and_again_after_a_change(open_shop: Shop) -> None:
    await rules(open_shop, draft(filter=Filter(brands=("a",))))
    assert shown(await asked(open_shop)) == ["a1", "a2"]
    async with open_shop.resources.pool.connection() as connection:
        await connection.execute("DELETE FROM recommendation_rules")
    assert shown(await asked(open_shop)) == ["a1", "a2"]
    await open_shop.resources.get(Rulebook).forget()
    assert len(shown(await asked(open_shop))) == 4


async def test_an_answer_about_nobody_needs_no_database(open_shop: Shop) -> None:
    await rules(open_shop, draft(exclude=Exclude(bought_days=30)), draft(boost=Boost()), draft(pin=Pin(product_ids=("b2",))))
    assert shown(await asked(open_shop))[0] == "b2"
    async with Context(open_shop.resources) as context:
        await answering.answer(context, Wish("home", "first", 3, "a1"), Names())
        assert context._connection is None  # whether one was taken is what is asked


async def test_attributes_that_a_rule_mentions_are_known(open_shop: Shop) -> None:
    await asked(open_shop)  # remembered without attributes
    await rules(open_shop, draft(boost=Boost(products=Condition(attribute="colour", values=("rot",)), factor=9)))
    assert shown(await asked(open_shop))[0] == "b2"


async def test_the_fallback_order_is_used_and_the_reason_said(open_shop: Shop) -> None:
    await rules(
        open_shop,
        draft("Only C", filter=Filter(without_brands=("a", "b")), placements=("none",)),
        draft("Order", fallback=Fallback(names=("second", "third"))),
    )
    names = Names(first=[], third=["b1"])
    found = await asked(open_shop, names)
    assert (shown(found), found.source, names.asked) == (["b1"], "third", ["first", "second", "third"])
    assert found.reason == "There was nothing in first; so this comes from third, as “Order” says"


async def test_where_nothing_is_left_anywhere_the_answer_is_empty_and_says_why(open_shop: Shop) -> None:
    await rules(open_shop, draft("Only X", filter=Filter(brands=("x",))), draft("Order", fallback=Fallback(names=("first", "second"))))
    found = await asked(open_shop, Names(second=["b1"]))
    assert (found.items, found.source, found.reason) == ([], "first", "The rules left nothing of first")
    await rules(open_shop, draft("Full rows", least=Least(products=3)))
    assert (await asked(open_shop)).reason == "“Full rows” wants at least 3 products, and there were fewer in first"


# What is known of a person


async def person(shop: Shop) -> UUID:
    """Have somebody buy a1 and b1, return b1, be shown a2 and b2 three times and click b2 in between."""

    def happened(name: str, product_id: str, days: float) -> Event:
        order = {"order_id": f"O-{product_id}", "products": [{"product_id": product_id, "quantity": 1}]}
        properties = {"product_id": product_id} if name == "Product Clicked" else order
        at = NOW - timedelta(days=days)
        return Event(message_id=f"{name}-{product_id}", name=name, user_id="K-1", source="shop", occurred_at=at, properties=properties)

    told = [
        happened("Order Completed", "a1", 5),
        happened("Order Completed", "b1", 20),
        happened("Order Refunded", "b1", 18),
        happened("Product Clicked", "b2", 1.5),
    ]
    async with shop.resources.pool.connection() as connection:
        await events.append(connection, told, now=NOW)
        profile_id = await identity.find(connection, "user_id", "K-1")
        assert profile_id
        await decisions.store.put(connection, [_answer(profile_id, NOW - timedelta(days=days)) for days in (1, 2, 3)])
    return profile_id


def _answer(profile_id: UUID, at: Any) -> DecisionRecord:
    items = msgspec.Raw(msgspec.json.encode({"items": [{"product_id": "a2"}, {"product_id": "b2"}]}))
    return DecisionRecord(
        decision_id=ids.new(at),
        operation="recommend.popular",
        profile_id=profile_id,
        model_version=None,
        arm=Arm.TREATED,
        arm_probability=1.0,
        basis=Basis.CONSENT,
        reason="",
        request=msgspec.Raw(b"{}"),
        answer=items,
        decided_at=at,
    )


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"exclude": Exclude(bought_days=10)}, ["a2", "b1", "b2"]),
        ({"exclude": Exclude(bought_days=30)}, ["a2", "b2"]),
        ({"exclude": Exclude(bought_days=30, repeatable=Condition(brands=("a",)))}, ["a1", "a2", "b2"]),
        ({"exclude": Exclude(returned_days=30)}, ["a1", "a2", "b2"]),
        ({"exclude": Exclude(returned_days=10)}, ["a1", "a2", "b1", "b2"]),
        ({"frequency": Frequency(times=3, days=7)}, ["a1", "b1", "b2"]),
        ({"frequency": Frequency(times=1, days=7)}, ["a1", "b1"]),
        ({"frequency": Frequency(times=3, days=2)}, ["a1", "a2", "b1", "b2"]),
    ],
)
async def test_what_a_person_did_counts(open_shop: Shop, wanted: dict[str, Any], left: list[str]) -> None:
    profile_id = await person(open_shop)
    await rules(open_shop, draft(**wanted))
    assert shown(await asked(open_shop, profile_id=profile_id)) == left
    assert shown(await asked(open_shop)) == ["a1", "a2", "b1", "b2"]


async def company_of(open_shop: Shop, member_id: UUID, prices: dict[str, int]) -> UUID:
    """Have somebody act for a company with a price list of its own."""
    company = UUID(int=9)
    async with open_shop.resources.pool.connection() as connection:
        await connection.execute("INSERT INTO profiles (profile_id, kind, created_at, updated_at) VALUES (%s, 'company', now(), now())", (company,))
        await connection.execute("INSERT INTO memberships (company_id, member_id, created_at) VALUES (%s, %s, now())", (company, member_id))
        await catalog.put_customer_price_lists(connection, [CustomerPriceList(profile_id=company, price_list="werft")])
        await catalog.put_prices(
            connection, [Price(product_id=each, price_list="werft", amount_minor=amount) for each, amount in prices.items()], now=NOW
        )
    return company


async def test_a_member_of_a_company_sees_its_range(open_shop: Shop) -> None:
    profile_id = await person(open_shop)
    await rules(open_shop, draft(filter=Filter(own_range=True)))
    assert len(shown(await asked(open_shop, profile_id=profile_id))) == 4
    company = await company_of(open_shop, profile_id, {"b2": 900, "a1": 900})
    assert shown(await asked(open_shop, profile_id=profile_id)) == ["a1", "b2"]
    assert shown(await asked(open_shop, profile_id=company)) == ["a1", "b2"]


async def test_a_member_of_a_company_sees_its_prices_and_rules_reckon_with_them(open_shop: Shop) -> None:
    profile_id, stranger = await person(open_shop), UUID(int=8)
    await company_of(open_shop, profile_id, {"b2": 900, "a1": 700})
    mine, theirs = await asked(open_shop, profile_id=profile_id), await asked(open_shop, profile_id=stranger)
    assert {each: mine.known[each].amount_minor for each in ("a1", "a2", "b2")} == {"a1": 700, "a2": 1_000, "b2": 900}
    assert {each: theirs.known[each].amount_minor for each in ("a1", "a2", "b2")} == {"a1": 1_000, "a2": 1_000, "b2": 1_000}
    await rules(open_shop, draft(filter=Filter(to_minor=800)))
    assert shown(await asked(open_shop, profile_id=profile_id)) == ["a1"]


def test_the_margin_is_that_of_the_price() -> None:
    known = {"saw": product("saw", amount_minor=1_000, margin_score=0.4)}
    priced = facts.priced(Person(prices={"saw": (800, "EUR")}), known)["saw"]
    assert priced.amount_minor == 800
    assert priced.margin_score == pytest.approx(0.25)
    assert facts.priced(Person(prices={"saw": (800, "CHF")}), known)["saw"].margin_score == 0.4
    assert facts.priced(Person(), known) is known


async def test_a_person_costs_one_query(open_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    profile_id = await person(open_shop)
    await rules(
        open_shop, draft(exclude=Exclude(bought_days=30, returned_days=30)), draft(frequency=Frequency()), draft(filter=Filter(own_range=True))
    )
    await asked(open_shop, profile_id=profile_id)
    taken = []
    real = Context.connection

    async def counted(context: Context) -> Any:
        taken.append(context)
        return await real(context)

    monkeypatch.setattr(contexts.Context, "connection", counted)
    await asked(open_shop, profile_id=profile_id)
    assert len(taken) == 1
