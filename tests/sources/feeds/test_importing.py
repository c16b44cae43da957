"""A file becomes a proposed revision; what cannot be read leaves the catalog alone and is kept with its error."""

from __future__ import annotations

from uuid import UUID

import pytest

from hanse.base.context import Context
from hanse.data import imports, revisions
from hanse.data.revisions import reading
from hanse.data.revisions.applying import Decision
from hanse.data.revisions.errors import RevisionDecided
from hanse.sources import feeds
from hanse.sources.feeds import FeedRequest, jobs
from hanse.sources.feeds.errors import BrokenFeed, HostileFeed, NoSuchFeed, UnknownFeed, UnknownFeedOption
from tests.conftest import NOW
from tests.sources.conftest import Fetch, Write
from tests.sources.feeds.snippets import bmecat, group, placed, price, product, reference

CATALOG = bmecat(
    group("1", "Alles", "0", "root"),
    group("2", "Maschinen", "1"),
    product("D1", reference("sparepart", "P1", ' quantity="2"'), price=price("100.00") + price("90.00", "<LOWER_BOUND>10</LOWER_BOUND>")),
    product("P1", title="Kohlebürste", price=price("4.50")),
    product("X", reference("accessories", "NOWHERE"), details="<EAN>4006381333932</EAN>"),
    placed("D1", "2"),
)


async def test_a_file_shows_what_it_would_change_and_changes_nothing(context: Context, write: Write, fetch: Fetch) -> None:
    found = await feeds.propose(context, FeedRequest(path=str(write("c.xml", CATALOG))))
    assert (found.source, found.state) == ("Ebbe", "proposed")
    assert (found.counts["entries"], found.counts["price_jumps"]) == (3, 0)
    assert (found.counts["new"], found.counts["changed"], found.counts["gone"], found.counts["unchanged"]) == (3, 0, 0, 0)
    assert found.findings == {"unknown_related": 1, "wrong_gtin": 1}
    assert await fetch("SELECT * FROM products") == []


async def test_what_is_applied_is_the_catalog(context: Context, write: Write, fetch: Fetch) -> None:
    found = await feeds.propose(context, FeedRequest(path=str(write("c.xml", CATALOG))))
    await revisions.apply(await context.connection(), found.revision_id, Decision("test", NOW), context.progress)
    (drill,) = await fetch("SELECT title, category, source FROM products WHERE product_id = 'D1'")
    assert drill == {"title": {"de": "Bohrer"}, "category": {"de": "Maschinen"}, "source": "Ebbe"}
    prices = await fetch("SELECT min_quantity, amount_minor FROM prices WHERE product_id = 'D1' ORDER BY 1")
    assert [tuple(each.values()) for each in prices] == [(1, 10_000), (10, 9_000)]
    relations = await fetch("SELECT product_id, kind, related_id, quantity, stated_by FROM product_relations")
    assert [tuple(each.values()) for each in relations] == [("P1", "spare_part_of", "D1", 2, "D1")]
    again = await feeds.propose(context, FeedRequest(path=str(write("c.xml", CATALOG))))
    assert (again.counts["unchanged"], again.counts["new"], again.counts["changed"], again.counts["gone"]) == (3, 0, 0, 0)


async def test_findings_come_with_their_line_in_both_languages(context: Context, write: Write) -> None:
    found = await feeds.propose(context, FeedRequest(path=str(write("c.xml", CATALOG))))
    connection = await context.connection()
    page = await reading.found(connection, found.revision_id, code="wrong_gtin")
    line = CATALOG[: CATALOG.index("4006381333932")].count("\n") + 1
    assert [(each.line, each.product_id, each.severity) for each in page.findings] == [(line, "X", "warning")]
    assert page.findings[0].message == "4006381333932 is no GTIN: its check digit is wrong; it was left out."
    german = await reading.found(connection, found.revision_id, code="wrong_gtin", language="de")
    assert german.findings[0].message == "4006381333932 ist keine GTIN: Die Prüfziffer ist falsch; sie wurde weggelassen."


async def test_strictness_refuses_a_file_with_errors(context: Context, write: Write, fetch: Fetch) -> None:
    found = await feeds.propose(context, FeedRequest(path=str(write("c.xml", CATALOG)), strict=True))
    assert found.state == "refused"
    with pytest.raises(RevisionDecided, match="refused"):
        await revisions.apply(await context.connection(), found.revision_id, Decision("test", NOW), context.progress)


async def test_a_file_in_order_passes_strictly(context: Context, write: Write) -> None:
    whole = bmecat(product("D1", price=price("100.00")))
    found = await feeds.propose(context, FeedRequest(path=str(write("c.xml", whole)), strict=True))
    assert (found.state, found.findings) == ("proposed", {})


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", UnknownFeed),
        ("<html></html>", UnknownFeed),
        ("sku;price\n1;2\n", UnknownFeed),
        ("<BMECAT version='2005'></BMECAT>", UnknownFeed),
        (bmecat(product("A"))[:300], BrokenFeed),
        (bmecat("<X>" * 100_000), HostileFeed),
    ],
    ids=["nothing", "a page", "another table", "no transaction", "cut before the first product", "nested"],
)
async def test_what_cannot_be_read_is_kept_with_its_error(context: Context, write: Write, content: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await feeds.propose(context, FeedRequest(path=str(write("c.xml", content))))
    noted = await imports.list_imports(await context.connection())
    assert [(each.state, each.kind) for each in noted] in ([], [("failed", "catalog")])


async def test_a_file_that_breaks_off_takes_nothing_away(context: Context, write: Write) -> None:
    first = await feeds.propose(context, FeedRequest(path=str(write("c.xml", CATALOG))))
    await revisions.apply(await context.connection(), first.revision_id, Decision("test", NOW), context.progress)
    cut = CATALOG[: CATALOG.index("<PRODUCT><SUPPLIER_PID>X") + 40]
    found = await feeds.propose(context, FeedRequest(path=str(write("c.xml", cut))))
    assert (found.counts["gone"], found.findings["broken_xml"]) == (0, 1)


async def test_a_missing_file_is_told(context: Context) -> None:
    with pytest.raises(NoSuchFeed):
        await feeds.propose(context, FeedRequest(path="/nowhere/c.xml"))


@pytest.mark.parametrize(
    "options", [{"currency": "EURO"}, {"language": "german"}, {"tax_rate": 19.0}, {"price_jump_share": 0.0}, {"source": "x" * 101}]
)
async def test_wrong_options_are_told(context: Context, write: Write, options: dict[str, object]) -> None:
    with pytest.raises(UnknownFeedOption, match=next(iter(options))):
        await feeds.propose(context, FeedRequest(path=str(write("c.xml", CATALOG)), **options))  # type: ignore[arg-type]  # one option each


async def test_the_job_reads_an_upload_and_removes_it(context: Context, write: Write) -> None:
    path = write("c.xml", CATALOG)
    result = await jobs.propose(context, path=str(path), remove=True, started_by="Jo", source="pim")
    assert result is not None
    assert (result["source"], path.exists()) == ("pim", False)
    revision = await reading.revision(await context.connection(), UUID(result["revision_id"]))
    assert revision.proposed_by == "Jo"
