"""One root and one class per decision a caller can make; the docstring is the message, its `{names}` are the facts.

Raised everywhere; turned into problem documents (RFC 9457), exit codes and console messages by `serve`.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import msgspec


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing wrong with one field of the input, and what to do about it."""

    field: str
    message: str
    remedy: str = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem document (RFC 9457): what every surface answers when something is wrong."""

    type: str
    title: str
    status: int
    detail: str
    fields: tuple[FieldProblem, ...] = ()


class HanseError(Exception):
    """Something went wrong inside Hanse. The log of the server has the details."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, *, fields: tuple[FieldProblem, ...] = (), **facts: Any) -> None:
        """Keep the facts that the docstring names; they become the message."""
        self.facts = facts
        self.fields = fields
        super().__init__(self.detail())

    @classmethod
    def slug(cls) -> str:
        """Return the name in an address: `UnknownProduct` becomes `unknown-product`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def template(cls) -> str:
        """Return the message with its `{names}` unfilled: the key of its translation."""
        return " ".join((cls.__doc__ or "").split())

    def detail(self, template: str | None = None) -> str:
        """Return the message in words, from a translated template where one is given."""
        return (template or self.template()).format_map(_Facts(self.facts))

    @classmethod
    def explanation(cls) -> Problem:
        """Return the problem document of this kind of error, with the names of its facts in the place of facts."""
        title = re.sub(r"(?<!^)(?=[A-Z])", " ", cls.__name__).capitalize()
        return Problem(type=f"/problems/{cls.slug()}", title=title, status=cls.status, detail=cls.template())

    def problem(self, template: str | None = None) -> Problem:
        """Return the problem document of this error."""
        return msgspec.structs.replace(self.explanation(), detail=self.detail(template), fields=self.fields)


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


class InvalidRequest(HanseError):
    """The request cannot be read: {reason}."""

    status = 400
    exit_code = 2


class NotSignedIn(HanseError):
    """This needs an API key. Send it as `Authorization: Bearer KEY`; `hanse key create` makes one."""

    status = 401
    exit_code = 3


class NotAllowed(HanseError):
    """{who} may not use {operation}. Ask an administrator for the scope `{scope}`."""

    status = 403
    exit_code = 3


class UnknownOperation(HanseError):
    """There is no operation {operation}. `hanse call` lists those there are."""

    status = 404
    exit_code = 2


class UndeclaredCall(HanseError):
    """{caller} calls {operation} without declaring it in `calls`."""


class Conflict(HanseError):
    """{what} exists already. Choose another name, or change the one that is there."""

    status = 409
    exit_code = 4


class TooManyRequests(HanseError):
    """This key has used up its {limit} requests. Try again in {retry_after_seconds} seconds."""

    status = 429
    exit_code = 5


class TooLarge(HanseError):
    """The request has more than {limit_bytes} bytes. Send it in smaller parts."""

    status = 413
    exit_code = 2


class Unavailable(HanseError):
    """{what} is not available just now. Try again in a moment; `hanse doctor` says what is wrong."""

    status = 503
    exit_code = 6


class MissingExtra(HanseError):
    """{feature} needs a package that is not installed: pip install 'hanse[{extra}]' installs it."""

    status = 501
    exit_code = 6


class InvalidSetting(HanseError):
    """The setting {setting} has the value {value!r}, but {expected}."""

    exit_code = 2
