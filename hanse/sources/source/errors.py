"""What can go wrong between an outside system and the log."""

from __future__ import annotations

from hanse.base.errors import HanseError


class Unmappable(HanseError):
    """This cannot be taken in: {field}: {reason}."""

    status = 422
    exit_code = 2

    @property
    def field(self) -> str:
        """Return the field that is wrong, as a path."""
        return str(self.facts["field"])

    @property
    def reason(self) -> str:
        """Return what is wrong with it, without its value."""
        return str(self.facts["reason"])


class NeedsShop(HanseError):
    """The shop has to be asked for {what}. Give the connection access to the interface of the shop."""

    status = 409
    exit_code = 4


class ShopUnavailable(HanseError):
    """The shop {host} does not answer: {reason}. It is asked again later."""

    status = 503
    exit_code = 6


class ShopRefused(HanseError):
    """The shop {host} refuses {path}: {reason}. Check the keys of the connection and what they may read."""

    status = 502
    exit_code = 6


class NotThere(ShopRefused):
    """The shop {host} has nothing at {path}."""


class AddressNotAllowed(HanseError):
    """{host} is not an address on the internet. Connect the shop with the option `allow_private` where it stands in your own network."""

    status = 422
    exit_code = 2
