"""Accounts of people who use the console: roles, invitations, signing in with a lock against guessing.

Nobody here commits. For `sign_in` that matters: it returns its outcome instead of raising, so that the caller commits in both
cases and a wrong password is counted.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import LiteralString
from uuid import UUID

from hanse.base import errors, ids
from hanse.base.database import Connection, Queries
from hanse.data.access import passwords

queries = Queries(__package__)

LINK_LIFETIME = timedelta(hours=24)
FIRST_LINK_LIFETIME = timedelta(days=7)
ALLOWED_FAILURES = 5
SHORTEST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=24)
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
LONGEST_NAME = 200


class Role(StrEnum):
    """What somebody is in the console."""

    VIEWER = "viewer"
    MARKETER = "marketer"
    SERVICE = "service"
    PRIVACY = "privacy"
    ADMIN = "admin"


class Permission(StrEnum):
    """What somebody may do in the console."""

    SEE = "see"
    """See every page, personal data masked."""
    PERSONAL_DATA = "personal_data"
    """Have personal data shown in clear."""
    IMPORT = "import"
    TRAIN = "train"
    EXPERIMENT = "experiment"
    """Change the settings of experiments and the rules of capabilities."""
    KEYS = "keys"
    PEOPLE = "people"
    """Invite people, change their roles, shut their accounts."""
    AUDIT = "audit"
    REPAIR = "repair"
    """Repair and replay what could not be taken in; its rows show personal data."""
    RETENTION = "retention"
    """Say how long events are kept; what is older is deleted."""
    PRIVACY = "privacy"
    """Answer people who ask for a right of theirs: give access, restrict, erase."""


SCOPES_BY_ROLE: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.SEE}),
    Role.MARKETER: frozenset({Permission.SEE, Permission.TRAIN, Permission.EXPERIMENT}),
    Role.SERVICE: frozenset({Permission.SEE, Permission.PERSONAL_DATA}),
    Role.PRIVACY: frozenset({Permission.SEE, Permission.PERSONAL_DATA, Permission.AUDIT, Permission.RETENTION, Permission.PRIVACY}),
    Role.ADMIN: frozenset(Permission),
}
"""What each role may do."""


class UnknownAccount(errors.HanseError):
    """There is no account {account}."""

    status = 404
    exit_code = 2


class AccountsExist(errors.HanseError):
    """There are accounts already. Ask an administrator for an invitation."""

    status = 409
    exit_code = 4


class LastAdministrator(errors.HanseError):
    """{name} is the last administrator. Make somebody else an administrator first."""

    status = 409
    exit_code = 4


class InvalidLink(errors.HanseError):
    """This link was used already, has expired or was replaced. Ask an administrator for a new one."""

    status = 403
    exit_code = 3


class SignInRefused(errors.HanseError):
    """The e-mail address or the password is wrong, or there were too many wrong ones. After five the account is locked for a while."""

    status = 401
    exit_code = 3


@dataclass(frozen=True)
class Account:
    """A person who uses the console."""

    account_id: UUID
    email: str
    name: str
    role: Role
    invited: bool
    """Whether they have no password yet."""
    created_at: datetime
    last_seen_at: datetime | None
    locked_until: datetime | None
    disabled_at: datetime | None

    def __post_init__(self) -> None:
        """Take the role as the database gives it."""
        object.__setattr__(self, "role", Role(self.role))

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return all they may do."""
        return SCOPES_BY_ROLE[self.role]

    def may(self, permission: Permission) -> bool:
        """Return whether they may do something."""
        return permission in self.permissions


@dataclass(frozen=True)
class SignIn:
    """How an attempt to sign in ended: with an account, or refused."""

    account: Account | None

    def accepted(self) -> Account:
        """Return the account; raises `SignInRefused`. Call it once the attempt is committed."""
        if self.account is None:
            raise SignInRefused
        return self.account


@dataclass(frozen=True)
class Link:
    """A link that can still be used: the first administrator's where it has no account."""

    account_id: UUID | None
    email: str
    name: str
    invited: bool
    """Whether it invites somebody; otherwise it replaces a lost password."""


