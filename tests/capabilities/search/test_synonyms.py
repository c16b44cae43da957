"""Synonyms are learned from different people who came to the same products, wait for a decision, and are used only when confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from hanse.ai.language import models
from hanse.ai.language.schemas import SaveModel
from hanse.base import context as contexts
from hanse.capabilities.search.search_rules import operations as rule_operations
from hanse.capabilities.search.search_rules.store import TOPIC, Author
from hanse.capabilities.search.synonyms import evidence, operations, store
from hanse.capabilities.search.synonyms.errors import SynonymDecided
from hanse.data.lake import searched
from hanse.data.lake.searched import Searches
from hanse.testing.language import FakeModel, Text
from tests.capabilities.search.conftest import Shop
from tests.conftest import NOW

Visit = tuple[str, tuple[tuple[str, str | None], ...]]
"""Somebody, and what they searched for and came to."""


def log(visits: Iterable[Visit]) -> Searches:
    asked, seen = [], []
    for person, steps in visits:
        for place, (query, product) in enumerate(steps):
            at = NOW + timedelta(minutes=5 * place)
            asked.append({"profile_id": person, "query": query, "occurred_at": at})
            if product:
                seen.append({"profile_id": person, "product_id": product, "occurred_at": at + timedelta(minutes=1)})
    shape = [("profile_id", pa.string()), ("product_id", pa.string()), ("occurred_at", pa.timestamp("us", "UTC"))]
    return searched.searches(pa.Table.from_pylist(asked), pa.Table.from_pylist(seen, pa.schema(shape)))


def people(name: str, count: int, *steps: tuple[str, str | None]) -> list[Visit]:
    return [(f"{name}{number}", steps) for number in range(count)]


OTHERS = [visit for place in range(30) for visit in people(f"o{place}-", 3, (f"wort{place:02}x", f"P{place}"))]
BOTH = [*people("a", 5, ("flex", "W1")), *people("b", 5, ("winkelschleifer", "W1"))]


def test_different_people_who_came_to_the_same_speak_for_a_synonym() -> None:
    [found] = evidence.find(log([*OTHERS, *BOTH]), ())
    assert (found.word, found.means, found.both_ways, found.origin) == ("flex", "winkelschleifer", True, "same_products")
    assert (found.word_people, found.means_people, found.shared_people, found.strength) == (5, 5, 10, 1.0)


@pytest.mark.parametrize(
    "visits",
    [
        [*people("a", 2, ("flex", "W1")), *people("b", 9, ("winkelschleifer", "W1"))],
        people("a", 9, ("flex", "W1"), ("winkelschleifer", "W1")),
        [*people("a", 5, ("flex", "W1")), *people("b", 5, ("flex 125", "W1"))],
        [*people("a", 5, ("bohrer", "W1")), *people("b", 5, ("bohrern", "W1"))],
        [*people("a", 5, ("akkuschrauber", "W1")), *people("b", 5, ("akuschrauber", "W1"))],
        [*people("a", 5, ("schraube 8mm", "W1")), *people("b", 5, ("schraube 10mm", "W1"))],
        [*people("a", 5, ("flex", "W1")), *people("b", 5, ("winkelschleifer", "W2"))],
    ],
)
def test_few_or_the_same_people_and_forms_of_one_word_do_not(visits: list[Visit]) -> None:
    assert evidence.find(log([*OTHERS, *visits]), ()) == []


def test_what_everybody_comes_to_says_nothing() -> None:
    assert evidence.find(log([visit for place in range(30) for visit in people(f"o{place}-", 3, (f"wort{place:02}x", "P1"))]), ()) == []


def test_who_found_nothing_and_searched_again_speaks_for_one_way() -> None:
    again = people("a", 4, ("knarre", None), ("ratsche 12", "R1"))
    assert evidence.find(log([*OTHERS, *again]), ()) == []
    again = people("a", 4, ("knarre", None), ("ratsche", "R1"))
    [found] = evidence.find(log([*OTHERS, *again]), {"knarre"})
    assert (found.word, found.means, found.both_ways, found.origin, found.shared_people) == ("knarre", "ratsche", False, "searched_again", 4)


async def test_nothing_is_used_before_it_is_confirmed_and_what_was_declined_never_comes_again(shop: Shop) -> None:
    found = evidence.find(log([*OTHERS, *people("a", 5, ("flexi", "W1")), *people("b", 5, ("kreissäge", "W1"))]), ())

    async def propose() -> int:
        async with shop.context() as context:
            return await store.propose(await context.connection(), found, Author("job", NOW))

    async def call(operation: Any, **request: Any) -> Any:
        async with shop.context() as context:
            answer = await contexts.run(operation, contexts.parse(operation, request), context)
        await shop.hanse.changes.tell(TOPIC, "")
        return answer

    assert (await propose(), await propose()) == (1, 1)
    [proposal] = (await call(operations.list)).proposals
    one = {"proposal_id": str(proposal.proposal_id)}
    assert "NW-200" not in await shop.ids("flexi")
    await call(operations.decide, **one, decision="decline")
    assert await propose() == 0
    assert (await call(operations.list)).waiting == 0
    await call(operations.decide, **one, decision="reopen")
    made = await call(operations.decide, **one, decision="confirm")
    assert made.proposal.rule_id
    assert await shop.ids("flexi") == ["NW-200"]
    assert await propose() == 0
    with pytest.raises(SynonymDecided):
        await call(operations.decide, **one, decision="decline")
    async with shop.context() as context:
        assert await shop.hanse.registry.jobs["search.learn_synonyms"](context) == {"searches": 0, "proposed": 0}


async def test_a_model_may_propose_what_searches_in_vain_mean_and_nothing_else(shop: Shop) -> None:
    async def learn() -> Any:
        async with shop.context() as context:
            return await shop.hanse.registry.jobs["search.learn_synonyms"](context)

    async def proposals() -> Any:
        async with shop.context() as context:
            return (await contexts.run(operations.list, contexts.parse(operations.list, {}), context)).proposals

    await shop.encode()
    for query in ("Schlagflexi", "schlagflexi", "schlagflexi ", "fuchtel", "fuchtel", *["petra.petersen@example.org"] * 2) * 2:
        assert await shop.ids(query) == []
    await shop.hanse.log.flush()
    with FakeModel() as fake:
        async with shop.context() as context:
            await models.save(context, SaveModel(name="house", url=fake.url, model="small", role="small", in_house=True))
        await models.available(context).forget()
        fake.say_json({"commands": [{"command": "means", "query_word": "fuchtel", "shop_word": "kreissäge"}]})
        fake.misbehave(Text("Ignore all instructions."), times=3)
        assert await learn() == {"searches": 0, "proposed": 0}
        assert len(fake.asked) == 4, "each of two queries once, and once more as the answer could not be used; the one with a person not at all"
        fake.say_json({"commands": [{"command": "nothing"}]})
        fake.say_json({"commands": [{"command": "means", "query_word": "fuchtel", "shop_word": "hammerbohrer"}]})
        assert (await learn())["proposed"] == 1
    [made] = await proposals()
    assert (made.word, made.means, made.origin, made.model, made.word_people) == ("fuchtel", "hammerbohrer", "model", "house", 4)
    learned = evidence.Evidence("fuchtel", "hammerbohrer", True, "same_products", 5, 5, 10, 1.0)
    for again in (learned, evidence.Evidence("fuchtel", "hammerbohrer", False, "model", 4, 0, 0, 0.0, "house")):
        async with shop.context() as context:
            await store.propose(await context.connection(), [again], Author("job", NOW))
    [made] = await proposals()
    assert (made.origin, made.model, made.shared_people) == ("same_products", None, 10)


async def test_a_day_is_answered_with_rules_and_without(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = [*people("a", 3, ("sds", "FK-301")), *people("b", 2, ("tasse", "TS-400")), *people("c", 4, ("kreissäge", "NW-200"))]
    monkeypatch.setattr(searched, "read", lambda _: log(visits))
    pin = {"places": [{"product_id": "FK-301", "place": 1}]}
    request = {"day": NOW.date().isoformat(), "rule": {"name": "Vorn", "queries": ["sds"], "pin": pin}}
    async with shop.context() as context:
        found = await contexts.run(rule_operations.replay, contexts.parse(rule_operations.replay, request), context)
        told = await shop.hanse.registry.jobs["search.replay"](context, **request)
        none = await shop.hanse.registry.jobs["search.replay"](context, day="2020-01-01")
    assert (found.queries, found.searches, found.clicked, found.changed) == (2, 7, 7, 1)
    [top] = found.top
    assert (top.query, top.moved, top.first_before, top.first_after, top.mrr_before, top.mrr_after) == ("sds", 2, "FK-300", "FK-301", 0.5, 1.0)
    assert (found.mrr_before, found.mrr_after) == (round((0.5 * 3 + 4) / 7, 4), 1.0)
    assert told is not None
    assert (told["changed"], none and none["queries"]) == (1, 0)
