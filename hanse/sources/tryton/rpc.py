"""Tryton's JSON-RPC: a session for a user, and values that JSON does not have, such as moments and amounts, as tagged objects."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from hanse.base.errors import HanseError

Post = Callable[[str, object, Mapping[str, str]], Awaitable[bytes]]
"""Sends content to a path with headers, and returns the answer."""
PATH = "/rpc/"
KINDS = frozenset({"UserError", "UserWarning", "LoginException", "ConcurrencyException"})
"""Errors by the names that Tryton gives them; others are faults. What they say is not kept, as it may quote values."""


class TrytonFault(HanseError):
    """Tryton answers {method} with an error: {kind}."""

    status = 502
    exit_code = 6


class _Answer(msgspec.Struct):
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: Any = None


class Rpc:
    """A session of one user with one database."""

    def __init__(self, post: Post, user: str, password: str) -> None:
        """Ask by a way that is open already."""
        self._post = post
        self._user = user
        self._password = password
        self._session = ""
        self._context: dict[str, Any] = {}

    async def call(self, method: str, *params: Any) -> Any:
        """Call a method in the context of the user; raises `TrytonFault` and what the way raises."""
        return untagged(msgspec.json.decode(await self.raw(method, *params)))

    async def raw(self, method: str, *params: Any, **context: Any) -> msgspec.Raw:
        """Call a method; return its answer as it came."""
        if not self._session:
            await self._log_in()
        return await self._ask(method, [*params, {**self._context, **context}], {"Authorization": f"Session {self._session}"})

    def forget(self) -> None:
        """Log in anew the next time, as the session is too old."""
        self._session = ""

    async def _log_in(self) -> None:
        found = msgspec.json.decode(await self._ask("common.db.login", [self._user, {"password": self._password}], {}))
        if not isinstance(found, list) or len(found) < 2:
            raise TrytonFault(method="common.db.login", kind="LoginException")
        token = f"{self._user}:{found[0]}:{found[1]}"
        self._session = base64.b64encode(token.encode()).decode()
        # what the client of Tryton does: company and language of the user decide about prices and texts
        preferences = msgspec.json.decode(await self.raw("model.res.user.get_preferences", True))  # a parameter of Tryton's
        self._context = {name: value for name, value in preferences.items() if name in {"company", "companies", "employee", "groups", "language"}}

    async def _ask(self, method: str, params: list[Any], headers: Mapping[str, str]) -> msgspec.Raw:
        body = await self._post(PATH, {"id": 1, "method": method, "params": params}, headers)
        try:
            answer = msgspec.json.decode(body, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TrytonFault(method=method, kind="no JSON") from error
        if answer.error is not None:
            raise TrytonFault(method=method, kind=_kind(answer.error))
        return answer.result


def moment(at: datetime) -> dict[str, Any]:
    """Return a moment as Tryton writes it, in UTC."""
    at = at.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{name: getattr(at, name) for name in names}}


def tagged(value: Any) -> Any:
    """Return a value as Tryton writes it: amounts are tagged, moments in UTC."""
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, dict):
        return {name: tagged(each) for name, each in value.items()}
    return [tagged(each) for each in value] if isinstance(value, list | tuple) else value


def untagged(value: Any) -> Any:
    """Return a value of Tryton's as one of ours: moments are aware and in UTC."""
    if isinstance(value, list):
        return [untagged(each) for each in value]
    if not isinstance(value, dict):
        return value
    known = _TAGS.get(value.get("__class__", ""))
    return known(value) if known else {name: untagged(each) for name, each in value.items()}


def _datetime(value: dict[str, Any]) -> datetime:
    return datetime(value["year"], value["month"], value["day"], value["hour"], value["minute"], value["second"], value["microsecond"], tzinfo=UTC)


_TAGS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "datetime": _datetime,
    "date": lambda value: date(value["year"], value["month"], value["day"]),
    "Decimal": lambda value: Decimal(value["decimal"]),
}


def _kind(error: Any) -> str:
    first = error[0] if isinstance(error, list) and error else error
    return first if isinstance(first, str) and first in KINDS else "a fault"
