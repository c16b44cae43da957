"""The operations on revisions propose nothing by themselves: they show, decide and tell the history."""

from __future__ import annotations

import pytest

from hanse.base.context import Context, run
from hanse.base.operation import Operation
from hanse.data.revisions import jobs, operations
from hanse.data.revisions.answers import ListChanges, ListFindings, ListRevisions, ShowHistory, WhichRevision
from hanse.data.revisions.errors import UnknownRevision
from tests.data.revisions.conftest import Propose, entry, price


class Ports:
    """Notes nothing."""

    async def audit(self, *_: object) -> None:
        """Take it as noted."""


@pytest.fixture(autouse=True)
def ports(context: Context) -> None:
    context.resources.ports = Ports()  # type: ignore[assignment]  # writing needs the audit alone


async def test_a_revision_is_shown_applied_and_undone(propose: Propose, context: Context) -> None:
    told = await propose(entry("A", price(100)), entry("B"))
    revision_id = told["revision_id"]
    shown = await run(operations.get, WhichRevision(revision_id=revision_id), context)
    assert (shown.state, shown.counts["new"], shown.source) == ("proposed", 2, "pim")
    page = await run(operations.changes, ListChanges(revision_id=revision_id, limit=1), context)
    assert ([each.product_id for each in page.changes], page.next_cursor) == (["A"], "A")
    applied = await run(operations.apply, WhichRevision(revision_id=revision_id), context)
    assert (applied.state, applied.decided_by) == ("applied", "command line")
    history = await run(operations.history, ShowHistory(product_id="A"), context)
    assert ([each.action for each in history.revisions], [each.amount_minor for each in history.prices]) == (["new"], [100])
    undone = await run(operations.undo, WhichRevision(revision_id=revision_id), context)
    assert (undone.revision.state, undone.kept, undone.kept_product_ids) == ("undone", 0, ())


async def test_revisions_are_listed_newest_first(propose: Propose, context: Context) -> None:
    made = [(await propose(entry("A")))["revision_id"] for _ in range(3)]
    page = await run(operations.list, ListRevisions(limit=2), context)
    assert [each.revision_id for each in page.revisions] == sorted(made, reverse=True)[:2]
    rest = await run(operations.list, ListRevisions(cursor=page.next_cursor), context)
    assert [each.revision_id for each in rest.revisions] == sorted(made, reverse=True)[2:]
    await run(operations.discard, WhichRevision(revision_id=made[0]), context)
    discarded = await run(operations.list, ListRevisions(state="discarded"), context)
    assert [each.revision_id for each in discarded.revisions] == [made[0]]


async def test_findings_come_in_the_language_of_the_request(load: Propose, propose: Propose, context: Context) -> None:
    await load(entry("A", price(100_000)))
    told = await propose(entry("A", price(150_000)))
    page = await run(operations.findings, ListFindings(revision_id=told["revision_id"]), context)
    assert page.findings[0].message == "Der Preis in list geht von 1.000,00\xa0€ auf 1.500,00\xa0€, um 50 %."


async def test_the_jobs_decide_like_the_operations(propose: Propose, context: Context) -> None:
    told = await propose(entry("A"))
    await jobs.apply(context, revision_id=str(told["revision_id"]), decided_by="Jo")
    result = await jobs.undo(context, revision_id=str(told["revision_id"]), decided_by="Jo")
    assert result == {"revision_id": str(told["revision_id"]), "kept": 0}


@pytest.mark.parametrize(
    "operation",
    [operations.get, operations.changes, operations.findings, operations.apply, operations.discard, operations.undo],
    ids=lambda one: one.name,
)
async def test_one_that_is_not_there_is_told(context: Context, operation: Operation[object, object]) -> None:
    with pytest.raises(UnknownRevision):
        await run(operation, operation.example, context)
