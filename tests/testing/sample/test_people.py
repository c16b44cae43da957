"""Who the customers are."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from uuid import UUID

from hanse.base.operation import Purpose
from hanse.testing.sample import SampleShop
from tests.testing.sample.log import by_name, said

RESERVED = re.compile(r"\+49 (30 23125 \d{3}|40 66969 \d{3}|69 90009 \d{3}|221 4710 \d{3}|89 99998 \d{3}|171 39200\d{2})")


def test_contact_data_can_reach_nobody(shop: SampleShop) -> None:
    named = [profile.traits for profile in shop.profiles if profile.traits]
    assert len(named) > 60
    for traits in named:
        assert re.search(r"[@.]example\.(com|org|net)$", traits["email"])
        assert RESERVED.fullmatch(traits["phone"])
        assert traits["address"]["postalCode"].startswith("00")


def test_no_identity_belongs_to_two_profiles(large_shop: SampleShop) -> None:
    counts = Counter((key.kind, key.value) for profile in large_shop.profiles for key in profile.identities)
    assert counts.most_common(1)[0][1] == 1
    assert {kind for kind, _ in counts} == {"user_id", "anonymous_id", "email", "erp_number"}


def test_some_visitors_are_known_by_their_browser_only(shop: SampleShop) -> None:
    nameless = [profile for profile in shop.profiles if {key.kind for key in profile.identities} == {"anonymous_id"}]
    assert nameless
    assert all(not profile.traits for profile in nameless)


def test_members_are_persons_and_their_companies_companies(shop: SampleShop) -> None:
    kinds = {profile.profile_id: profile.kind for profile in shop.profiles}
    members = Counter(membership.company_id for membership in shop.memberships)
    assert set(members) == {profile_id for profile_id, kind in kinds.items() if kind == "company"}
    assert all(kinds[membership.member_id] == "person" for membership in shop.memberships)
    assert max(members.values()) > 1
    assert all(kinds[each.profile_id] == "company" for each in shop.customer_price_lists)


def test_machines_stand_at_customers_and_are_machines(shop: SampleShop) -> None:
    profiles = {profile.profile_id for profile in shop.profiles}
    assert len(shop.installations) > 40
    for installation in shop.installations:
        assert installation.profile_id in profiles
        assert shop.truth["products"][installation.product_id]["kind"] == "machine"
    assert len({each.installation_id for each in shop.installations}) == len(shop.installations)


def test_most_people_agreed_and_some_took_it_back(large_shop: SampleShop) -> None:
    newest: dict[tuple[UUID, Purpose], bool] = {}
    taken_back = 0
    for consent in sorted(large_shop.consents, key=lambda each: each.decided_at):
        taken_back += bool(newest.get((consent.profile_id, consent.purpose)) and not consent.granted)
        newest[consent.profile_id, consent.purpose] = consent.granted
    by_purpose: defaultdict[Purpose, list[bool]] = defaultdict(list)
    for (_, purpose), granted in newest.items():
        by_purpose[purpose].append(granted)
    assert set(by_purpose) == {Purpose.STATISTICS, Purpose.PERSONALISATION, Purpose.ADVERTISING}
    assert all(0.4 < sum(granted) / len(granted) < 0.95 for granted in by_purpose.values())
    assert taken_back > 5
    asked = {consent.profile_id for consent in large_shop.consents}
    assert asked < {profile.profile_id for profile in large_shop.profiles}


def test_customers_pay_the_lowest_price_of_their_lists(shop: SampleShop) -> None:
    own = {each.profile_id: each.price_list for each in shop.customer_price_lists}
    company_of = {each.member_id: each.company_id for each in shop.memberships}
    for event in by_name(shop)["Order Completed"]:
        assert event.profile_id
        mine = {"list", own.get(company_of.get(event.profile_id, event.profile_id), "list")}
        for line in said(event)["products"]:
            offers = [
                price.amount_minor
                for price in shop.prices
                if price.product_id == line["product_id"] and price.price_list in mine and price.min_quantity <= line["quantity"]
            ]
            assert round(line["price"] * 100) == min(offers)
