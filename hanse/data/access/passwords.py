"""Passwords of people: what they have to be, and their slow hashes (Argon2id with the parameters of RFC 9106, section 4).

Hashing takes a tenth of a second and 64 MiB; it runs in two threads of its own, so that neither the event loop nor the memory
suffers when many sign in at once.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from hanse.base import errors

SHORTEST = 12
LONGEST = 1024
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$mBELcIyokVUBf7NDjA/p/w$DLEeWi780gqQhnRmpg+mCLeVTRHGBPISrhdcfEs4IJQ"
"""A hash that no password is compared with in earnest: who has no account takes as long as who has one."""

ResultT = TypeVar("ResultT")

_hasher = argon2.PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")


class WeakPassword(errors.HanseError):
    """This password does not protect the account: {reason}."""

    status = 400
    exit_code = 2


def check(password: str, *, email: str, name: str) -> None:
    """Refuse a password that is too short, too long, or the person's own name or address; raises `WeakPassword`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise _weak(f"it needs {SHORTEST} to {LONGEST} characters")
    own = {_folded(email), _folded(email.partition("@")[0]), _folded(name), _folded("".join(reversed(name.split())))}
    if _folded(password) in own:
        raise _weak("it is your own name or e-mail address")


async def hashed(password: str) -> str:
    """Return the hash of a password to keep."""
    return await _in_thread(lambda: _hasher.hash(_normal(password)))


async def matches(password: str, password_hash: str | None) -> bool:
    """Return whether a password is the one a hash was made of; takes as long where there is no hash."""
    right = await _in_thread(lambda: _verify(password, password_hash or NOBODY))
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Return whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _verify(password: str, password_hash: str) -> bool:
    try:
        return len(password) <= LONGEST and _hasher.verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """Write an ä the same way, whichever keyboard it comes from."""
    return unicodedata.normalize("NFC", password)


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def _weak(reason: str) -> WeakPassword:
    return WeakPassword(reason=reason, fields=(errors.FieldProblem(field="password", message=reason, remedy="Choose another password."),))


async def _in_thread(work: Callable[[], ResultT]) -> ResultT:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)
