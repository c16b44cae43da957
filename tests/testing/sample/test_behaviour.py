"""Hidden truths drive what happens: seasons, churn, tastes, wear, prices, agents and fraud can be found in the log."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from statistics import correlation, mean
from typing import Any

import pytest

from hanse.testing.sample import SampleShop
from tests.testing.sample.log import by_name, said


def _lines(shop: SampleShop) -> list[tuple[datetime, str, dict[str, Any]]]:
    return [
        (event.occurred_at, str(event.profile_id), line | {"family": shop.truth["products"][line["product_id"]]["family"]})
        for event in by_name(shop)["Order Completed"]
        for line in said(event)["products"]
    ]


@pytest.mark.parametrize(
    ("family", "high", "low"),
    [("pressure_washer", (3, 4, 5), (11, 12, 1)), ("wine", (11, 12), (1, 2)), ("work_wear", (11, 12), (2, 3))],
)
def test_families_have_their_season(large_shop: SampleShop, family: str, high: tuple[int, ...], low: tuple[int, ...]) -> None:
    months = Counter(at.month for at, _, line in _lines(large_shop) if line["family"] == family)
    assert mean(months[month] for month in high) > 1.5 * mean(months[month] for month in low)


def test_workshops_order_on_weekdays_and_private_people_all_week(large_shop: SampleShop) -> None:
    members = {membership.member_id for membership in large_shop.memberships}
    orders = by_name(large_shop)["Order Completed"]
    weekend = {kind: mean(event.occurred_at.weekday() > 4 for event in orders if (event.profile_id in members) is kind) for kind in (True, False)}
    assert weekend[True] < 0.1
    assert weekend[False] > 0.2


def test_who_churned_stops_coming(large_shop: SampleShop) -> None:
    visits = by_name(large_shop)["Landing"]
    truth = large_shop.truth["profiles"]
    after = [event for event in visits if (end := truth[str(event.profile_id)]["churned_at"]) and (event.occurred_at - end).days > 20]
    assert sum(profile["churned_at"] is not None for profile in truth.values()) > 40
    assert len(after) < len(visits) / 500


def test_people_buy_by_their_tastes(large_shop: SampleShop) -> None:
    bought: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, profile_id, line in _lines(large_shop):
        bought[profile_id][line["family"]] += 1
    pairs = [
        (taste, counts[family] / counts.total())
        for profile_id, counts in bought.items()
        if counts.total() >= 12
        for family, taste in large_shop.truth["profiles"][profile_id]["tastes"].items()
    ]
    assert len(pairs) > 200
    assert correlation(*zip(*pairs, strict=True)) > 0.6


def test_worn_parts_are_bought_when_they_wear_out(large_shop: SampleShop) -> None:
    company_of = {str(each.member_id): str(each.company_id) for each in large_shop.memberships}
    bought: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
    for at, profile_id, line in _lines(large_shop):
        bought[company_of.get(profile_id, profile_id), line["product_id"]].append(at)
    parts = [part for part in large_shop.truth["wear"]["parts"] if part["bought_here"]]
    soon = [any(0 <= (at - part["worn_at"]).days <= 12 for at in bought[part["profile_id"], part["part_id"]]) for part in parts]
    assert len(parts) > 100
    assert mean(soon) > 0.85


def test_price_sensitive_people_use_more_coupons(large_shop: SampleShop) -> None:
    truth = large_shop.truth["profiles"]
    orders = by_name(large_shop)["Order Completed"]
    sensitive = [("coupon" in said(event)) for event in orders if truth[str(event.profile_id)]["price_sensitivity"] > 0.7]
    others = [("coupon" in said(event)) for event in orders if truth[str(event.profile_id)]["price_sensitivity"] < 0.4]
    assert mean(sensitive) > 1.4 * mean(others)


def test_reviews_follow_the_quality_of_the_product(large_shop: SampleShop) -> None:
    pairs = [
        (large_shop.truth["products"][said(event)["product_id"]]["quality"], said(event)["rating"])
        for event in by_name(large_shop)["Product Reviewed"]
    ]
    assert len(pairs) > 100
    assert all(1 <= rating <= 5 for _, rating in pairs)
    assert correlation(*zip(*pairs, strict=True)) > 0.3


def test_agents_solve_what_they_are_good_at(large_shop: SampleShop) -> None:
    solved: Counter[bool] = Counter()
    tried: Counter[bool] = Counter()
    for event in by_name(large_shop)["Ticket Replied"]:
        facts = said(event)
        if facts["author"] == "agent":
            tried[large_shop.truth["agents"][facts["agent_id"]][facts["topic"]] > 0.8] += 1
    for event in by_name(large_shop)["Ticket Solved"]:
        facts = said(event)
        solved[large_shop.truth["agents"][facts["agent_id"]][facts["topic"]] > 0.8] += 1
    assert tried[True] > 30
    assert solved[True] / tried[True] > solved[False] / tried[False] + 0.15


def test_tickets_are_opened_before_they_are_answered_and_solved_once(large_shop: SampleShop) -> None:
    events = by_name(large_shop)
    opened = {said(event)["ticket_id"]: event for event in events["Ticket Opened"]}
    assert len(opened) == len(events["Ticket Opened"]) > 100
    later = [*events["Ticket Replied"], *events["Ticket Solved"]]
    assert all(event.occurred_at > opened[said(event)["ticket_id"]].occurred_at for event in later)
    solved = [said(event)["ticket_id"] for event in events["Ticket Solved"]]
    assert len(set(solved)) == len(solved) < len(opened)
    assert all("{" not in said(event)["body"] and "None" not in said(event)["body"] for event in events["Ticket Opened"])


def test_fraud_rings_share_devices_and_cards_and_draw_chargebacks(large_shop: SampleShop) -> None:
    rings = large_shop.truth["fraud_rings"]
    charged_back = Counter(said(event)["order_id"] for event in by_name(large_shop)["Chargeback Received"])
    fraudulent = set(large_shop.truth["fraudulent_orders"])
    assert rings
    for ring in rings:
        devices, cards = defaultdict(set), defaultdict(set)
        for event in large_shop.events:
            if str(event.profile_id) in ring["profile_ids"]:
                devices[event.anonymous_id].add(event.profile_id)
                cards[said(event).get("card_fingerprint")].add(event.profile_id)
        assert max(len(devices[device]) for device in ring["anonymous_ids"]) > 1
        assert max(len(cards[card]) for card in ring["card_fingerprints"]) > 1
    assert mean(order_id in charged_back for order_id in fraudulent) > 0.6
    assert sum(charged_back.values()) < len(by_name(large_shop)["Order Completed"]) / 20


def test_an_attack_tries_many_accounts_from_one_device(large_shop: SampleShop) -> None:
    failed = Counter(event.anonymous_id for event in by_name(large_shop)["Sign In Failed"])
    for attack in large_shop.truth["attacks"]:
        assert failed[attack["anonymous_id"]] == len(attack["profile_ids"]) - len(attack["opened_profile_ids"])
        assert failed[attack["anonymous_id"]] > 5


def test_a_coupon_by_mail_goes_to_a_random_half(large_shop: SampleShop) -> None:
    with_coupon = {letter["campaign_id"] for letter in large_shop.truth["mailings"]["letters"] if letter["with_coupon"]}
    delivered = [said(event) for event in by_name(large_shop)["Email Delivered"] if said(event)["campaign_id"] in with_coupon]
    assert len(delivered) > 200
    assert 0.4 < mean("coupon_id" in facts for facts in delivered) < 0.6
