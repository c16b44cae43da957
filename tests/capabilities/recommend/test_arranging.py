"""The blocks of a page stand as clicks want it in moments like this, every order keeps a chance, and the held out get the usual one."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import msgspec
import pytest

from hanse.ai.models import Models
from hanse.base.decision import Arm, Basis
from hanse.base.errors import InvalidRequest
from hanse.capabilities.recommend import arranging, jobs, operations
from hanse.capabilities.recommend.schemas import Arranged
from hanse.data import events
from hanse.data.decisions import store
from hanse.data.decisions.schemas import DecisionRecord
from hanse.data.events import Event
from tests.capabilities.recommend.conftest import HELD_OUT, Shop
from tests.conftest import NOW

BLOCKS = ["for_you", "popular", "forgotten"]
VISITS = itertools.count()
LIKED = {"mobile": "popular", "desktop": "forgotten"}


async def ask(shop: Shop, device: str, **more: Any) -> Arranged:
    visit = {"visit": str(next(VISITS))} if "profile_id" not in more else {}
    answer: Arranged = await shop.call(operations.arrange, {"page": "home", "blocks": BLOCKS, "device": device, **visit, **more})
    return answer


def logged(answer: Arranged) -> DecisionRecord:
    body = {name: getattr(answer, name) for name in ("blocks", "probabilities", "features")}
    return DecisionRecord(
        decision_id=answer.decision_id,
        operation="recommend.arrange",
        profile_id=None,
        model_version=answer.model_version,
        arm=answer.arm,
        arm_probability=1.0,
        basis=Basis.ANONYMOUS,
        reason=answer.reason,
        request=msgspec.Raw(msgspec.json.encode({"page": "home", "blocks": BLOCKS})),
        answer=msgspec.Raw(msgspec.json.encode(body)),
        decided_at=NOW,
    )


def click(answer: Arranged, block: str) -> Event:
    return Event(
        message_id=f"click-{answer.decision_id}",
        name="Promotion Clicked",
        anonymous_id="somebody",
        source="shop",
        occurred_at=NOW,
        properties={"promotion_id": block, "decision_id": str(answer.decision_id)},
    )


async def lived(shop: Shop, times: int) -> None:
    """Answer and click: each device has a block that it clicks, where that stands first."""
    found = [(device, await ask(shop, device)) for device in LIKED for _ in range(times)]
    async with shop.resources.pool.connection() as connection:
        await store.put(connection, [logged(answer) for _, answer in found])
        await events.append(connection, [click(answer, LIKED[device]) for device, answer in found if answer.blocks[0] == LIKED[device]], now=NOW)
    async with shop.context() as context:
        await jobs.arrange(context)
    await shop.resources.get(Models).refresh()


async def test_before_anything_is_known_every_order_is_as_likely(shop: Shop) -> None:
    answers = [await ask(shop, "mobile") for _ in range(300)]
    firsts = Counter(each.blocks[0] for each in answers)
    assert all(firsts[block] > 60 for block in BLOCKS)
    assert {each.model_version for each in answers} == {None}
    for each in answers:
        assert sorted(each.blocks) == sorted(BLOCKS)
        assert each.probabilities[0] == pytest.approx(1 / 3, abs=0.05)
        assert each.probabilities[-1] == pytest.approx(1.0)


async def test_it_learns_what_each_device_clicks_and_keeps_trying_the_rest(shop: Shop) -> None:
    await lived(shop, 150)
    for device, block in LIKED.items():
        answers = [await ask(shop, device) for _ in range(200)]
        assert Counter(each.blocks[0] for each in answers)[block] > 150
        assert all(each.model_version for each in answers)
        assert min(min(each.probabilities) for each in answers) >= 0.02
    assert (await ask(shop, "mobile")).reason.startswith("Die Bereiche stehen so")


async def test_a_block_that_is_new_is_tried_beside_those_that_are_known(shop: Shop) -> None:
    await lived(shop, 150)
    answers = [await ask(shop, "mobile", blocks=[*BLOCKS, "news"]) for _ in range(300)]
    assert 5 < Counter(each.blocks[0] for each in answers)["news"] < 295


async def test_a_visit_keeps_its_order(shop: Shop) -> None:
    answers = [await ask(shop, "mobile", visit="one") for _ in range(5)]
    assert len({tuple(each.blocks) for each in answers}) == 1
    assert len({each.decision_id for each in answers}) == 5


async def test_few_answers_teach_nothing(shop: Shop) -> None:
    await lived(shop, arranging.LEAST_ANSWERS // 2 - 1)
    answer = await ask(shop, "mobile")
    assert (answer.model_version, answer.reason.partition(",")[0]) == (None, "Auf dieser Seite wurde noch zu wenig geklickt")


async def test_who_is_held_out_gets_the_usual_order(shop: Shop) -> None:
    await lived(shop, 150)
    answer = await ask(shop, "mobile", profile_id=str(HELD_OUT))
    assert (answer.blocks, answer.arm, answer.probabilities) == (BLOCKS, Arm.HELD_OUT, [1.0] * 3)
    assert answer.reason.startswith("Die Bereiche stehen in ihrer gewohnten Reihenfolge")


async def test_the_same_name_twice_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidRequest, match="blocks"):
        await ask(shop, "mobile", blocks=["a", "b", "a"])
