"""One shop that is connected, as its source sees it: where it is, how it is read, and the secrets shared with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.sources.source import amounts


class Secrets(Mapping[str, str]):
    """Keys and passwords by name, which show themselves in no log and no trace."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Hold some secrets."""
        self._values = dict(values)

    def __getitem__(self, name: str) -> str:
        """Return one secret."""
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Go through their names."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._values)

    def __repr__(self) -> str:
        """Return their names alone."""
        return f"Secrets({', '.join(sorted(self._values))})"


PimField = Literal["title", "description", "brand", "gtin", "image", "price"]


class Options(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one shop is to be read."""

    language: Annotated[str, Meta(pattern=r"^([a-z]{2,3})?$")] = ""
    """Language of texts that do not say it; empty means that of the settings."""
    currency: Annotated[str, Meta(pattern=r"^([A-Z]{3})?$")] = ""
    """Currency of prices that do not say it; empty means that of the settings."""
    included_tax_percent: Decimal = Decimal(0)
    """Tax that the shop's product prices include, in percent; 0 where they are net. Shopware says it itself."""
    since: datetime | None = None
    """Moment from which polls read; null reads everything the shop gives."""
    storefront_url: str = ""
    """Address of the shop's pages where it is not the one of its interface."""
    api_version: str = ""
    """Version of the shop's interface; empty means the one that Hanse was made for."""
    app_name: str = "Hanse"
    """Name of the app in Shopware; part of the handshake."""
    channel: Annotated[str, Meta(max_length=100)] = ""
    """Channel of a PIM whose values are read; empty means the first that has any."""
    attributes: dict[PimField, Annotated[str, Meta(min_length=1, max_length=100)]] = {}
    """Codes of the attributes of a PIM by the field they are, where they are called otherwise than usual: `{"price": "list_price"}`.

    Prices are read only where their attribute is named here, as usually the shop says them.
    """
    media_url: Annotated[str, Meta(pattern=r"^(https?://[^\s]+)?$", max_length=500)] = ""
    """Address below which the media files of a PIM lie for everybody; empty where there is none."""
    allow_private: bool = False
    """Whether the shop may stand in a private network and be reached without TLS."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What a source knows of the shop it reads."""

    connection_id: UUID
    name: str
    system: str
    source: str
    """Name of the shop in the log."""
    url: str
    language: str
    currency: str
    options: Options
    secrets: Secrets

    @property
    def host(self) -> str:
        """Return the host of its address, in lower case."""
        return (urlsplit(self.url).hostname or "").lower()

    @property
    def storefront(self) -> str:
        """Return the address of its pages."""
        return (self.options.storefront_url or self.url).rstrip("/")

    def net(self, price: Decimal, currency: str) -> Decimal:
        """Return a product's price without the tax that prices of this shop include."""
        included = self.options.included_tax_percent
        return amounts.rounded(price / (1 + included / 100), currency) if included else price
