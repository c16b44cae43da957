"""People come in by links, sign in with a password, and are locked out when they guess."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from hanse.base import database, errors, ids
from hanse.base.database import Connection
from hanse.data.access import accounts, passwords, sessions
from hanse.data.access.accounts import Account, Permission, Role
from tests.conftest import NOW

PASSWORD = "Hafen und Speicher"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def first(connection: Connection) -> Account:
    token = await accounts.first_link(connection, NOW)
    return await accounts.redeem(connection, token, email="Anna@Example.com ", name="Anna Petersen", password=PASSWORD, now=NOW)


async def invited(connection: Connection, role: Role = Role.MARKETER, email: str = "ben@example.com") -> Account:
    token = await accounts.invite(connection, email, "Ben", role, NOW)
    return await accounts.redeem(connection, token, password=PASSWORD, now=NOW)


async def attempt(connection: Connection, password: str, now: datetime, email: str = "anna@example.com") -> bool:
    return (await accounts.sign_in(connection, email, password, now)).account is not None


async def test_the_first_link_makes_an_administrator(connection: Connection) -> None:
    account = await first(connection)
    assert (account.email, account.name, account.role, account.invited) == ("anna@example.com", "Anna Petersen", Role.ADMIN, False)
    assert await attempt(connection, PASSWORD, NOW, " ANNA@example.com")


async def test_there_is_no_first_link_once_there_is_an_account(connection: Connection) -> None:
    await first(connection)
    with pytest.raises(accounts.AccountsExist):
        await accounts.first_link(connection, NOW)


async def test_a_newer_first_link_replaces_the_older(connection: Connection) -> None:
    old = await accounts.first_link(connection, NOW)
    new = await accounts.first_link(connection, NOW)
    with pytest.raises(accounts.InvalidLink):
        await accounts.look_at_link(connection, old, NOW)
    assert (await accounts.look_at_link(connection, new, NOW)).account_id is None


async def test_a_first_link_expires_after_a_week(connection: Connection) -> None:
    token = await accounts.first_link(connection, NOW)
    await accounts.look_at_link(connection, token, NOW + 7 * 24 * HOUR - MINUTE)
    with pytest.raises(accounts.InvalidLink):
        await accounts.look_at_link(connection, token, NOW + 7 * 24 * HOUR)


async def test_a_first_link_is_worthless_once_somebody_else_was_first(connection: Connection) -> None:
    token = await accounts.first_link(connection, NOW)
    await accounts.invite(connection, "ben@example.com", "Ben", Role.ADMIN, NOW)
    with pytest.raises(accounts.InvalidLink):
        await accounts.redeem(connection, token, email="eve@example.com", name="Eve", password=PASSWORD, now=NOW)


async def test_an_invitation_shows_whom_it_is_for_and_expires_after_a_day(connection: Connection) -> None:
    token = await accounts.invite(connection, "Ben@example.com", "Ben", Role.SERVICE, NOW)
    link = await accounts.look_at_link(connection, token, NOW + 24 * HOUR - MINUTE)
    assert (link.email, link.name, link.invited) == ("ben@example.com", "Ben", True)
    with pytest.raises(accounts.InvalidLink):
        await accounts.look_at_link(connection, token, NOW + 24 * HOUR)


async def test_an_invited_person_keeps_address_and_role_and_may_change_the_name(connection: Connection) -> None:
    token = await accounts.invite(connection, "ben@example.com", "B.", Role.SERVICE, NOW)
    account = await accounts.redeem(connection, token, email="other@example.com", name="Ben Brook", password=PASSWORD, now=NOW)
    assert (account.email, account.name, account.role) == ("ben@example.com", "Ben Brook", Role.SERVICE)


async def test_a_link_works_once(connection: Connection) -> None:
    token = await accounts.invite(connection, "ben@example.com", "Ben", Role.SERVICE, NOW)
    await accounts.redeem(connection, token, password=PASSWORD, now=NOW)
    with pytest.raises(accounts.InvalidLink):
        await accounts.redeem(connection, token, password=PASSWORD, now=NOW)


async def test_a_link_works_once_even_for_two_at_the_same_moment(database_url: str) -> None:
    async with await database.connect(database_url) as one, await database.connect(database_url) as two:
        token = await accounts.first_link(one, NOW)
        await one.commit()

        async def redeem(connection: Connection, email: str) -> bool:
            try:
                await accounts.redeem(connection, token, email=email, name="Anna", password=PASSWORD, now=NOW)
            except accounts.InvalidLink:
                return False
            await connection.commit()
            return True

        assert sorted(await asyncio.gather(redeem(one, "one@example.com"), redeem(two, "two@example.com"))) == [False, True]


async def test_an_e_mail_address_has_one_account(connection: Connection) -> None:
    await invited(connection)
    with pytest.raises(errors.Conflict, match=r"ben@example\.com"):
        await accounts.invite(connection, "BEN@example.com", "Ben", Role.VIEWER, NOW)


@pytest.mark.parametrize("email", ["", "ben", "@example.com", "b en@example.com", "ben@", "b\x00@\x01"])
async def test_an_address_has_to_look_like_one(connection: Connection, email: str) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        await accounts.invite(connection, email, "Ben", Role.VIEWER, NOW)
    assert caught.value.fields[0].field == "email"


async def test_the_first_administrator_needs_a_name(connection: Connection) -> None:
    token = await accounts.first_link(connection, NOW)
    with pytest.raises(errors.InvalidRequest, match="name"):
        await accounts.redeem(connection, token, email="anna@example.com", name=" ", password=PASSWORD, now=NOW)


@pytest.mark.parametrize("password", ["elevenchars", "Anna@example.com", "anna  petersen", "PetersenAnna", "x" * 1025])
async def test_a_weak_password_is_refused_and_the_link_still_works(connection: Connection, password: str) -> None:
    token = await accounts.first_link(connection, NOW)
    with pytest.raises(passwords.WeakPassword) as caught:
        await accounts.redeem(connection, token, email="anna@example.com", name="Anna Petersen", password=password, now=NOW)
    assert caught.value.fields[0].field == "password"
    assert await accounts.look_at_link(connection, token, NOW)


async def test_a_reset_link_changes_the_password_and_signs_out(connection: Connection) -> None:
    account = await first(connection)
    session = await sessions.begin(connection, account.account_id, NOW)
    old = await accounts.reset_link(connection, account.account_id, NOW)
    token = await accounts.reset_link(connection, "Anna@example.com", NOW)
    assert not (await accounts.look_at_link(connection, token, NOW)).invited
    await accounts.redeem(connection, token, password="another good one", now=NOW)
    assert await sessions.find(connection, session.secret, NOW) is None
    assert not await attempt(connection, PASSWORD, NOW)
    assert await attempt(connection, "another good one", NOW)
    with pytest.raises(accounts.InvalidLink):
        await accounts.look_at_link(connection, old, NOW)


async def test_a_reset_link_needs_an_account(connection: Connection) -> None:
    for nobody in (ids.new(NOW), "nobody@example.com"):
        with pytest.raises(accounts.UnknownAccount):
            await accounts.reset_link(connection, nobody, NOW)


async def test_unknown_addresses_and_wrong_passwords_end_the_same(connection: Connection) -> None:
    await first(connection)
    wrong = await accounts.sign_in(connection, "anna@example.com", "a wrong password", NOW)
    unknown = await accounts.sign_in(connection, "nobody@example.com", PASSWORD, NOW)
    assert wrong == unknown
    with pytest.raises(accounts.SignInRefused):
        unknown.accepted()


async def test_who_has_not_set_a_password_cannot_sign_in(connection: Connection) -> None:
    await accounts.invite(connection, "ben@example.com", "Ben", Role.VIEWER, NOW)
    assert not await attempt(connection, "", NOW, "ben@example.com")
    assert not await attempt(connection, passwords.NOBODY, NOW, "ben@example.com")


async def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(connection: Connection) -> None:
    await first(connection)
    for _ in range(4):
        await attempt(connection, "wrong", NOW)
    assert await attempt(connection, PASSWORD, NOW)
    for _ in range(5):
        await attempt(connection, "wrong", NOW)
    assert not await attempt(connection, PASSWORD, NOW + 14 * MINUTE)
    assert await attempt(connection, PASSWORD, NOW + 15 * MINUTE)


async def test_the_lock_doubles_with_each_further_failure_up_to_a_day(connection: Connection) -> None:
    account, now, locks = await first(connection), NOW, []
    for _ in range(4):
        await attempt(connection, "wrong", now)
    for _ in range(9):
        await attempt(connection, "wrong", now)
        until = (await accounts.find(connection, account.account_id)).locked_until
        assert until is not None
        locks.append((until - now) / MINUTE)
        now = until
    assert locks == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


async def test_guesses_during_a_lock_do_not_prolong_it(connection: Connection) -> None:
    account = await first(connection)
    for _ in range(8):
        await attempt(connection, "wrong", NOW)
    assert (await accounts.find(connection, account.account_id)).locked_until == NOW + 15 * MINUTE


async def test_many_guesses_at_once_are_counted_one_by_one(database_url: str) -> None:
    async def guess(password: str) -> bool:
        async with await database.connect(database_url) as own:
            return await attempt(own, password, NOW)

    async with await database.connect(database_url) as connection:
        await first(connection)
        await connection.commit()
        assert not any(await asyncio.gather(*(guess("wrong") for _ in range(6))))
        assert not await attempt(connection, PASSWORD, NOW)


async def test_signing_in_forgets_failures_and_is_noted(connection: Connection) -> None:
    await first(connection)
    for hour in range(3):
        for _ in range(4):
            await attempt(connection, "wrong", NOW)
        assert await attempt(connection, PASSWORD, NOW + hour * HOUR)
    assert (await accounts.find_by_email(connection, "anna@example.com")).last_seen_at == NOW + 2 * HOUR


async def test_an_outdated_hash_is_renewed_at_sign_in(connection: Connection) -> None:
    import argon2

    account = await first(connection)
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    await connection.execute("UPDATE console_accounts SET password_hash = %s WHERE account_id = %s", (old, account.account_id))
    assert await attempt(connection, PASSWORD, NOW)
    row = await (await connection.execute("SELECT password_hash FROM console_accounts")).fetchone()
    assert row is not None
    assert not passwords.is_outdated(row["password_hash"])
    assert await attempt(connection, PASSWORD, NOW)


async def test_the_hash_for_nobody_costs_as_much_as_a_real_one() -> None:
    assert not passwords.is_outdated(passwords.NOBODY)
    assert not await passwords.matches("nobody has this password", None)


async def test_umlauts_match_however_the_keyboard_writes_them() -> None:
    assert await passwords.matches("Schra\u0308glage im Hafen", await passwords.hashed("Schräglage im Hafen"))


async def test_a_disabled_account_is_shut_out_until_it_is_enabled(connection: Connection) -> None:
    await first(connection)
    ben = await invited(connection)
    session = await sessions.begin(connection, ben.account_id, NOW)
    link = await accounts.reset_link(connection, ben.account_id, NOW)
    disabled = await accounts.disable(connection, ben.account_id, NOW)
    assert disabled.disabled_at == NOW
    assert await sessions.find(connection, session.secret, NOW) is None
    assert not await attempt(connection, PASSWORD, NOW, ben.email)
    with pytest.raises(accounts.InvalidLink):
        await accounts.redeem(connection, link, password=PASSWORD, now=NOW)
    await accounts.enable(connection, ben.account_id)
    assert await attempt(connection, PASSWORD, NOW, ben.email)


async def test_the_last_administrator_stays(connection: Connection) -> None:
    anna = await first(connection)
    await accounts.invite(connection, "ben@example.com", "Ben", Role.ADMIN, NOW)
    with pytest.raises(accounts.LastAdministrator, match="Anna Petersen"):
        await accounts.disable(connection, anna.account_id, NOW)
    with pytest.raises(accounts.LastAdministrator):
        await accounts.change_role(connection, anna.account_id, Role.VIEWER)


async def test_an_administrator_may_go_when_another_is_there(connection: Connection) -> None:
    anna, ben = await first(connection), await invited(connection, Role.ADMIN)
    assert (await accounts.change_role(connection, anna.account_id, Role.VIEWER)).role is Role.VIEWER
    with pytest.raises(accounts.LastAdministrator):
        await accounts.disable(connection, ben.account_id, NOW)


async def test_two_administrators_cannot_demote_each_other_at_once(database_url: str) -> None:
    async with await database.connect(database_url) as one, await database.connect(database_url) as two:
        anna, ben = await first(one), await invited(one, Role.ADMIN)
        await one.commit()

        async def demote(connection: Connection, account: Account) -> bool:
            try:
                await accounts.change_role(connection, account.account_id, Role.VIEWER)
            except accounts.LastAdministrator:
                return False
            await connection.commit()
            return True

        assert sorted(await asyncio.gather(demote(one, ben), demote(two, anna))) == [False, True]


async def test_accounts_that_do_not_exist_are_said_so(connection: Connection) -> None:
    for call in (accounts.find, accounts.enable):
        with pytest.raises(accounts.UnknownAccount):
            await call(connection, ids.new(NOW))
    with pytest.raises(accounts.UnknownAccount):
        await accounts.find_by_email(connection, "nobody@example.com")


async def test_the_list_has_those_in_use_first(connection: Connection) -> None:
    await first(connection)
    ben = await invited(connection)
    cleo = await invited(connection, email="aaa@example.com")
    await accounts.disable(connection, cleo.account_id, NOW)
    assert [(each.email, each.invited) for each in await accounts.list_all(connection)] == [
        ("anna@example.com", False),
        (ben.email, False),
        ("aaa@example.com", False),
    ]


def test_personal_data_and_the_audit_log_are_for_few() -> None:
    allowed = {permission: {role for role in Role if permission in accounts.SCOPES_BY_ROLE[role]} for permission in Permission}
    assert allowed[Permission.SEE] == set(Role)
    assert allowed[Permission.PERSONAL_DATA] == {Role.SERVICE, Role.PRIVACY, Role.ADMIN}
    assert allowed[Permission.AUDIT] == allowed[Permission.RETENTION] == allowed[Permission.PRIVACY] == {Role.PRIVACY, Role.ADMIN}
    assert allowed[Permission.KEYS] == allowed[Permission.PEOPLE] == allowed[Permission.IMPORT] == {Role.ADMIN}
    assert allowed[Permission.REPAIR] <= allowed[Permission.PERSONAL_DATA]


async def test_an_account_knows_what_it_may(connection: Connection) -> None:
    marketer = await invited(connection, Role.MARKETER)
    assert marketer.may(Permission.TRAIN)
    assert not marketer.may(Permission.PEOPLE)
