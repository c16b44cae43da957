"""Rules in the console: made from an example or a form, ordered, switched, deleted and taken back, by those who may."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from hanse.base import database
from hanse.capabilities.recommend.rules import store
from hanse.capabilities.recommend.rules.schemas import Rule
from hanse.data import catalog
from hanse.data.access.accounts import Role
from hanse.data.catalog import Product
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

PATH = "/capabilities/recommend/rules"
PINNED = {"kind": "pin", "name": "Campaign", "products": ["D1"], "place": "1", "on": "true"}
FILTER = {"kind": "filter", "name": "Auf Lager", "in_stock": "true", "on": "true"}


@pytest.fixture
def rules(runtime: Runtime) -> Callable[[], list[Rule]]:
    async def read() -> list[Rule]:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            return await store.rules(connection)

    return lambda: asyncio.run(read())


@pytest.fixture
def _catalog(runtime: Runtime) -> None:
    async def write() -> None:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            drill = Product(product_id="D1", title={"de": "Akkuschrauber <b>"}, category={"de": "Maschinen > Bohren"}, brand="Ebbe")
            await catalog.put_products(connection, [drill], source="pim", now=NOW)

    asyncio.run(write())


def save(browser: Browser, **values: Any) -> Any:
    return browser.post(f"{PATH}/save", {"do": "save", **values})


def test_without_rules_the_page_offers_three_to_begin_with(browser: Callable[..., Browser]) -> None:
    page = browser().get(PATH).text
    assert "Noch keine Regeln" in page
    assert re.findall(r"new\?example=([a-z-]+)", page) == ["in-stock", "mixed", "not-again"]
    for example in ("in-stock", "mixed", "not-again"):
        assert browser().get(f"{PATH}/new", params={"example": example}).status_code == 200


@pytest.mark.usefixtures("_catalog")
@pytest.mark.parametrize("kind", ["filter", "boost", "pin", "exclude", "diversity", "frequency", "fallback", "least"])
def test_every_kind_has_a_form(browser: Callable[..., Browser], kind: str) -> None:
    page = browser().get(f"{PATH}/new", params={"kind": kind})
    assert page.status_code == 200
    assert f'name="kind" value="{kind}"' in page.text
    assert kind in browser().get(f"{PATH}/new").text


@pytest.mark.usefixtures("_catalog")
def test_a_rule_is_made_changed_and_listed_in_words(browser: Callable[..., Browser], rules: Callable[[], list[Rule]]) -> None:
    eva = browser()
    assert save(eva, **PINNED).headers["location"] == PATH
    [rule] = rules()
    assert "Akkuschrauber &lt;b&gt; auf Platz 1" in eva.get(PATH).text
    form = eva.get(f"{PATH}/{rule.rule_id}").text
    assert 'value="D1"' in form
    changed = save(eva, **{**PINNED, "name": "Aktion", "rule_id": str(rule.rule_id), "version": "1"})
    assert changed.status_code == 303
    assert [(each.name, each.version) for each in rules()] == [("Aktion", 2)]
    late = save(eva, **{**PINNED, "rule_id": str(rule.rule_id), "version": "1"})
    assert late.status_code == 409
    assert "hat diese Regel inzwischen geändert" in late.text


def test_what_is_wrong_is_told_and_nothing_typed_is_lost(browser: Callable[..., Browser], rules: Callable[[], list[Rule]]) -> None:
    found = save(browser(), **{**FILTER, "margin": "viel", "name": "Nur <gute>"})
    assert found.status_code == 400
    assert "Hier gehört eine Zahl hin, etwa 12,5." in found.text
    assert 'value="Nur &lt;gute&gt;"' in found.text
    assert rules() == []


def test_rules_are_ordered_switched_deleted_and_taken_back(browser: Callable[..., Browser], rules: Callable[[], list[Rule]]) -> None:
    eva = browser()
    save(eva, **FILTER)
    save(eva, **PINNED)
    first, second = (each.rule_id for each in rules())
    eva.post(f"{PATH}/{second}/move", {"to": "up"})
    eva.post(f"{PATH}/{second}/move", {"to": "up"})
    assert [each.rule_id for each in rules()] == [second, first]
    eva.post(f"{PATH}/{first}/switch")
    assert [each.on for each in rules()] == [True, False]
    eva.post(f"{PATH}/{second}/delete")
    assert [each.name for each in rules()] == ["Auf Lager"]
    undo = re.search(r"rules/changes/([0-9a-f-]{36})/undo", eva.get(PATH).text)
    assert undo
    assert eva.post(f"{PATH}/changes/{undo[1]}/undo").status_code == 303
    assert [each.name for each in rules()] == ["Campaign", "Auf Lager"]
    assert eva.post(f"{PATH}/changes/{undo[1]}/undo").status_code == 409


def test_a_contradiction_is_shown_with_both_rules(browser: Callable[..., Browser]) -> None:
    eva = browser()
    save(eva, **PINNED)
    save(eva, kind="exclude", name="Weg", products=["D1"], on="true")
    assert "„Campaign“ setzt D1 auf einen festen Platz, und „Weg“ schließt es aus." in eva.get(PATH).text


def test_a_preview_says_what_to_do_before_anything_was_learned_and_saves_nothing(
    browser: Callable[..., Browser], rules: Callable[[], list[Rule]]
) -> None:
    eva = browser()
    part = eva.post(f"{PATH}/save", {**FILTER, "do": "preview"}, headers={"HX-Request": "true"})
    assert "hanse train recommend" in part.text
    assert "<html" not in part.text
    assert "hanse train recommend" in eva.get(f"{PATH}/preview").text
    wrong = eva.post(f"{PATH}/save", {**FILTER, "margin": "viel", "do": "preview"}, headers={"HX-Request": "true"})
    assert "Hier gehört eine Zahl hin" in wrong.text
    assert rules() == []


def test_who_may_only_look_sees_rules_and_changes_nothing(browser: Callable[..., Browser], rules: Callable[[], list[Rule]]) -> None:
    save(browser(), **FILTER)
    [rule] = rules()
    viewer = browser(Role.VIEWER)
    page = viewer.get(PATH).text
    assert "Auf Lager" in page
    assert "Ausschalten" not in page
    assert viewer.get(f"{PATH}/{rule.rule_id}").status_code == 200
    assert [viewer.post(f"{PATH}/{rule.rule_id}/{each}").status_code for each in ("switch", "move", "delete")] == [403, 403, 403]
    assert save(viewer, **FILTER).status_code == 403
    assert viewer.get(f"{PATH}/new").status_code == 403
    assert viewer.get(f"{PATH}/preview", params={"at_profile": str(UUID(int=5))}).status_code == 403


def test_other_addresses_have_no_rules(browser: Callable[..., Browser]) -> None:
    eva = browser()
    for path in ("/capabilities/nothing/rules", "/capabilities/nothing/rules/new", f"{PATH}/{UUID(int=7)}"):
        assert eva.get(path).status_code == 404
    assert eva.post(f"{PATH}/{UUID(int=7)}/move").status_code == 404
