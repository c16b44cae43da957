"""Texts of one product are edited as a revision; those that a model wrote are marked until a source brings another."""

from __future__ import annotations

from typing import Any

import pytest

from hanse.base.context import Context, run
from hanse.data.catalog.errors import UnknownProduct
from hanse.data.revisions import Scope, operations
from hanse.data.revisions.answers import EditTexts, ShowHistory, WhichRevision
from hanse.data.revisions.errors import NoTexts, SameTexts
from tests.data.revisions.conftest import Fetch, Propose, entry
from tests.data.revisions.test_operations import Ports

TEXTS = "SELECT title, description, text_origins FROM products WHERE product_id = 'A'"
GERMAN, ENGLISH = "Für Holz.", "For wood."


@pytest.fixture(autouse=True)
def ports(context: Context) -> None:
    context.resources.ports = Ports()  # type: ignore[assignment]  # writing needs the audit alone


async def edit(context: Context, **texts: Any) -> Any:
    return await run(operations.edit, EditTexts(product_id="A", **texts), context)


async def test_texts_are_edited_marked_and_put_back(load: Propose, context: Context, fetch: Fetch) -> None:
    await load(entry("A", title={"de": "Bohrer"}, description={"de": GERMAN}))
    before = await fetch(TEXTS)
    edited = await edit(context, description={"en": f" {ENGLISH}\0 "}, origin="translated")
    assert (edited.state, edited.source, edited.scope, edited.counts) == ("applied", "pim", "texts", {"entries": 1, "changed": 1})
    assert await fetch(TEXTS) == [({"de": "Bohrer"}, {"de": GERMAN, "en": f"{ENGLISH}\ufffd"}, {"description": {"en": "translated"}})]
    history = await run(operations.history, ShowHistory(product_id="A"), context)
    assert ["description", "text_origins"] in [[each.field for each in past.fields] for past in history.revisions]
    undone = await run(operations.undo, WhichRevision(revision_id=edited.revision_id), context)
    assert (undone.kept, await fetch(TEXTS)) == (0, before)


async def test_a_text_can_be_taken_for_given_as_it_is(load: Propose, context: Context, fetch: Fetch) -> None:
    await load(entry("A", title={"de": "Bohrer"}))
    await edit(context, title={"de": "Bohrer"}, description={"de": GERMAN}, origin="generated")
    assert (await fetch(TEXTS))[0][2] == {"title": {"de": "generated"}, "description": {"de": "generated"}}
    await edit(context, title={"de": "Bohrer"})
    assert (await fetch(TEXTS))[0][2] == {"description": {"de": "generated"}}


async def test_edits_that_say_nothing_are_refused(load: Propose, context: Context) -> None:
    await load(entry("A", title={"de": "Bohrer"}))
    with pytest.raises(NoTexts):
        await edit(context, title={"de": "  "})
    with pytest.raises(SameTexts):
        await edit(context, title={"de": "Bohrer"})
    for missing in ("B", "\0"):
        with pytest.raises(UnknownProduct):
            await run(operations.edit, EditTexts(product_id=missing, title={"de": "Bohrer"}), context)


async def test_a_text_of_a_source_takes_the_place_of_a_generated_one(load: Propose, context: Context, fetch: Fetch) -> None:
    await load(entry("A", title={"de": "Bohrer"}))
    await edit(context, title={"en": "Drill"}, description={"de": GERMAN, "en": ENGLISH}, origin="generated")
    told = await load(entry("A", title={"de": "Bohrer"}, description={"de": "Für Stahl."}), scope=Scope.PRODUCTS)
    assert told["counts"]["changed"] == 1
    assert await fetch(TEXTS) == [
        ({"de": "Bohrer", "en": "Drill"}, {"de": "Für Stahl.", "en": ENGLISH}, {"title": {"en": "generated"}, "description": {"en": "generated"}})
    ]


async def test_a_source_that_sends_a_text_back_makes_it_no_less_generated(load: Propose, context: Context, fetch: Fetch) -> None:
    marks = {"title": {"fr": "generated"}}
    await load(entry("A", title={"de": "Bohrer", "fr": "Foret"}, text_origins=marks))
    assert (await fetch(TEXTS))[0][2] == marks
    await edit(context, title={"en": "Drill"}, origin="translated")
    told = await load(entry("A", title={"de": "Bohrer", "en": "Drill", "fr": "Mèche"}, text_origins={"title": {"en": "generated"}}))
    assert told["counts"]["changed"] == 1
    assert (await fetch(TEXTS))[0][2] == {"title": {"en": "translated"}}
