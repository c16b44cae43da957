"""What comes of searches: outcomes belong to the last search before them, few searchers teach nothing, words help where queries are new."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from hanse.ai.models import Models
from hanse.capabilities.recommend import jobs, operations, searches
from hanse.data import events
from hanse.data.catalog import Product
from hanse.data.events import Event
from hanse.data.lake import searched
from hanse.data.lake.searched import Searches
from tests.capabilities.recommend.conftest import Shop
from tests.conftest import NOW

Asked = list[tuple[str, str, float]]
"""Person, what was searched for or which product was seen, and when in minutes."""


def log(asked: Asked, seen: Asked) -> Searches:
    return searched.searches(table(asked, "query"), table(seen, "product_id"))


def table(rows: Asked, name: str) -> pa.Table:
    moments = [moment(minutes) for _, _, minutes in rows]
    columns = {"profile_id": [row[0] for row in rows], name: [row[1] for row in rows]}
    return pa.table(
        {**{key: pa.array(value, pa.string()) for key, value in columns.items()}, "occurred_at": pa.array(moments, pa.timestamp("us", "UTC"))}
    )


def moment(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def outcomes(made: Searches) -> set[tuple[str, str]]:
    return {
        (made.queries[made.query[search]], made.product_ids[item]) for search, item in zip(made.outcome.tolist(), made.item.tolist(), strict=True)
    }


def test_what_is_seen_belongs_to_the_last_search_of_the_same_person_within_an_hour() -> None:
    asked = [("a", "Bohrer", 0.0), ("a", "Schraube", 10.0), ("b", "Säge", 5.0)]
    seen = [("a", "p1", 3.0), ("a", "p2", 12.0), ("a", "p2", 13.0), ("b", "p3", 64.0), ("b", "p4", 66.0), ("c", "p5", 11.0), ("a", "p6", -1.0)]
    made = log(asked, seen)
    assert outcomes(made) == {("bohrer", "p1"), ("schraube", "p2"), ("säge", "p3")}
    assert len(made.outcome) == 3


def test_without_searches_or_without_views_there_is_nothing_to_learn() -> None:
    assert searches.learn(log([], [])) is None
    assert searches.learn(log([("a", "x1", 0.0)], [])) is None
    assert searches.learn(log([], [("a", "p1", 0.0)])) is None


def test_a_query_of_signs_alone_is_no_query() -> None:
    assert len(log([("a", " ?! ", 0.0), ("a", "x", 1.0)], [])) == 0


def many(query: str, product_id: str, people: int, *, first: int = 0) -> tuple[Asked, Asked]:
    numbers = range(first, first + people)
    return [(f"u{each}", query, 100.0 * each) for each in numbers], [(f"u{each}", product_id, 100.0 * each + 1) for each in numbers]


def joined(*parts: tuple[Asked, Asked]) -> Searches:
    return log([row for asked, _ in parts for row in asked], [row for _, seen in parts for row in seen])


def test_a_score_is_the_share_of_searches_that_came_to_a_product() -> None:
    made = joined(many("Akku Bohrer", "p1", 6), many("akku-bohrer", "p2", 2, first=6))
    found = searches.found(searches.fit(made, 2.0), "AKKU bohrer", 5)
    assert [(each.product_id, each.orders, each.total) for each in found] == [("p1", 6, 8), ("p2", 2, 8)]
    assert found[0].score == pytest.approx(6 / 10)


def test_what_fewer_than_three_people_searched_for_is_not_learned() -> None:
    one_person = [("u1", "erika mustermann", 100.0 * each) for each in range(9)], [("u1", "p9", 100.0 * each + 1) for each in range(9)]
    rankings = searches.fit(joined(many("zange", "p1", 3), many("feile", "p2", 2, first=50), one_person), 2.0)
    assert set(rankings.keys) == {"zange", "~zange"}
    assert searches.found(rankings, "erika mustermann", 5) == []


def test_a_new_query_is_answered_by_its_words_the_products_of_several_first() -> None:
    rankings = searches.fit(joined(many("akku bohrer", "p1", 5), many("akku säge", "p2", 5, first=10), many("bohrer hss", "p3", 4, first=20)), 2.0)
    found = searches.found(rankings, "bohrer mit akku", 5)
    assert [each.product_id for each in found] == ["p1", "p2", "p3"]
    assert all(0 < each.score <= 1 for each in found)


def test_words_fill_up_behind_what_the_query_itself_found() -> None:
    rankings = searches.fit(joined(many("akku säge", "p2", 9), many("akku bohrer", "p1", 3, first=10)), 2.0)
    found = searches.found(rankings, "akku bohrer", 5)
    assert [each.product_id for each in found] == ["p1", "p2"]
    assert found[1].score <= found[0].score


def test_it_is_measured_on_the_newest_searches_against_what_is_seen_most() -> None:
    parts = [many(f"ware {name}", name, 4, first=10 * each) for name in ("rot", "blau", "grün") for each in range(3)]
    learned = searches.learn(joined(*(part for number in range(5) for part in ((parts[number][0], parts[number][1]), parts[number + 4]))))
    assert learned is not None
    assert learned.asked > 0
    assert set(learned.measures) == set(learned.intervals) == set(learned.baseline) == {"hit rate@10", "NDCG@10"}
    assert learned.measures["NDCG@10"] >= learned.baseline["NDCG@10"]
    assert set(learned.tried) == set(searches.SHRINKAGE)


def happened(name: str, person: str, minutes: float, **properties: object) -> Event:
    return Event(
        message_id=f"{name} {person}", name=name, anonymous_id=person, source="shop", occurred_at=moment(minutes), properties=dict(properties)
    )


def made_searches(person: str, query: str, product_id: str, minutes: float) -> list[Event]:
    return [
        happened("Products Searched", person, minutes, query=query),
        happened("Product Viewed", person, minutes + 1, product_id=product_id),
    ]


async def test_the_shop_answers_after_a_search_from_what_others_did(shop: Shop) -> None:
    await shop.sell([Product(product_id=each, title={"de": f"Ware {each}"}) for each in ("p1", "p2", "p3")])
    lines = [{"product_id": name, "quantity": 1, "price": 3} for name in ("p2", "p3")]
    orders = [happened("Order Completed", f"c{each}", -5000 - each, order_id=f"o{each}", products=lines) for each in range(25)]
    async with shop.resources.pool.connection() as connection:
        found = [each for number in range(8) for each in made_searches(f"a{number}", "Rote Zange", "p1", -60.0 * number - 2)]
        await events.append(connection, [*orders, *found], now=NOW)
    async with shop.context() as context:
        made = await jobs.train(context)
    assert made is not None
    assert "recommend.after_search" in made["versions"]
    await shop.resources.get(Models).refresh()
    answer = await shop.call(operations.after_search, {"query": "zange  ROT rote", "limit": 2}, "de")
    assert [each.product_id for each in answer.items] == ["p1"]
    assert answer.source == "recommend.after_search"
    assert answer.items[0].reason == "Nach 8 von 8 solchen Suchen angesehen"
    unknown = await shop.call(operations.after_search, {"query": "gartenzwerg", "limit": 2}, "de")
    assert unknown.source == "recommend.popular"
    assert "zu wenige gesucht" in unknown.reason
