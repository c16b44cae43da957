"""What a feed would change is told product by product, with what is wrong in it; nothing changes by that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hanse.base.database import Connection
from hanse.data import catalog
from hanse.data.catalog import Price, Product, Relation, RelationKind
from hanse.data.revisions import EntryRelation, Found, Item, Mode, Placement, Scope, reading
from tests.conftest import NOW
from tests.data.revisions.conftest import Decide, Fetch, Propose, entry, price


def similar(product_id: str, related_id: str, line: int = 1) -> EntryRelation:
    return EntryRelation(product_id=product_id, kind=RelationKind.SIMILAR_TO, related_id=related_id, line=line)


async def found(fetch: Fetch, code: str) -> list[tuple[Any, ...]]:
    return await fetch("SELECT line, product_id, facts FROM catalog_findings WHERE code = %s ORDER BY position", code)


async def changed(fetch: Fetch, revision_id: object) -> list[tuple[Any, ...]]:
    return await fetch("SELECT product_id, action, before, after FROM catalog_changes WHERE revision_id = %s ORDER BY 1", revision_id)


async def test_new_changed_gone_and_unchanged_are_told_apart(propose: Propose, load: Propose, fetch: Fetch) -> None:
    await load(entry("A", price(100)), entry("B"), entry("C"))
    told = await propose(entry("A", price(100)), entry("B", title={"de": "Bohrer"}, brand="Ebbe"), entry("D"))
    counts = told["counts"]
    assert [counts[each] for each in ("entries", "new", "changed", "gone", "unchanged", "price_jumps")] == [3, 1, 1, 1, 1, 0]
    (b, c, d) = await changed(fetch, told["revision_id"])
    assert b == ("B", "changed", {"brand": None, "title": {"de": "B"}}, {"brand": "Ebbe", "title": {"de": "Bohrer"}})
    assert c == ("C", "gone", {"state": "active"}, {"state": "discontinued"})
    assert d[1] == "new"
    assert await fetch("SELECT product_id, title ->> 'de', state FROM products ORDER BY 1") == [
        ("A", "A", "active"),
        ("B", "B", "active"),
        ("C", "C", "active"),
    ]


async def test_what_a_file_does_not_say_stays(propose: Propose, load: Propose, fetch: Fetch) -> None:
    await load(entry("A", price(100), title={"de": "Bohrer"}, description={"de": "Lang"}, brand="Ebbe", gtin="4006381333931", url="https://x"))
    told = await propose(entry("A", title={"en": "Drill"}))
    ((_, _, before, after),) = await changed(fetch, told["revision_id"])
    assert (before, after) == ({"title": {"de": "Bohrer"}}, {"title": {"de": "Bohrer", "en": "Drill"}})


async def test_technical_data_are_replaced_whole(propose: Propose, load: Propose, fetch: Fetch) -> None:
    await load(entry("A", attributes={"voltage": {"value": 18}, "old": {"value": 1}}))
    told = await propose(entry("A", attributes={"voltage": {"value": 20}}))
    ((_, _, _, after),) = await changed(fetch, told["revision_id"])
    assert after == {"attributes": {"voltage": {"value": 20}}}


@pytest.mark.parametrize(("scope", "gone"), [(Scope.FULL, 1), (Scope.PRODUCTS, 0), (Scope.PRICES, 0)])
async def test_only_a_whole_catalog_takes_products_away(propose: Propose, load: Propose, scope: Scope, gone: int) -> None:
    await load(entry("A"), entry("B"))
    await load(entry("OTHER"), source="erp")
    assert (await propose(entry("A"), scope=scope))["counts"]["gone"] == gone


async def test_a_broken_file_takes_nothing_away(propose: Propose, load: Propose) -> None:
    await load(entry("A"), entry("B"))
    assert (await propose(entry("A"), Found(code="broken_xml", line=9)))["counts"]["gone"] == 0


async def test_many_gone_are_told(propose: Propose, load: Propose, fetch: Fetch) -> None:
    await load(*(entry(each) for each in "ABC"))
    await propose(entry("A"))
    assert await found(fetch, "many_gone") == [(None, None, {"gone": 2, "all": 3})]


async def test_deleting_ends_a_product_once(propose: Propose, load: Propose, fetch: Fetch) -> None:
    await load(entry("A"), entry("B"))
    gone = (entry("A", mode=Mode.DELETE, line=4), entry("NOWHERE", mode=Mode.DELETE, line=5))
    told = await load(*gone, scope=Scope.PRODUCTS)
    assert (told["counts"]["gone"], await found(fetch, "not_there")) == (1, [(5, "NOWHERE", {})])
    assert (await propose(entry("A", mode=Mode.DELETE), scope=Scope.PRODUCTS))["counts"]["gone"] == 0
    assert (await propose(entry("A"), scope=Scope.PRODUCTS))["counts"]["changed"] == 1


async def test_a_draft_stays_one(propose: Propose, load: Propose, connection: Connection) -> None:
    await load(entry("A"))
    await connection.execute("UPDATE products SET state = 'draft'")
    assert (await propose(entry("A")))["counts"]["unchanged"] == 1


async def test_of_the_same_number_the_last_counts(propose: Propose, fetch: Fetch) -> None:
    told = await propose(entry("A", price(1), line=3), entry("A", price(2), line=5), entry("A", price(3), line=9))
    assert await found(fetch, "duplicate_product") == [(3, "A", {"again": 9}), (5, "A", {"again": 9})]
    ((_, _, _, after),) = await changed(fetch, told["revision_id"])
    assert [each["amount_minor"] for each in after["prices"]] == [3]


async def test_a_number_of_another_source_is_a_conflict(propose: Propose, load: Propose, fetch: Fetch) -> None:
    await load(entry("A", price(100)), source="erp")
    told = await propose(entry("A", price(1), line=3, relations=(similar("A", "B"),)), entry("B"))
    assert (await found(fetch, "other_source"), told["counts"]["new"], told["counts"]["changed"]) == ([(3, "A", {"owner": "erp"})], 1, 0)
    assert "unknown_related" not in told["findings"]


async def test_relations_to_nowhere_are_told(propose: Propose, load: Propose, fetch: Fetch) -> None:
    await load(entry("OTHER"), source="erp")
    stated = (similar("A", "B", 4), similar("A", "NOWHERE", 5), similar("A", "OTHER", 6))
    told = await propose(entry("A", relations=stated), entry("B"))
    assert await found(fetch, "unknown_related") == [(5, "A", {"related": "NOWHERE"})]
    assert [each["related_id"] for each in (await changed(fetch, told["revision_id"]))[0][3]["relations"]] == ["B", "OTHER"]


async def test_relations_that_somebody_else_states_stay_theirs(propose: Propose, load: Propose, connection: Connection) -> None:
    await load(entry("A"), entry("B"))
    await catalog.put_relations(connection, [Relation(product_id="A", kind=RelationKind.SIMILAR_TO, related_id="B")])
    assert (await propose(entry("A", relations=(similar("A", "B"),)), entry("B")))["counts"]["unchanged"] == 2


async def test_relations_that_are_no_longer_stated_go(load: Propose, fetch: Fetch) -> None:
    await load(entry("A", relations=(similar("A", "B"), similar("A", "C"))), entry("B"), entry("C"))
    await load(entry("A", relations=(similar("A", "C"),)), entry("B"), entry("C"))
    assert await fetch("SELECT product_id, related_id FROM product_relations") == [("A", "C")]


async def test_a_variant_of_nothing_becomes_a_product(propose: Propose, fetch: Fetch) -> None:
    told = await propose(entry("A", parent_id="NOWHERE", line=3), entry("B", parent_id="A"))
    assert await found(fetch, "unknown_parent") == [(3, "A", {"related": "NOWHERE"})]
    assert [each[3]["parent_id"] for each in await changed(fetch, told["revision_id"])] == [None, "A"]


async def test_a_group_of_variants_needs_no_product(propose: Propose) -> None:
    from msgspec.structs import replace

    told = await propose(replace(entry("A", parent_id="GROUP"), parent_line=None))
    assert told["findings"] == {}


async def test_circles_of_variants_are_cut_and_told_once(propose: Propose, load: Propose, fetch: Fetch) -> None:
    await load(entry("E"), entry("D", parent_id="E"))
    parents = {"A": "B", "B": "C", "C": "A", "X": "A", "E": "D"}
    told = await propose(*(entry(each, parent_id=parent, line=line) for line, (each, parent) in enumerate(parents.items(), 3)), scope=Scope.PRODUCTS)
    assert await found(fetch, "cyclic_variants") == [(3, "A", {"path": "A > B > C > A"}), (7, "E", {"path": "E > D > E"})]
    assert [(each[0], each[3].get("parent_id")) for each in await changed(fetch, told["revision_id"])] == [
        ("A", None),
        ("B", "C"),
        ("C", "A"),
        ("X", "A"),
    ]


async def test_the_first_category_counts(propose: Propose, fetch: Fetch) -> None:
    placements = [Placement(product_id=each, category={"de": path}, line=9) for each, path in (("A", "Eins"), ("A", "Zwei"), ("NOWHERE", "Drei"))]
    told = await propose(entry("A"), *placements)
    assert (await changed(fetch, told["revision_id"]))[0][3]["category"] == {"de": "Eins"}
    assert await found(fetch, "unplaced_product") == [(9, None, {"product": "NOWHERE"})]


async def test_price_jumps_are_flagged_with_their_line(propose: Propose, load: Propose, fetch: Fetch) -> None:
    await load(entry("A", price(1_000), price(900, quantity=10)), entry("B", price(1_000)), entry("C", price(1_000)))
    told = await propose(
        entry("A", price(1_300, line=21), price(450, quantity=10, line=22)), entry("B", price(1_299)), entry("C", price(700, line=23))
    )
    assert (told["counts"]["price_jumps"], told["findings"]) == (2, {"price_jump": 3})
    jumps = await found(fetch, "price_jump")
    assert [(line, facts["before_minor"], facts["after_minor"], facts["percent"]) for line, _, facts in jumps] == [
        (21, 1_000, 1_300, 30),
        (22, 900, 450, -50),
        (23, 1_000, 700, -30),
    ]
    shares = await fetch(
        "SELECT product_id, round(price_jump_share::numeric, 3)::float FROM catalog_changes WHERE price_jump_share IS NOT NULL AND revision_id = %s ORDER BY 1",
        told["revision_id"],
    )
    assert shares == [("A", 0.5), ("C", 0.3)]


async def test_the_share_of_a_jump_can_be_set(propose: Propose, load: Propose) -> None:
    await load(entry("A", price(1_000)))
    assert (await propose(entry("A", price(1_100)), price_jump_share=0.05))["counts"]["price_jumps"] == 1


async def test_prices_alone_change_prices_alone(propose: Propose, load: Propose, fetch: Fetch) -> None:
    await load(entry("A", price(1_000), title={"de": "Bohrer"}), entry("B"))
    prices = (entry("A", price(1_100), mode=Mode.PRICES, title={}), entry("NOWHERE", price(1), mode=Mode.PRICES, line=8))
    told = await propose(*prices, scope=Scope.PRICES)
    ((_, action, before, after),) = await changed(fetch, told["revision_id"])
    assert (action, [each["amount_minor"] for each in (*before["prices"], *after["prices"])]) == ("changed", [1_000, 1_100])
    assert (set(after), await found(fetch, "price_of_unknown")) == ({"prices"}, [(8, "NOWHERE", {})])


async def test_a_product_whose_prices_are_all_wrong_keeps_them(propose: Propose, load: Propose) -> None:
    await load(entry("A", price(1_000)))
    assert (await propose(entry("A"), Found(code="wrong_amount", line=4, product_id="A")))["counts"]["unchanged"] == 1


async def test_products_that_came_otherwise_are_compared_too(propose: Propose, connection: Connection) -> None:
    await catalog.put_products(connection, [Product(product_id="A", title={"de": "A"})], source="pim", now=NOW)
    await catalog.put_prices(
        connection, [Price(product_id="A", amount_minor=1_000), Price(product_id="A", amount_minor=900, price_list="dealers")], now=NOW
    )
    told = await propose(entry("A", price(1_000)))
    assert told["counts"]["unchanged"] == 1


async def test_strictness_refuses_where_something_was_left_out(propose: Propose) -> None:
    assert (await propose(entry("A"), Found(code="wrong_amount", line=1), strict=True))["state"] == "refused"
    assert (await propose(entry("A"), Found(code="wrong_gtin", line=1), strict=True))["state"] == "proposed"


async def test_all_findings_are_counted_and_enough_kept(
    propose: Propose, connection: Connection, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hanse.data.revisions.proposing.MOST_FINDINGS", 5)
    items: list[Item] = [Found(code="html", line=line, facts={"field": "X"}) for line in range(50, 0, -1)]
    told = await propose(entry("A"), *items, Found(code="script", line=1, facts={"field": "X"}))
    assert told["findings"] == {"html": 50, "script": 1}
    page = await reading.found(connection, told["revision_id"], code="html", limit=3)
    assert ([each.line for each in page.findings], page.next_cursor) == ([1, 2, 3], page.findings[-1].position)
    assert [each.line for each in (await reading.found(connection, told["revision_id"], code="html", cursor=page.next_cursor or 0)).findings] == [
        4,
        5,
    ]


async def test_nul_characters_do_no_harm(load: Propose, fetch: Fetch) -> None:
    await load(entry("A\0B", title={"de": "x\0y"}, brand="\0"))
    assert await fetch("SELECT product_id, title ->> 'de' FROM products") == [("A\ufffdB", "x\ufffdy")]


async def test_a_second_proposal_of_the_same_file_finds_nothing(propose: Propose, load: Propose, apply: Decide) -> None:
    later = NOW + timedelta(days=30)
    items = (
        entry("A", price(1), price(2, quantity=10), price(3, start=later), relations=(similar("A", "B"),), attributes={"a": {"value": [1, "x"]}}),
        entry("B", price(5, start=NOW - timedelta(days=9), end=later), description={"de": "Lang", "en": "Long"}),
    )
    await load(*items)
    for moment in (NOW, NOW + timedelta(days=3)):
        assert (await propose(*items, now=moment))["counts"]["unchanged"] == 2
