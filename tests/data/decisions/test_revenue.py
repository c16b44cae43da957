"""What answers brought in money: what each side spent within the window, less what came back, and how sure that is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from hanse.base.database import Connection
from hanse.base.decision import Arm
from hanse.data.decisions import revenue
from hanse.data.decisions.effect import ArmResult
from hanse.data.decisions.revenue import Revenue, Sums, Undecided
from tests.conftest import NOW
from tests.data.decisions.test_effect import DAY, decide, happen, measured


async def orders(connection: Connection, *, arm: Arm = Arm.TREATED, profile: UUID | None = None, **facts: Any) -> UUID:
    """Answer somebody and let them order."""
    profile = profile or uuid4()
    await decide(connection, profile, arm)
    await happen(connection, "Order Completed", profile=profile, **{"order_id": uuid4().hex, "currency": "EUR", **facts})
    return profile


async def spent(connection: Connection) -> tuple[Revenue, ...]:
    return (await measured(connection)).revenue


@pytest.mark.parametrize(
    ("facts", "amount_minor"),
    [
        ({"revenue": 12.34, "total": 99}, 1234),
        ({"revenue": "12.34"}, 1234),
        ({"products": [{"price": 5, "quantity": 2}, {"price": 0.5}, {"name": "no price"}, "?"], "total": 99}, 1050),
        ({"subtotal": 7, "total": 99}, 700),
        ({"total": 99}, 9900),
        ({"total": "viel", "revenue": None, "products": {}}, None),
        ({"total": "12,34"}, None),
        ({"revenue": 1e300}, None),
        ({}, None),
    ],
)
async def test_an_order_comes_to_what_its_goods_cost(connection: Connection, facts: dict[str, Any], amount_minor: int | None) -> None:
    await orders(connection, **facts)
    found = await measured(connection)
    assert found.treated.buyers == 1
    assert [each.treated.amount_minor for each in found.revenue] == ([] if amount_minor is None else [amount_minor])


async def test_an_order_told_twice_counts_once(connection: Connection) -> None:
    anna = await orders(connection, order_id="17", revenue=20)
    await happen(connection, "Order Completed", profile=anna, order_id="17", revenue=20, currency="EUR")
    (found,) = await spent(connection)
    assert (found.treated.orders, found.treated.amount_minor) == (1, 2000)


@pytest.mark.parametrize(
    ("name", "facts", "left_minor"),
    [
        ("Order Refunded", {"products": [{"price": 30, "quantity": 1}]}, 7000),
        ("Order Refunded", {"total": 59.50}, 5000),
        ("Order Refunded", {}, 0),
        ("Order Refunded", {"total": 1000}, 0),
        ("Order Cancelled", {"total": 119}, 0),
        ("Order Refunded", {"order_id": "another"}, 10000),
    ],
)
async def test_what_came_back_is_taken_off(connection: Connection, name: str, facts: dict[str, Any], left_minor: int) -> None:
    anna = await orders(connection, order_id="17", revenue=100, total=119)
    await happen(connection, name, at=NOW + 20 * DAY, profile=anna, **{"order_id": "17", **facts})
    (found,) = await spent(connection)
    assert (found.treated.buyers, found.treated.amount_minor) == (1, left_minor)


async def test_the_same_number_in_another_shop_is_another_order(connection: Connection) -> None:
    await orders(connection, order_id="17", revenue=100)
    await connection.execute("UPDATE events SET source = 'other shop'")
    await happen(connection, "Order Refunded", order_id="17", profile=uuid4())
    (found,) = await spent(connection)
    assert found.treated.amount_minor == 10000


async def test_each_currency_stands_for_itself_the_usual_one_first(connection: Connection) -> None:
    await orders(connection, revenue=500, currency="JPY")
    for _ in range(2):
        await orders(connection, revenue=10, currency="eur", arm=Arm.HELD_OUT)
    await orders(connection, revenue=1, currency=None)
    euros, yen = await spent(connection)
    assert (euros.currency, euros.treated.amount_minor, euros.held_out.amount_minor) == ("EUR", 100, 2000)
    assert (yen.currency, yen.treated.amount_minor, yen.held_out.amount_minor) == ("JPY", 500, 0)
    assert (euros.treated.profiles, euros.treated.per_profile_minor, yen.held_out.per_profile_minor) == (2, 50.0, 0.0)


@pytest.mark.parametrize("days_later", [-1, 7])
async def test_only_orders_of_the_window_count(connection: Connection, days_later: int) -> None:
    anna = uuid4()
    await decide(connection, anna, at=NOW - 5 * DAY)
    await happen(connection, "Order Completed", at=NOW + (days_later - 5) * DAY + timedelta(hours=1), profile=anna, revenue=10, currency="EUR")
    assert await spent(connection) == ()


async def test_orders_without_an_amount_are_no_money(connection: Connection) -> None:
    await orders(connection)
    await orders(connection, arm=Arm.HELD_OUT)
    assert await spent(connection) == ()


async def test_events_of_the_shop_close_the_loop(connection: Connection) -> None:
    anna = uuid4()
    decision = await decide(connection, anna)
    await happen(connection, "Product List Viewed", products=[{"product_id": "A", "decision_id": str(decision)}])
    await happen(connection, "Product Clicked", decision=decision)
    await happen(connection, "Product Added", decision=decision)
    await happen(connection, "Order Completed", profile=anna, order_id="1", revenue=5, products=[{"product_id": "A", "decision_id": str(decision)}])
    found = (await measured(connection)).treated
    assert found == ArmResult(answers=1, profiles=1, viewers=1, clickers=1, adders=1, buyers=1, named_buyers=1, click_rate=1.0, order_rate=1.0)


async def test_every_line_of_an_order_may_name_its_answer(connection: Connection) -> None:
    anna = uuid4()
    first, second = await decide(connection, anna), await decide(connection, anna, operation="search.products")
    lines = [{"product_id": "A", "decision_id": str(first)}, {"product_id": "B", "decision_id": str(second)}, {"decision_id": "?"}]
    await happen(connection, "Order Completed", profile=anna, order_id="1", revenue=5, products=lines)
    assert (await measured(connection)).treated.named_buyers == 1
    rows = await (await connection.execute("SELECT decision_id FROM events")).fetchall()
    assert [row["decision_id"] for row in rows] == [first]


def sums(buyers: int, amount: float) -> Sums:
    return Sums(currency="EUR", buyers=buyers, orders=buyers, total=buyers * amount, squares=buyers * amount**2)


def test_what_was_brought_is_the_difference_for_all_the_treated() -> None:
    treated, held_out = sums(950, 100), sums(25, 100)
    (found,) = revenue.compare({"EUR": treated}, {"EUR": held_out}, (9500, 500), 10 * DAY)
    assert found.difference is not None
    assert found.difference.per_profile_minor == pytest.approx(500)
    assert found.brought_minor == 4_750_000
    assert found.lower_minor is not None
    assert found.upper_minor is not None
    assert found.lower_minor < found.brought_minor < found.upper_minor
    assert found.lower_minor + found.upper_minor == pytest.approx(2 * 4_750_000, abs=2)
    assert (found.difference.significant, found.difference.undecided, found.difference.days_needed) == (True, None, None)


def test_money_is_not_judged_before_enough_have_bought() -> None:
    found = revenue.difference("EUR", sums(500, 100), sums(10, 100), (1000, 100), 4 * DAY)
    assert found is not None
    assert (found.significant, found.undecided, found.lower_per_profile_minor) == (False, Undecided.FEW_BUYERS, None)
    assert found.days_needed == 6, "ten buyers in four days: fifteen more in six"
    nobody = revenue.difference("EUR", sums(500, 100), None, (1000, 100), 4 * DAY)
    assert nobody is not None
    assert (nobody.undecided, nobody.days_needed) == (Undecided.FEW_BUYERS, None)


def test_what_is_not_sure_says_how_long_it_takes() -> None:
    found = revenue.difference("EUR", sums(110, 100), sums(100, 100), (1000, 1000), 10 * DAY)
    assert found is not None
    assert (found.significant, found.undecided) == (False, Undecided.SPREAD)
    assert found.days_needed is not None
    assert found.days_needed > 10


def test_a_side_with_nobody_on_it_brings_no_difference() -> None:
    (found,) = revenue.compare({"EUR": sums(5, 10)}, {}, (10, 0), DAY)
    assert (found.difference, found.brought_minor, found.held_out.per_profile_minor) == (None, None, None)
