"""Prices as BMEcat writes them: what holds when, by list, currency and least quantity, together with its dates."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hanse.data.catalog import channel as channels
from hanse.data.catalog import records, steps
from hanse.data.catalog.channel import GROSS, LIST, Channel
from hanse.data.catalog.facts import bare
from hanse.data.catalog.records import Record
from hanse.data.catalog.steps import ALWAYS, EVER
from hanse.sources.feeds.shortfalls import Shortfalls
from hanse.sources.feeds.writing import Book, element, nested

TYPES = {LIST: "net_list", "rrp": "nrp", GROSS: "gros_list"}
LISTS = (LIST, "rrp", "udp_[A-Za-z0-9_]{1,16}")
_ABROAD = re.compile(rf"{LIST}-([a-z]{{2}})")
AGREEMENT, BUYER, EXPRESS = "agreement-", "buyer-", "-express"


def buyer_of(channel: Channel) -> tuple[str, str]:
    """Return for whom the prices of one customer are, as an agreement or a buyer; empty where they are for everybody."""
    own = channel.price_list
    if own in TYPES or own.startswith("udp_"):
        return "", ""
    return ("agreement", own.removeprefix(AGREEMENT)) if own.startswith(AGREEMENT) else ("buyer", own.removeprefix(BUYER))


def price_lists(channel: Channel) -> tuple[str, ...]:
    """Return the lists that go into the file: those of everybody, of other countries, and of the one customer it is for."""
    own = () if channel.price_list in TYPES else (records.literally(channel.price_list), records.literally(channel.price_list + EXPRESS))
    return (*LISTS, *((f"{LIST}-[a-z]{{2}}",) if channel.country else ()), *((GROSS,) if channel.tax_rate is not None else ()), *own)


def prices(record: Record, book: Book, found: Shortfalls) -> str:
    """Return the prices of a product that hold now or later; empty where there are none."""
    quantity = _price_quantity(record, found)
    by_time: dict[tuple[datetime, datetime], list[str]] = defaultdict(list)
    has_net = any(each.price_list == LIST for each in record.prices)
    for price_list in sorted({each.price_list for each in record.prices}, key=_order):
        if (price_list == GROSS and has_net) or price_list == f"{LIST}-{book.channel.country.lower()}":
            continue
        for (currency, least), spans in steps.by_quantity(record.prices, price_list).items():
            for step in spans:
                if step.end > book.now:
                    exact = Decimal(channels.amount_text(step.amount_minor, currency)) * quantity
                    by_time[step.start, step.end].append(_price(price_list, f"{exact:f}", currency, least, book.channel))
    return "".join(nested("PRODUCT_PRICE_DETAILS", (*_dates(*key, book.channel), *by_time[key])) for key in sorted(by_time))


def _price(price_list: str, amount: str, currency: str, least: int, channel: Channel) -> str:
    abroad = _ABROAD.fullmatch(price_list) if price_list != channel.price_list else None
    said = (
        element("PRICE_AMOUNT", amount),
        element("PRICE_CURRENCY", currency),
        element("TAX", f"{channel.tax_rate:f}" if channel.tax_rate is not None else ""),
        element("LOWER_BOUND", least),
        element("TERRITORY", abroad[1].upper() if abroad else ""),
    )
    return nested("PRODUCT_PRICE", said, {"price_type": _type(price_list, is_abroad=abroad is not None)})


def _type(price_list: str, *, is_abroad: bool) -> str:
    if is_abroad:
        return TYPES[LIST]
    if price_list in TYPES or price_list.startswith("udp_"):
        return TYPES.get(price_list, price_list)
    return "net_customer_exp" if price_list.endswith(EXPRESS) else "net_customer"


def _order(price_list: str) -> tuple[bool, str]:
    return price_list != LIST, price_list


def _price_quantity(record: Record, found: Shortfalls) -> Decimal:
    said = bare(record.attributes.get("price_quantity"))
    if said is None:
        return Decimal(1)
    if isinstance(said, bool) or not isinstance(said, int | float) or said <= 0:
        found.add("odd_price_quantity", record.product_id, quantity=str(said)[:40])
        return Decimal(1)
    return Decimal(channels.number_text(said))


def _dates(start: datetime, end: datetime, channel: Channel) -> list[str]:
    zone = ZoneInfo(channel.time_zone)
    made = [] if start == ALWAYS else [_date("valid_start_date", start.astimezone(zone), is_end=False)]
    return made if end == EVER else [*made, _date("valid_end_date", end.astimezone(zone), is_end=True)]


def _date(kind: str, moment: datetime, *, is_end: bool) -> str:
    """Return a date; whole days without a time, and then the last day on which a price holds."""
    if moment.hour == moment.minute == moment.second == moment.microsecond == 0:
        return nested("DATETIME", (element("DATE", (moment - timedelta(days=1) if is_end else moment).date().isoformat()),), {"type": kind})
    parts = (element("DATE", moment.date().isoformat()), element("TIME", f"{moment:%H:%M:%S}"), element("TIMEZONE", moment.isoformat()[-6:]))
    return nested("DATETIME", parts, {"type": kind})