async def invite(connection: Connection, email: str, name: str, role: Role, now: datetime) -> str:
    """Make an account without a password and return the secret of the link, good for 24 hours, that sets one.

    Raises `Conflict` where the e-mail address has an account.
    """
    account = await _insert(connection, (email, name, role), None, now)
    return await _link(connection, account.account_id, LINK_LIFETIME, now)


async def first_link(connection: Connection, now: datetime) -> str:
    """Return the secret of the link, good for 7 days, that makes the first administrator; older ones stop working.

    Raises `AccountsExist` as soon as there is any account.
    """
    await connection.execute(queries["lock_accounts"])
    if await _exists(connection, queries["any_account"]):
        raise AccountsExist
    return await _link(connection, None, FIRST_LINK_LIFETIME, now)


async def reset_link(connection: Connection, person: UUID | str, now: datetime) -> str:
    """Return the secret of a link, good for 24 hours, by which somebody sets a new password; older ones stop working.

    The account is given by its id or its e-mail address; raises `UnknownAccount`.
    """
    account = await (find(connection, person) if isinstance(person, UUID) else find_by_email(connection, person))
    return await _link(connection, account.account_id, LINK_LIFETIME, now)


async def look_at_link(connection: Connection, token: str, now: datetime) -> Link:
    """Return what a link is for, without using it; raises `InvalidLink`."""
    row = await (await connection.execute(queries["find_link"], {"link_hash": _hash(token), "now": now})).fetchone()
    if row is None:
        raise InvalidLink
    return Link(row["account_id"], row["email"] or "", row["name"] or "", row["invited"])


async def redeem(connection: Connection, token: str, *, email: str = "", name: str = "", password: str, now: datetime) -> Account:
    """Set the password of the account a link is for, or make the first administrator; a link works once.

    The first administrator gives e-mail address and name. Others keep the address they were invited by and may change their name.
    They are signed out everywhere. Raises `InvalidLink` and `WeakPassword`, the latter without using the link up.
    """
    link = await look_at_link(connection, token, now)
    name = name.strip() or link.name
    passwords.check(password, email=link.email or email, name=name)
    password_hash = await passwords.hashed(password)
    await connection.execute(queries["use_link"], {"link_hash": _hash(token), "now": now})
    if link.account_id is None:
        return await _first(connection, email, name, password_hash, now)
    await connection.execute(queries["delete_open_links"], {"account_id": link.account_id})
    await connection.execute(queries["end_sessions_of_account"], {"account_id": link.account_id})
    changed = {"account_id": link.account_id, "name": _checked_name(name), "password_hash": password_hash, "now": now}
    return await _one(connection, queries["set_password"], changed)


async def sign_in(connection: Connection, email: str, password: str, now: datetime) -> SignIn:
    """Check an e-mail address and a password; commit, then ask the outcome for its account.

    Five wrong passwords lock an account for 15 minutes, each further one for twice as long, up to a day. An unknown address, a
    wrong password and a locked account take equally long and end the same, so that nobody learns who has an account.
    """
    row = await (await connection.execute(queries["find_password"], {"email": _folded(email)})).fetchone()
    right = await passwords.matches(password, row["password_hash"] if row else None)
    if row is None:
        return SignIn(None)
    if not right:
        await _count_failure(connection, row["account_id"], now)
        return SignIn(None)
    renewed = await passwords.hashed(password) if passwords.is_outdated(row["password_hash"]) else None
    found = {"account_id": row["account_id"], "password_hash": renewed, "now": now}
    admitted = await (await connection.execute(queries["sign_in_succeeded"], found)).fetchone()
    return SignIn(Account(**admitted) if admitted else None)


async def find(connection: Connection, account_id: UUID) -> Account:
    """Return an account; raises `UnknownAccount`."""
    return await _one(connection, queries["find_account"], {"account_id": account_id})


async def find_by_email(connection: Connection, email: str) -> Account:
    """Return the account of an e-mail address; raises `UnknownAccount`."""
    row = await (await connection.execute(queries["find_account_by_email"], {"email": _folded(email)})).fetchone()
    if row is None:
        raise UnknownAccount(account=email)
    return Account(**row)


