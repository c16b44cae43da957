"""The sample shop as a whole: the same for the same arguments, and sound in itself."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import msgspec
import pytest

from hanse.base import ids
from hanse.data.events.schemas import EventType
from hanse.testing import sample
from hanse.testing.sample import SampleShop
from hanse.testing.sample.shop import UNTIL
from tests.testing.sample.log import by_name, said

DIGEST = """
import hashlib, msgspec
from hanse.testing import sample
print(hashlib.sha256(msgspec.json.encode(vars(sample.generate(40)))).hexdigest())
"""


def _digest(shop: SampleShop) -> str:
    return hashlib.sha256(msgspec.json.encode(vars(shop))).hexdigest()


def test_same_arguments_give_the_same_shop() -> None:
    assert _digest(sample.generate(40, seed=3)) == _digest(sample.generate(40, seed=3))


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_the_hash_seed_of_the_process_does_not_matter(hash_seed: str) -> None:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    done = subprocess.run([sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == _digest(sample.generate(40))


def test_seeds_differ_in_people_and_events_but_not_in_products(shop: SampleShop) -> None:
    other = sample.generate(80, seed=8)
    assert {profile.profile_id for profile in shop.profiles}.isdisjoint(profile.profile_id for profile in other.profiles)
    assert {event.message_id for event in shop.events}.isdisjoint(event.message_id for event in other.events)
    assert shop.products == other.products


def test_another_end_moves_the_events_and_keeps_the_people(shop: SampleShop) -> None:
    earlier = sample.generate(80, until=UNTIL - timedelta(days=40))
    assert [profile.profile_id for profile in earlier.profiles] == [profile.profile_id for profile in shop.profiles]
    assert earlier.events[-1].occurred_at <= UNTIL - timedelta(days=40)
    assert {event.message_id for event in shop.events}.isdisjoint(event.message_id for event in earlier.events)


@pytest.mark.parametrize("customers", [1, 2, 5, 33])
def test_a_shop_has_as_many_profiles_as_asked_for(customers: int) -> None:
    assert len(sample.generate(customers).profiles) == customers


def test_events_lie_sorted_within_24_months(shop: SampleShop) -> None:
    times = [event.occurred_at for event in shop.events]
    assert all(left <= right for left, right in pairwise(times))
    assert UNTIL - timedelta(days=730) <= times[0] < UNTIL - timedelta(days=690)
    assert UNTIL - timedelta(days=5) < times[-1] <= UNTIL
    assert all(time.tzinfo is UTC for time in times)


def test_message_ids_are_unique_and_short_enough(shop: SampleShop) -> None:
    message_ids = [event.message_id for event in shop.events]
    assert len(set(message_ids)) == len(message_ids)
    assert max(map(len, message_ids)) <= 100


def test_every_event_names_a_profile_of_the_shop_and_one_of_its_keys(shop: SampleShop) -> None:
    known = {profile.profile_id for profile in shop.profiles}
    owner = {(key.kind, key.value): profile.profile_id for profile in shop.profiles for key in profile.identities}
    for event in shop.events:
        assert event.profile_id in known
        assert event.user_id or event.anonymous_id
        assert event.user_id is None or owner["user_id", event.user_id] == event.profile_id


def test_every_product_that_events_name_exists(shop: SampleShop) -> None:
    known = {product.product_id for product in shop.products}
    named = {said(event)["product_id"] for event in shop.events if "product_id" in said(event)}
    listed = {line["product_id"] for event in shop.events for line in said(event).get("products", [])}
    assert named <= known
    assert listed <= known
    assert len(named) > 300


def test_events_are_those_of_the_specification_and_of_a_shops_back_office(shop: SampleShop) -> None:
    assert set(by_name(shop)) == {
        *("Landing", "Products Searched", "Product List Viewed", "Product Viewed", "Product Clicked", "Product Added", "Product Removed"),
        *("Cart Viewed", "Checkout Started", "Coupon Applied", "Order Completed", "Order Refunded", "Product Reviewed", "Impression"),
        *("Signed In", "Sign In Failed", "Payment Authorized", "Payment Failed", "Chargeback Received"),
        *("Ticket Opened", "Ticket Replied", "Ticket Solved", "Email Delivered", "Email Opened", "Email Link Clicked"),
        *(EventType.IDENTIFY, EventType.GROUP),
    }


def test_every_orders_sums_add_up(shop: SampleShop) -> None:
    orders = by_name(shop)["Order Completed"]
    assert len(orders) > 200
    for order in map(said, orders):
        lines = sum(Decimal(str(line["price"])) * line["quantity"] for line in order["products"])
        subtotal, total, tax, shipping = (Decimal(str(order[key])) for key in ("subtotal", "total", "tax", "shipping"))
        assert subtotal == lines - Decimal(str(order["discount"])) == Decimal(str(order["revenue"]))
        assert total == subtotal + tax + shipping
        assert Decimal("0.069") * subtotal < tax < Decimal("0.20") * (subtotal + shipping)


def test_order_ids_are_unique(shop: SampleShop) -> None:
    order_ids = [said(event)["order_id"] for event in by_name(shop)["Order Completed"]]
    assert len(set(order_ids)) == len(order_ids)


def test_only_what_was_bought_is_returned_and_later(large_shop: SampleShop) -> None:
    events = by_name(large_shop)
    orders = {said(event)["order_id"]: event for event in events["Order Completed"]}
    assert len(events["Order Refunded"]) > 30
    for refund in events["Order Refunded"]:
        order = orders[said(refund)["order_id"]]
        assert refund.occurred_at > order.occurred_at
        assert refund.profile_id == order.profile_id
        assert all(line in said(order)["products"] for line in said(refund)["products"])
        assert 0 < said(refund)["total"] <= said(order)["total"]


def test_decisions_have_ids_of_their_moment(shop: SampleShop) -> None:
    assert shop.decisions
    for record in shop.decisions:
        assert record.decision_id.version == 7
        assert abs(ids.moment(record.decision_id) - record.decided_at) <= timedelta(milliseconds=1)
    impressions = {UUID(said(event)["decision_id"]) for event in by_name(shop)["Impression"]}
    assert impressions <= {record.decision_id for record in shop.decisions}


def test_a_shop_can_end_at_any_aware_moment() -> None:
    until = datetime(2025, 3, 30, 2, 30, tzinfo=UTC)
    shop = sample.generate(5, until=until)
    assert all(event.occurred_at <= until for event in shop.events)
    assert shop.truth["until"] == until
