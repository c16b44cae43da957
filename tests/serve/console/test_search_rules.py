"""Rules of the search in the console: made from a form, previewed, switched, deleted and taken back; synonyms confirmed and declined."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hanse.base import database
from hanse.capabilities.search.search_rules import store
from hanse.capabilities.search.search_rules.schemas import KINDS, SearchRule
from hanse.capabilities.search.search_rules.store import Author
from hanse.capabilities.search.synonyms import store as proposals
from hanse.capabilities.search.synonyms.evidence import Evidence
from hanse.data import catalog
from hanse.data.access.accounts import Role
from hanse.data.catalog import Product
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.serve.console.conftest import Browser

PATH = "/capabilities/search/rules"
SYNONYMS = "/capabilities/search/synonyms"
GERMAN = {"Accept-Language": "de"}
RULES: dict[str, dict[str, Any]] = {
    "pin": {"queries": "bohrer <b>\r\nsäge", "products": ["D1", ""], "places": ["2", "3"]},
    "boost": {"queries": "bohrer", "match": "contains", "p_brands": ["Ebbe"], "strength": "strongly"},
    "bury": {"match": "any", "p_stock": "out"},
    "hide": {"queries": "bohrer", "p_products": ["D1"], "p_attribute": "voltage", "p_values": "18 V, 12 V"},
    "redirect": {"queries": "rückgabe", "url": "/rueckgabe", "language": "de"},
    "synonyms": {"words": "flex", "means": "winkelschleifer\ntrennschleifer", "both_ways": "true"},
}


@pytest.fixture
def rules(runtime: Runtime) -> Callable[[], list[SearchRule]]:
    async def read() -> list[SearchRule]:
        async with await database.connect(runtime.conninfo) as connection:
            return await store.rules(connection)

    return lambda: asyncio.run(read())


@pytest.fixture
def _catalog(runtime: Runtime) -> None:
    async def write() -> None:
        async with await database.connect(runtime.conninfo) as connection:
            drill = Product(product_id="D1", title={"de": "Akkuschrauber <b>"}, category={"de": "Maschinen > Bohren"}, brand="Ebbe")
            await catalog.put_products(connection, [drill], source="pim", now=NOW)
            found = [
                Evidence("flex", "winkelschleifer", True, "same_products", 5, 6, 9, 0.8),
                Evidence("knarre", "ratsche", False, "searched_again", 5, 4, 3, 0.6),
            ]
            await proposals.propose(connection, found, Author("job", NOW))

    asyncio.run(write())


def save(browser: Browser, **values: Any) -> Any:
    return browser.post(f"{PATH}/save", {"do": "save", "on": "true", **values})


@pytest.mark.usefixtures("_catalog")
def test_a_rule_of_every_kind_is_made_listed_and_comes_back_into_its_form(
    browser: Callable[..., Browser], rules: Callable[[], list[SearchRule]]
) -> None:
    eva = browser()
    assert "Noch keine Regeln" in eva.get(PATH, headers=GERMAN).text
    for kind, typed in RULES.items():
        assert eva.get(f"{PATH}/new", params={"kind": kind, "query": "x"}).status_code == 200
        assert save(eva, kind=kind, name=f"Regel {kind}", **typed).headers["location"] == PATH
    made = {each.kind: each for each in rules()}
    assert set(made) == set(KINDS)
    page = eva.get(PATH, headers=GERMAN).text
    for said in ("Akkuschrauber &lt;b&gt; auf Platz 2", "Nach oben, weit: von Ebbe", "nicht auf Lager", "Nach /rueckgabe", "flex = winkelschleifer"):
        assert said in page
    assert "„bohrer &lt;b&gt;“, „säge“" in page
    for kind, rule in made.items():
        form = eva.get(f"{PATH}/edit", params={"rule_id": str(rule.rule_id)}, headers=GERMAN)
        assert form.status_code == 200
        assert save(eva, kind=kind, name="Neu", rule_id=str(rule.rule_id), version="1", **RULES[kind]).status_code == 303
    again = {each.kind: each for each in rules()}
    assert {kind: (each.name, each.version, each.content) for kind, each in again.items()} == {
        kind: ("Neu", 2, each.content) for kind, each in made.items()
    }


@pytest.mark.usefixtures("_catalog")
def test_what_is_wrong_is_said_and_nothing_is_saved(browser: Callable[..., Browser], rules: Callable[[], list[SearchRule]]) -> None:
    eva = browser()
    for typed in (
        {"kind": "pin", "queries": "x"},
        {"kind": "pin", "queries": "x", "products": ["D1"], "places": ["many"]},
        {"kind": "hide", "queries": "x"},
        {"kind": "redirect", "queries": "x", "url": "javascript:alert(1)"},
        {"kind": "redirect", "queries": " ", "url": "/x"},
        {"kind": "synonyms", "words": "x"},
    ):
        answer = save(eva, name="Regel", **typed)
        assert (answer.status_code, 'role="alert"' in answer.text) == (400, True), typed
    assert rules() == []
    assert eva.get(f"{PATH}/edit", params={"rule_id": "nonsense"}).status_code == 404


@pytest.mark.usefixtures("_catalog")
def test_a_rule_is_switched_deleted_and_taken_back(browser: Callable[..., Browser], rules: Callable[[], list[SearchRule]]) -> None:
    eva = browser()
    save(eva, kind="redirect", **RULES["redirect"])
    [rule] = rules()
    assert rule.name == "rückgabe"
    one = {"rule_id": str(rule.rule_id)}
    assert eva.post(f"{PATH}/switch", one).status_code == 303
    assert not rules()[0].on
    assert eva.post(f"{PATH}/delete", one).status_code == 303
    assert rules() == []
    page = eva.get(PATH, headers=GERMAN).text
    undo = page.partition(f"{PATH}/undo?change_id=")[2].partition('"')[0]
    assert eva.post(f"{PATH}/undo?change_id={undo}").status_code == 303
    assert [each.rule_id for each in rules()] == [rule.rule_id]
    viewer = browser(Role.VIEWER)
    assert viewer.post(f"{PATH}/delete", one).status_code == 403
    assert "Regel löschen" not in viewer.get(f"{PATH}/edit", params=one, headers=GERMAN).text


@pytest.mark.usefixtures("_catalog")
def test_before_and_after_are_shown_before_anything_is_saved(browser: Callable[..., Browser], rules: Callable[[], list[SearchRule]]) -> None:
    eva = browser()
    typed = {"kind": "redirect", **RULES["redirect"], "do": "preview"}
    page = eva.post(f"{PATH}/save", typed, headers={**GERMAN, "HX-Request": "true"}).text
    assert "Wer nach „rückgabe“ sucht, kommt zu /rueckgabe." in page
    assert rules() == []
    assert "Mit Regeln" in eva.get(f"{PATH}/preview", params={"at_query": "bohrer"}, headers=GERMAN).text
    assert eva.get(f"{PATH}/preview").status_code == 200


@pytest.mark.usefixtures("_catalog")
def test_synonyms_are_confirmed_and_declined_with_a_way_back(browser: Callable[..., Browser], rules: Callable[[], list[SearchRule]]) -> None:
    eva = browser()
    assert "2 Paare von Wörtern" in eva.get(PATH, headers=GERMAN).text
    page = eva.get(SYNONYMS, headers=GERMAN).text
    assert "flex = winkelschleifer" in page
    assert "knarre → ratsche" in page
    first, second = (part.partition('"')[0] for part in page.split('name="proposal_id" value="')[1:])
    assert eva.post(f"{SYNONYMS}/decide", {"proposal_id": first, "decision": "confirm"}).status_code == 303
    assert [each.name for each in rules()] == ["flex = winkelschleifer"]
    assert eva.post(f"{SYNONYMS}/decide", {"proposal_id": second, "decision": "decline"}).status_code == 303
    assert "Keine solchen Vorschläge" in eva.get(SYNONYMS, headers=GERMAN).text
    assert "Neu entscheiden" in eva.get(f"{SYNONYMS}?state=declined", headers=GERMAN).text
    assert eva.post(f"{SYNONYMS}/decide?proposal_id={second}&decision=reopen").status_code == 303
    assert "knarre → ratsche" in eva.get(SYNONYMS, headers=GERMAN).text
    assert eva.post(f"{SYNONYMS}/decide", {"decision": "burn"}).status_code == 303
