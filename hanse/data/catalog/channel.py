"""How the catalog is shown in one channel: language, currency, price list, tax and addresses. Whatever writes products out asks here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from urllib.parse import quote, urljoin, urlsplit

from hanse.base import money
from hanse.data.catalog import records, steps
from hanse.data.catalog.records import Record
from hanse.data.catalog.schemas import Texts
from hanse.data.catalog.steps import Sale

LIST, GROSS, REGULAR = "list", "gross", "-regular"
"""The list of everybody; the one of prices that came with tax; what is put behind a list that has the prices before a reduction."""
NET_CURRENCIES = frozenset({"USD", "CAD"})
"""Where prices are shown without tax: in the United States and in Canada."""
UNKNOWN = "und"


@dataclass(frozen=True)
class Offer:
    """What one piece costs in a channel, as it is shown there."""

    amount_minor: int
    currency: str
    with_tax: bool
    min_quantity: int = 1
    sale: Sale | None = None


@dataclass(frozen=True)
class Channel:
    """For whom the catalog is written."""

    language: str = "de"
    currency: str = "EUR"
    price_list: str = LIST
    tax_rate: Decimal | None = None
    """Share of tax, such as 0.19, that is put on net prices; null leaves them net."""
    base_url: str = ""
    """Where relative addresses begin, such as `https://shop.example`."""
    product_url: str = ""
    """Address of a product without one of its own, `{id}` standing for its id: `https://shop.example/products/{id}`."""
    country: str = ""
    """Country (ISO 3166) that the prices are for; lists of others, such as `list-at`, name theirs."""
    time_zone: str = "Europe/Berlin"

    @property
    def price_lists(self) -> tuple[str, ...]:
        """Return the lists, as regular expressions, that what is shown comes from."""
        own = records.literally(self.price_list)
        return (own, own + REGULAR, *((GROSS, GROSS + REGULAR) if self.price_list == LIST else ()))

    def said(self, texts: Texts) -> str:
        """Return a text in the language of the channel, or one of which nobody says the language; empty where there is none."""
        return texts.get(self.language) or texts.get(UNKNOWN) or ""

    def link(self, record: Record) -> str | None:
        """Return the address of a product's page; null where nobody knows it."""
        own = self.address(record.url) if record.url else None
        if own is None and self.product_url:
            own = self.address(self.product_url.replace("{id}", quote(record.product_id, safe="")))
        return own

    def address(self, reference: str) -> str | None:
        """Return a whole address (http or https) of one, or of a path below the shop's; null for all else."""
        joined = urljoin(self.base_url, reference) if self.base_url else reference
        return joined if is_address(joined) else None

    def pictures(self, record: Record) -> list[str]:
        """Return the addresses of a product's pictures, the best first."""
        named = [record.image_url or "", *(each.reference for each in record.media if each.kind == "image")]
        return list(dict.fromkeys(found for each in named if each and (found := self.address(each))))

    def offers(self, record: Record, now: datetime) -> list[Offer]:
        """Return what a product costs now, by quantity; the list of the channel first, else prices that came with tax."""
        for price_list in (self.price_list, *((GROSS,) if self.price_list == LIST else ())):
            if found := self._offers(record, price_list, now):
                return found
        return []

    def _offers(self, record: Record, price_list: str, now: datetime) -> list[Offer]:
        usual = steps.by_quantity(record.prices, price_list + REGULAR, self.currency)
        found = []
        for (currency, quantity), spans in steps.by_quantity(record.prices, price_list, self.currency).items():
            present = steps.at(spans, now)
            if present is None:
                continue
            amount, sale = steps.sale(spans, now) or (present.amount_minor, None)
            before = steps.at(usual.get((currency, quantity), ()), now)
            if sale is None and before is not None and before.amount_minor > present.amount_minor:
                amount, sale = before.amount_minor, Sale(present.amount_minor)
            found.append(self._offer(amount, sale, currency, quantity, is_gross=price_list == GROSS))
        return found

    def _offer(self, amount: int, sale: Sale | None, currency: str, quantity: int, *, is_gross: bool) -> Offer:
        taxed = 1 + self.tax_rate if self.tax_rate is not None and not is_gross and currency not in NET_CURRENCIES else Decimal(1)
        reduced = Sale(_whole(sale.amount_minor * taxed), sale.start, sale.end) if sale else None
        return Offer(_whole(amount * taxed), currency, is_gross or taxed > 1 or self.tax_rate == 0, quantity, reduced)


def amount_text(amount_minor: int, currency: str) -> str:
    """Return an amount as machines read it.

    >>> amount_text(1250, "EUR"), amount_text(1250, "JPY")
    ('12.50', '1250')
    """
    return f"{Decimal(amount_minor).scaleb(-_digits(currency)):f}"


def is_address(text: str) -> bool:
    """Return whether a text is the address of a page or a file (http or https)."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not set(text) & set(' <>"\t\r\n')


def shown(fact: object, language: str) -> str:
    """Return what a technical fact says, as people read it; empty where it says nothing.

    >>> shown({"value": 18, "unit": "V"}, "de"), shown({"value": {"de": "rot", "en": "red"}}, "en"), shown({"value": True}, "de")
    ('18 V', 'red', 'ja')
    """
    value, unit = (fact.get("value"), fact.get("unit")) if isinstance(fact, dict) and "value" in fact else (fact, None)
    text = plain(value, language)
    return f"{text} {unit}" if text and isinstance(unit, str) and unit else text


def plain(value: object, language: str) -> str:
    """Return a value in a language, without its unit."""
    if isinstance(value, dict):
        texts = {str(code): str(each) for code, each in value.items() if each}
        value = texts.get(language) or texts.get(UNKNOWN) or next(iter(texts.values()), "")
    if isinstance(value, bool):
        return {"de": ("nein", "ja")}.get(language, ("no", "yes"))[value]
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, (plain(each, language) for each in value)))
    return number_text(value) if isinstance(value, int | float) else str(value or "").strip()


def number_text(value: float) -> str:
    """Return a number as machines read it.

    >>> number_text(8.0), number_text(0.25), number_text(1e-07)
    ('8', '0.25', '0.0000001')
    """
    whole = Decimal(str(value))
    return f"{whole.to_integral_value() if whole == whole.to_integral_value() else whole.normalize():f}"


def _whole(amount: Decimal | int) -> int:
    return int(Decimal(amount).to_integral_value(ROUND_HALF_EVEN))


@cache
def _digits(currency: str) -> int:
    return money.digits(currency)
