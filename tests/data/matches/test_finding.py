"""All customers are compared at once: certain ones are joined with the reason, the rest waits, and nothing is done by halves."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from hanse.base.context import Context
from hanse.data.matches import finding, pairs, records
from hanse.data.privacy import restriction
from hanse.data.profiles import Identity, Profile, merging
from tests.conftest import NOW
from tests.data.matches.conftest import Shop, fill, wrong

SHARED = {"email": "info@tischlerei-nord.de", "phone": "+49 451 7654321", "company": "Tischlerei Nord GmbH"}
DESK = {"address": {"street": "Hafenstraße 1", "postalCode": "23552", "city": "Lübeck"}}


async def test_records_of_one_person_are_joined_and_others_are_not(crowd: Shop) -> None:
    done = await crowd.run("matches.find")
    groups = await crowd.groups()
    links = await crowd.rows("SELECT cause, actor, evidence, refused FROM profile_links")

    assert done["records"] == len(crowd.owners)
    assert wrong(crowd, groups) == []
    assert len(set(groups.values())) < 1.1 * len(set(crowd.owners.values()))
    assert {(each["cause"], each["actor"], each["refused"]) for each in links} == {("match", "matches.find", None)}
    assert len(links) == done["joined"] == len(crowd.owners) - len(set(groups.values()))
    assert {name for each in links for field in each["evidence"]["fields"] for name in field} == {"field", "level", "bits"}


async def test_what_is_not_certain_waits_with_its_evidence_and_no_value(crowd: Shop) -> None:
    done = await crowd.run("matches.find")
    listed = await crowd.call("matches.list")
    shown = await crowd.call("matches.get", proposal_id=str(listed.items[0].proposal_id))
    kept = str(await crowd.rows("SELECT evidence, reason FROM match_proposals"))

    assert len(listed.items) == listed.waiting == done["proposed"] > 0
    assert [each.probability for each in listed.items] == sorted((each.probability for each in listed.items), reverse=True)
    assert sum(each.bits for each in shown.fields) > 0
    values = {value for each in shown.fields for value in (each.one, each.other) if len(value) > 3}
    assert values
    assert [value for value in values if value in kept] == []


async def test_a_second_comparison_changes_nothing(crowd: Shop) -> None:
    await crowd.run("matches.find")
    groups, listed = await crowd.groups(), await crowd.call("matches.list")
    again = await crowd.run("matches.find")

    assert again["joined"] == 0
    assert await crowd.groups() == groups
    assert {each.proposal_id for each in (await crowd.call("matches.list")).items} == {each.proposal_id for each in listed.items}


async def test_nobody_and_one_alone_are_compared_with_nobody(shop: Shop) -> None:
    assert await shop.run("matches.find") == {"records": 0, "joined": 0, "proposed": 0}
    assert await shop.run("matches.join") == {"records": 0, "joined": 0, "proposed": 0}
    await shop.person(1, firstName="Anna", lastName="Petersen")
    assert (await shop.run("matches.find"))["records"] == 1
    listed = await shop.call("matches.list")
    assert (listed.items, listed.waiting, listed.training) == ([], 0, None)


async def test_names_of_nobody_and_a_shared_mailbox_join_nobody(crowd: Shop) -> None:
    """Thirty colleagues, and some tills where nobody was asked for a name, all with the address and the telephone of a company."""
    given = ("Anna", "Bernd", "Claudia", "Dieter", "Elif", "Frank", "Gisela", "Hasan", "Ines", "Katrin")
    surnames = ("Petersen", "Yildiz", "Oberhuber", "Czernin", "Fuchs", "Quast", "Lindwurm", "Botho", "Ziegenhagen", "Ackva")
    colleagues = [
        await crowd.person(number, firstName=given[number % 10], lastName=surnames[(number + number // 10) % 10], **SHARED, **DESK)
        for number in range(30)
    ]
    tills = [await crowd.person(100 + number, firstName="Laufkunde", lastName="Unbekannt", **SHARED, **DESK) for number in range(4)]
    tills.append(await crowd.person(200, name="Max Mustermann", **SHARED, **DESK))
    done = await crowd.run("matches.find")
    await crowd.run("matches.join")
    groups = await crowd.groups()

    assert [each for each in (*colleagues, *tills) if groups[each] != each] == []
    found = (await crowd.call("matches.list")).training.findings
    assert done["struck"] == len(found) == 2
    assert {(each.field, each.records) for each in found} == {("email", 35), ("phone", 35)}


async def test_two_colleagues_at_one_desk_do_not_even_wait(crowd: Shop) -> None:
    one = await crowd.person(1, firstName="Sieglinde", lastName="Ahrenshoop", **SHARED, **DESK)
    other = await crowd.person(2, firstName="Korbinian", lastName="Moosgruber", **SHARED, **DESK)
    await crowd.run("matches.find")
    groups = await crowd.groups()

    assert (groups[one], groups[other]) == (one, other)
    assert await crowd.rows("SELECT * FROM match_proposals WHERE profile_id = %s OR other_id = %s", one, one) == []


async def test_who_is_restricted_or_to_be_erased_is_left_out(crowd: Shop) -> None:
    await crowd.run("matches.find")
    joined = await crowd.rows("SELECT profile_id, other_id FROM profile_links LIMIT 2")
    async with crowd.running.context() as context:
        connection = await context.connection()
        for row in await crowd.rows("SELECT link_id FROM profile_links"):
            await merging.unmerge(connection, row["link_id"], actor="Eva", now=NOW)
        await connection.execute("DELETE FROM profile_separations")
        await restriction.restrict(connection, [joined[0]["profile_id"]], restricted=True, now=NOW)
        await connection.execute(
            """INSERT INTO erasures (erasure_id, profile_id, keep_orders, legal_basis, actor_kind, actor, requested_at)
            VALUES (%s, %s, true, 'asked', 'account', 'Eva', %s)""",
            (UUID(int=5), joined[1]["profile_id"], NOW),
        )
        known = {each.profile_id for each in await records.read(connection)}

    assert {each["profile_id"] for each in joined} & known == set()
    assert {each["other_id"] for each in joined} <= known


async def test_two_numbers_of_one_shop_are_left_to_somebody(crowd: Shop) -> None:
    """A person has one user id, whatever else agrees: only a person may overrule that."""
    facts = {"firstName": "Sieglinde", "lastName": "Ahrenshoop", "birthday": "1971-03-04", "email": "sieglinde@ahrenshoop.de", **DESK}
    one = await crowd.person(1, Identity("user_id", "K-1"), **facts)
    other = await crowd.person(2, Identity("user_id", "K-2"), **facts)
    await crowd.run("matches.find")
    (found,) = [each for each in (await crowd.call("matches.list")).items if {each.one_id, each.other_id} == {one, other}]

    assert found.reason == pairs.REFUSED
    decided = await crowd.call("matches.decide", proposal_id=str(found.proposal_id), decision="same")
    assert (decided.state, decided.profile_ids) == ("same", [one])


async def test_a_run_that_breaks_off_leaves_whole_merges_and_the_next_goes_on(crowd: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is killed after some clusters, in the middle of the transaction of others."""
    whole, count = pairs.join, 0

    async def break_off(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        outcome = await whole(*arguments, **named)
        if count == 2:
            raise asyncio.CancelledError
        return outcome

    monkeypatch.setattr(pairs, "join", break_off)
    monkeypatch.setattr(finding, "TOGETHER", 10)
    with pytest.raises(asyncio.CancelledError):
        await crowd.run("matches.find")
    links = await crowd.rows("SELECT link_id FROM profile_links WHERE refused IS NULL")
    rows = await crowd.rows("SELECT link_id FROM match_proposals WHERE decision = 'rule'")
    partly = await crowd.groups()
    monkeypatch.undo()

    assert sorted(row["link_id"] for row in links) == sorted(row["link_id"] for row in rows)
    assert len(rows) == sum(root != each for each, root in partly.items()) > 0
    assert await crowd.rows("SELECT * FROM match_models") == []
    await crowd.run("matches.find")
    groups = await crowd.groups()
    assert wrong(crowd, groups) == []
    assert len(set(groups.values())) < 1.1 * len(set(crowd.owners.values()))
    assert all(groups[root] == groups[each] for each, root in partly.items())


async def test_who_stops_the_job_stops_the_thread(crowd: Shop) -> None:
    async with crowd.running.context() as context:
        begun = asyncio.Event()

        async def progress(score: float, note: str) -> None:
            del score
            if note == "looking for candidates":
                begun.set()

        context.progress = progress
        job = asyncio.create_task(finding.find(context))
        await begun.wait()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

    assert await crowd.rows("SELECT link_id FROM profile_links") == []


async def test_what_changed_while_it_was_compared_is_not_joined(crowd: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = finding._match  # what the thread does is where time passes

    def slow(*arguments: Any) -> Any:
        found = inside(*arguments)
        asyncio.run_coroutine_threadsafe(change(found.bonds[0].one), loop).result()
        return found

    async def change(profile_id: UUID) -> None:
        await crowd.put([Profile(profile_id=profile_id, traits={"firstName": "Ganz", "lastName": "Anders"}, created_at=NOW)], source="erp")
        changed.append(profile_id)

    loop, changed = asyncio.get_running_loop(), list[UUID]()
    monkeypatch.setattr(finding, "_match", slow)
    done = await crowd.run("matches.find")

    assert done["changed"] > 0
    assert (await crowd.groups())[changed[0]] == changed[0]
    assert changed[0] in {row["profile_id"] for row in await crowd.rows("SELECT profile_id FROM match_changes")}


async def test_progress_is_told_from_beginning_to_end(shop: Shop) -> None:
    await fill(shop, 60)
    told: list[tuple[float, str]] = []

    async def progress(score: float, note: str) -> None:
        told.append((score, note))

    async with shop.running.context(progress=progress) as context:
        await _find(context)

    assert "comparing the candidates" in {note for _, note in told}
    assert [score for score, _ in told] == sorted(score for score, _ in told)


async def _find(context: Context) -> None:
    await finding.find(context)
    await asyncio.sleep(0)
