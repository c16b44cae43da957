"""The decisions of the sample shop: assigned as Hanse assigns, with an effect that can be measured."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

import msgspec

from hanse.base.decision import Arm, Basis
from hanse.base.operation import Purpose
from hanse.data.decisions import experiment
from hanse.testing.sample import SampleShop
from hanse.testing.sample.shop import UNTIL
from tests.testing.sample.log import by_name, said


def test_arms_are_those_that_hanse_would_have_assigned(large_shop: SampleShop) -> None:
    assert {record.arm for record in large_shop.decisions} == set(Arm)
    for record in large_shop.decisions:
        expected = experiment.assign("recommend", record.profile_id, 0.2)
        assert (record.arm, record.arm_probability) == (expected.arm, expected.probability)
        assert record.capability == "recommend"
        assert UNTIL - timedelta(days=121) < record.decided_at <= UNTIL


def test_only_who_agreed_is_named(large_shop: SampleShop) -> None:
    agreed = {each.profile_id for each in large_shop.consents if each.purpose is Purpose.PERSONALISATION and each.granted}
    for record in large_shop.decisions:
        assert (record.profile_id is not None) == (record.basis is Basis.CONSENT)
        assert record.profile_id is None or record.profile_id in agreed


def test_treated_answers_are_true_complements(large_shop: SampleShop) -> None:
    for record in large_shop.decisions:
        asked = msgspec.json.decode(record.request)["product_id"]
        items = msgspec.json.decode(record.answer)["items"]
        assert 1 <= len(items) <= 5
        if record.arm is Arm.TREATED:
            assert {item["product_id"] for item in items} <= large_shop.truth["products"][asked]["complements"].keys()


def test_treated_visitors_click_more(large_shop: SampleShop) -> None:
    arms = {record.decision_id: record.arm for record in large_shop.decisions}
    shown = Counter(arms.values())
    clicked = Counter(arms[UUID(said(event)["decision_id"])] for event in by_name(large_shop)["Product Clicked"])
    assert clicked[Arm.TREATED] / shown[Arm.TREATED] > 1.2 * clicked[Arm.HELD_OUT] / shown[Arm.HELD_OUT]


def test_orders_of_a_decision_contain_what_was_clicked(large_shop: SampleShop) -> None:
    clicked = {said(event)["decision_id"]: said(event)["product_id"] for event in by_name(large_shop)["Product Clicked"]}
    outcomes = [said(event) for event in by_name(large_shop)["Order Completed"] if "decision_id" in said(event)]
    assert outcomes
    for order in outcomes:
        assert clicked[order["decision_id"]] in {line["product_id"] for line in order["products"]}
