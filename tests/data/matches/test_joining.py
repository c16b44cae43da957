"""New and changed customers join those there are, by the kept model; nothing is missed, and nobody gets another id."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hanse.base import database
from hanse.data import profiles
from hanse.data.matches import joining, pairs
from hanse.data.profiles import Profile
from tests.conftest import NOW
from tests.data.matches.conftest import Shop, fill, wrong

ANNA = {"firstName": "Sieglinde", "lastName": "Ahrenshoop", "birthday": "1971-03-04", "email": "sieglinde@ahrenshoop.de"}
AT = {"address": {"street": "Hafenstraße 1", "postalCode": "23552", "city": "Lübeck"}}


async def joined(shop: Shop, *profile_ids: UUID) -> bool:
    groups = await shop.groups()
    return len({groups[each] for each in profile_ids}) == 1


async def test_a_new_record_joins_under_the_id_that_is_known(crowd: Shop) -> None:
    one = await crowd.person(1, **ANNA, **AT)
    await crowd.run("matches.find")
    await crowd.run("matches.join")
    before = await crowd.groups()
    other = await crowd.person(2, **{**ANNA, "firstName": "Sieglinde ", "email": "s.ahrenshoop@web.de"}, **AT)
    done = await crowd.run("matches.join")
    after = await crowd.groups()

    assert done["joined"] == 1
    assert after[other] == one
    assert {each: root for each, root in after.items() if each != other} == before
    (link,) = await crowd.rows("SELECT actor, evidence FROM profile_links WHERE other_id = %s", other)
    assert link["actor"] == "matches.join"
    assert {"field": "birth date", "level": "the same"}.items() <= link["evidence"]["fields"][0].items() | link["evidence"]["fields"][1].items()


async def test_half_of_the_records_one_by_one_give_what_all_at_once_do(shop: Shop) -> None:
    await fill(shop, 200, seed=3)
    await shop.run("matches.find")
    owners = dict(shop.owners)
    await fill(shop, 200, seed=3, first=10_000)  # everybody once more
    while (await shop.run("matches.join"))["records"]:
        pass
    groups = await shop.groups()

    assert wrong(shop, groups) == []
    assert len(set(groups.values())) < 1.1 * len(set(owners.values()))
    assert all(groups[each] in owners for each in owners)


async def test_a_correction_is_matched_anew(crowd: Shop) -> None:
    one = await crowd.person(1, **ANNA, **AT)
    other = await crowd.person(2, firstName="Nobody", lastName="Inparticular")
    await crowd.run("matches.find")
    await crowd.run("matches.join")
    assert not await joined(crowd, one, other)
    await crowd.put([Profile(profile_id=other, traits={**ANNA, **AT}, created_at=NOW)])

    assert (await crowd.run("matches.join"))["joined"] == 1
    assert await joined(crowd, one, other)
    await crowd.run("matches.join")
    assert (await crowd.run("matches.join"))["records"] == 0


async def test_what_is_committed_late_is_not_missed(crowd: Shop) -> None:
    """An import writes before a run and commits after it: it is matched by the next one."""
    one = await crowd.person(1, **ANNA, **AT)
    await crowd.run("matches.find")
    while (await crowd.run("matches.join"))["records"]:
        pass
    late = UUID(int=7_777_777)
    async with await database.connect(crowd.running.conninfo) as connection:
        await profiles.put(connection, [Profile(profile_id=late, traits={**ANNA, **AT}, created_at=NOW)], source="erp", now=NOW)
        await crowd.person(3, firstName="Zwischendurch", lastName="Gekommen")
        assert (await crowd.run("matches.join"))["records"] == 1
    assert (await crowd.run("matches.join"))["joined"] == 1
    assert await joined(crowd, one, late)


async def test_a_run_that_breaks_off_is_done_again(crowd: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await crowd.person(1, **ANNA, **AT)
    await crowd.run("matches.find")
    while (await crowd.run("matches.join"))["records"]:
        pass
    other = await crowd.person(2, **ANNA, **AT)

    async def fail(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(pairs, "propose", fail)  # after the merge, in its transaction
    with pytest.raises(ConnectionError):
        await crowd.run("matches.join")
    assert not await joined(crowd, one, other)
    monkeypatch.undo()

    assert (await crowd.run("matches.join"))["joined"] == 1
    assert await joined(crowd, one, other)


async def test_before_the_first_comparison_changes_are_kept_once_each(shop: Shop) -> None:
    for _ in range(3):
        await shop.person(1, **ANNA, zufall=str(_))
    assert (await shop.run("matches.join"))["records"] == 0

    assert len(await shop.rows("SELECT * FROM match_changes")) == 1


async def test_the_kept_model_says_what_the_trained_one_said_and_names_nobody(crowd: Shop) -> None:
    await crowd.run("matches.find")
    (row,) = await crowd.rows("SELECT parameters::text AS text FROM match_models")
    async with crowd.running.resources.pool.connection() as connection:
        model = await joining.model(connection)
    values = {str(each["value"]) for each in await crowd.rows("SELECT value FROM traits WHERE name IN ('email', 'phone', 'birthday')")}

    assert model is not None
    assert model.model.match_probability > 0
    assert len(values) > 100
    assert [each for each in values if each.casefold() in row["text"]] == []
