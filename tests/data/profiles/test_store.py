"""Profiles with their identities, companies and machines are written many at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from hanse.base import ids
from hanse.base.database import Connection
from hanse.data import profiles
from hanse.data.profiles import Identity, Installation, Membership, Profile, identity
from tests.conftest import NOW

LATER = NOW + timedelta(days=1)


def profile(*keys: tuple[str, str], **more: Any) -> Profile:
    return Profile(profile_id=ids.new(NOW), identities=tuple(Identity(*key) for key in keys), created_at=NOW, **more)


async def rows(connection: Connection, statement: str) -> list[dict[str, Any]]:
    return await (await connection.execute(statement.encode())).fetchall()


async def test_a_profile_is_found_by_each_of_its_identities(connection: Connection) -> None:
    anna = profile(("user_id", "4711"), ("email", "anna@example.org"), traits={"firstName": "Anna"})
    assert await profiles.put(connection, [anna], source="shop", now=NOW) == 1
    assert await identity.find(connection, "user_id", "4711") == anna.profile_id
    assert await identity.find(connection, "email", "anna@example.org") == anna.profile_id
    assert await identity.find(connection, "user_id", "anna@example.org") is None


async def test_an_identity_stays_with_its_first_owner(connection: Connection) -> None:
    first, second = profile(("email", "info@example.org")), profile(("email", "info@example.org"), ("user_id", "2"))
    await profiles.put(connection, [first, second], source="shop", now=NOW)
    await profiles.put(connection, [second], source="shop", now=LATER)
    assert await identity.find(connection, "email", "info@example.org") == first.profile_id
    assert await identity.find(connection, "user_id", "2") == second.profile_id


async def test_a_profile_written_again_has_new_traits_and_its_old_beginning(connection: Connection) -> None:
    anna = profile(traits={"city": "Bremen"})
    await profiles.put(connection, [anna], source="shop", now=NOW)
    moved = Profile(profile_id=anna.profile_id, traits={"city": "Lübeck"}, created_at=LATER)
    await profiles.put(connection, [moved], source="shop", now=LATER)
    assert await rows(connection, "SELECT profile_traits(ARRAY[profile_id]) AS traits, created_at, updated_at FROM profiles") == [
        {"traits": {"city": "Lübeck"}, "created_at": NOW, "updated_at": LATER}
    ]


async def test_of_two_copies_of_a_profile_in_one_batch_the_last_one_counts(connection: Connection) -> None:
    anna = profile(traits={"n": 1})
    again = Profile(profile_id=anna.profile_id, traits={"n": 2}, created_at=NOW)
    await profiles.put(connection, [anna, again], source="shop", now=NOW)
    assert await rows(connection, "SELECT profile_traits(ARRAY[profile_id]) AS traits FROM profiles") == [{"traits": {"n": 2}}]


async def test_a_company_has_members_with_roles_that_may_change(connection: Connection) -> None:
    company, anna = profile(kind="company"), profile()
    await profiles.put(connection, [company, anna], source="shop", now=NOW)
    for role in ("member", "buyer"):
        member = Membership(company_id=company.profile_id, member_id=anna.profile_id, role=role, created_at=NOW)
        assert await profiles.put_memberships(connection, [member]) == 1
    assert await rows(connection, "SELECT member_id, role FROM memberships") == [{"member_id": anna.profile_id, "role": "buyer"}]


async def test_a_machine_stands_where_it_was_last_put(connection: Connection) -> None:
    workshop = profile(kind="company")
    await profiles.put(connection, [workshop], source="shop", now=NOW)
    installation_id = uuid4()
    for place in ("Hall 1", "Hall 2"):
        machine = Installation(installation_id=installation_id, profile_id=workshop.profile_id, product_id="SAW", serial_number="S-1", place=place)
        await profiles.put_installations(connection, [machine], source="erp")
    found = await rows(connection, "SELECT place, serial_number, source FROM installations")
    assert found == [{"place": "Hall 2", "serial_number": "S-1", "source": "erp"}]


async def test_whoever_is_deleted_takes_everything_of_theirs_along(connection: Connection) -> None:
    company, anna = profile(kind="company"), profile(("user_id", "1"))
    await profiles.put(connection, [company, anna], source="shop", now=NOW)
    await profiles.put_memberships(connection, [Membership(company_id=company.profile_id, member_id=anna.profile_id, created_at=NOW)])
    machine = Installation(installation_id=UUID(int=1), profile_id=anna.profile_id, product_id="SAW")
    await profiles.put_installations(connection, [machine], source="erp")
    await connection.execute("DELETE FROM profiles WHERE profile_id = %s", (anna.profile_id,))
    for table in ("identities", "memberships", "installations"):
        assert await rows(connection, f"SELECT * FROM {table}") == []
