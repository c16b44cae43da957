"""What callers can do something about when they connect shops or shops write to us."""

from __future__ import annotations

from hanse.base.errors import HanseError


class UnknownConnection(HanseError):
    """There is no connection {name}. `hanse shops` lists those there are."""

    status = 404
    exit_code = 2


class UnknownSystem(HanseError):
    """{system} is no shop system that can be connected, only {systems}."""

    status = 422
    exit_code = 2


class InvalidConnection(HanseError):
    """The connection cannot be made: {what} {reason}."""

    status = 422
    exit_code = 2


class NotAuthentic(HanseError):
    """The signature is missing or wrong. Check that the shop signs with the secret of this connection."""

    status = 401
    exit_code = 3


class UnreadableSecrets(HanseError):
    """The secrets of {name} cannot be read with the key in {path}. Connect the shop again, or bring back the key file it was connected with."""

    exit_code = 6


class WrongShop(HanseError):
    """The shop {found} does not belong to the connection {name}, which is for {host}. Connect it under a name of its own."""

    status = 403
    exit_code = 3


def told(error: Exception) -> str:
    """Return what may be kept and shown of an error: its words where they are ours, else its kind, as its words may quote values."""
    return error.detail() if isinstance(error, HanseError) else type(error).__name__
