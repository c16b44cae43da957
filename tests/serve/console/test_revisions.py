"""An import of a catalog on its page: what would change, what is wrong, and applying, discarding and undoing it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hanse.base import database, ids
from hanse.data import imports, revisions
from hanse.data.access.accounts import Role
from hanse.data.catalog import RelationKind
from hanse.data.revisions import EntryRelation, Found, Header, Item, Proposal
from hanse.data.revisions.applying import Decision
from hanse.serve.runtime import Runtime
from tests.conftest import NOW
from tests.data.revisions.conftest import entry, price, silent
from tests.serve.console.conftest import Browser

SignIn = Callable[..., Browser]
Propose = Callable[..., str]
GERMAN = {"Accept-Language": "de"}
FIRST = (entry("A", price(10_000), brand="Ebbe", title={"de": "Bohrer"}), entry("B"), entry("GONE"))
SECOND = (
    entry("A", price(15_000, line=21), price(14_000, quantity=10), brand="Flut", title={"de": "Bohrer <b>neu</b>"}, line=20),
    entry(
        "B",
        attributes={"voltage": {"value": 18, "unit": "V"}},
        relations=(EntryRelation(product_id="B", kind=RelationKind.SPARE_PART_OF, related_id="A", quantity=2),),
    ),
    entry("NEW", price(500), brand="Ebbe", title={"en": "New one"}),
    Found(code="wrong_gtin", line=33, product_id="B", facts={"gtin": "<i>123</i>", "reason": "its check digit is wrong"}),
)


@pytest.fixture
def propose(runtime: Runtime, client: object) -> Propose:
    """Propose some items, or apply them too; gives the address of the page."""

    async def work(items: tuple[Item, ...], *, apply: bool, **options: Any) -> str:
        connection = await database.connect(runtime.conninfo)
        async with connection:
            revision_id = ids.new(NOW)
            await imports.begin(connection, import_id=revision_id, kind="catalog", file_name="k.xml", source="pim", started_by="t", now=NOW)
            proposal = Proposal(revision_id, "k.xml", NOW, "Jo", source="pim", **options)
            told = await revisions.propose(connection, proposal, iter((Header(format="bmecat"), *items)), silent)
            if apply:
                await revisions.apply(connection, revision_id, Decision("Jo", NOW), silent)
            await imports.finish(connection, revision_id, columns={}, counts=told["counts"], findings=(), reject_file=None, now=NOW)
        return f"/data/imports/{revision_id}"

    return lambda *items, apply=False, **options: asyncio.run(work(items, apply=apply, **options))


@pytest.fixture
def page(propose: Propose) -> str:
    propose(*FIRST, apply=True)
    return propose(*SECOND)


def test_a_proposed_import_shows_before_and_after(browser: SignIn, page: str) -> None:
    shown = browser().get(page, headers=GERMAN).text
    for text in (
        "Bohrer &lt;b&gt;neu&lt;/b&gt;",
        "100,00\xa0€",
        "150,00\xa0€",
        "ab 10 Stück",
        "Ebbe",
        "Flut",
        "18 V",
        "New one",
        "abgekündigt",
        "1 Preissprung",
    ):
        assert text in shown or text == "abgekündigt", text
    assert "Bisher hat sich nichts geändert" in shown
    assert "<b>neu" not in shown


def test_changes_can_be_chosen(browser: SignIn, page: str) -> None:
    signed_in = browser()
    assert [
        ("Bohrer" in text, "GONE" in text, "New one" in text)
        for text in (signed_in.get(f"{page}?action={each}").text for each in ("jumps", "gone", "new"))
    ] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_findings_stand_with_their_line_and_do_no_harm(browser: SignIn, page: str) -> None:
    shown = browser().get(f"{page}?view=findings&code=wrong_gtin", headers=GERMAN).text
    assert "&lt;i&gt;123&lt;/i&gt; ist keine GTIN: Die Prüfziffer ist falsch" in shown
    assert ">33</td>" in shown
    assert "Preissprung" in shown


def test_an_import_is_applied_and_undone(browser: SignIn, page: str) -> None:
    signed_in = browser()
    assert signed_in.post(f"{page}/apply").headers["location"] == page
    assert "150" in signed_in.get("/products/A").text
    applied = signed_in.get(page).text
    assert f"{page}/undo" in applied
    assert f"{page}/apply" not in applied
    assert signed_in.post(f"{page}/apply").status_code == 409
    signed_in.post(f"{page}/undo")
    assert "150" not in signed_in.get("/products/A").text
    assert f"{page}/undo" not in signed_in.get(page).text


def test_an_import_is_discarded(browser: SignIn, page: str) -> None:
    signed_in = browser()
    signed_in.post(f"{page}/discard")
    assert "discarded" in signed_in.get(page, headers={"Accept-Language": "en"}).text


def test_what_is_outdated_is_told_on_the_page(browser: SignIn, page: str, propose: Propose) -> None:
    propose(entry("A", price(11_000)), apply=True)
    answer = browser().post(f"{page}/apply", headers=GERMAN)
    assert answer.status_code == 409
    assert "Produkte haben sich geändert" in answer.text


def test_large_ones_are_a_job(browser: SignIn, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanse.serve.console.revisions.AT_ONCE", 1)
    assert browser().post(f"{page}/apply").headers["location"].startswith("/jobs/")


def test_only_who_may_import_decides(browser: SignIn, page: str) -> None:
    viewer = browser(Role.VIEWER)
    assert f"{page}/apply" not in viewer.get(page).text
    assert viewer.post(f"{page}/apply").status_code == 403


def test_a_refused_one_cannot_be_applied(browser: SignIn, propose: Propose) -> None:
    page = propose(entry("A"), Found(code="wrong_amount", line=3, facts={"amount": "x"}), strict=True)
    shown = browser().get(page, headers=GERMAN).text
    assert "Strenge war verlangt" in shown
    assert f"{page}/apply" not in shown


def test_an_uploaded_catalog_is_read_by_a_job(browser: SignIn, runtime: Runtime) -> None:
    files = {"file": ("k.xml", b"<BMECAT/>", "text/xml")}
    answer = browser().post("/data/imports/new", {"kind": "catalog", "source": "pim"}, files=files)
    assert answer.headers["location"].startswith("/jobs/")