async def list_all(connection: Connection) -> list[Account]:
    """Return all accounts, those in use first."""
    return [Account(**row) async for row in await connection.execute(queries["list_accounts"])]


async def change_role(connection: Connection, account_id: UUID, role: Role) -> Account:
    """Give somebody another role, at once; raises `LastAdministrator` and `UnknownAccount`."""
    if role is not Role.ADMIN:
        await _keep_an_administrator(connection, account_id)
    return await _one(connection, queries["change_role"], {"account_id": account_id, "role": role.value})


async def disable(connection: Connection, account_id: UUID, now: datetime) -> Account:
    """Shut an account, sign it out and take its links back; raises `LastAdministrator` and `UnknownAccount`."""
    await _keep_an_administrator(connection, account_id)
    await connection.execute(queries["end_sessions_of_account"], {"account_id": account_id})
    await connection.execute(queries["delete_open_links"], {"account_id": account_id})
    return await _one(connection, queries["disable_account"], {"account_id": account_id, "now": now})


async def enable(connection: Connection, account_id: UUID) -> Account:
    """Open an account again with the password it had; raises `UnknownAccount`."""
    return await _one(connection, queries["enable_account"], {"account_id": account_id})


async def _keep_an_administrator(connection: Connection, account_id: UUID) -> None:
    await connection.execute(queries["lock_accounts"])
    account = await find(connection, account_id)
    active = account.role is Role.ADMIN and account.disabled_at is None and not account.invited
    if active and not await _exists(connection, queries["other_administrators"], {"account_id": account_id}):
        raise LastAdministrator(name=account.name)


async def _first(connection: Connection, email: str, name: str, password_hash: str, now: datetime) -> Account:
    await connection.execute(queries["lock_accounts"])
    if await _exists(connection, queries["any_account"]):
        raise InvalidLink
    return await _insert(connection, (email, name, Role.ADMIN), password_hash, now)


async def _insert(connection: Connection, person: tuple[str, str, Role], password_hash: str | None, now: datetime) -> Account:
    email, name, role = person
    address = _checked_email(email)
    row = {"account_id": ids.new(now), "email": address, "name": _checked_name(name), "role": role.value, "password_hash": password_hash}
    inserted = await (await connection.execute(queries["insert_account"], {**row, "now": now})).fetchone()
    if inserted is None:
        raise errors.Conflict(what=f"An account for {address}")
    return Account(**inserted)


async def _link(connection: Connection, account_id: UUID | None, lifetime: timedelta, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    await connection.execute(queries["delete_open_links"], {"account_id": account_id})
    row = {"link_hash": _hash(token), "account_id": account_id, "now": now, "expires_at": now + lifetime}
    await connection.execute(queries["insert_link"], row)
    return token


async def _count_failure(connection: Connection, account_id: UUID, now: datetime) -> None:
    limits = {"allowed": ALLOWED_FAILURES, "shortest": SHORTEST_LOCK, "longest": LONGEST_LOCK}
    await connection.execute(queries["sign_in_failed"], {"account_id": account_id, "now": now, **limits})


async def _one(connection: Connection, statement: LiteralString, values: Mapping[str, object]) -> Account:
    row = await (await connection.execute(statement, values)).fetchone()
    if row is None:
        raise UnknownAccount(account=values["account_id"])
    return Account(**row)


async def _exists(connection: Connection, statement: LiteralString, values: Mapping[str, object] | None = None) -> bool:
    row = await (await connection.execute(statement, values)).fetchone()
    return bool(row and row["found"])


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _folded(email: str) -> str:
    return email.strip().lower().replace("\x00", "")


def _checked_email(email: str) -> str:
    address = _folded(email)
    if not EMAIL.fullmatch(address) or not address.isprintable():
        raise _invalid("email", "an e-mail address such as name@example.com is expected")
    return address


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise _invalid("name", f"a name of 1 to {LONGEST_NAME} visible characters is expected")
    return name


def _invalid(field: str, reason: str) -> errors.InvalidRequest:
    return errors.InvalidRequest(reason=f"{field}: {reason}", fields=(errors.FieldProblem(field=field, message=reason),))
