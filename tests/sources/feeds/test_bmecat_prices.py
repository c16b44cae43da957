"""Prices of a BMEcat become net prices of one order unit in minor units, each in its list and for its time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.sources.feeds.conftest import Read
from tests.sources.feeds.snippets import HEADER, bmecat, price, product

BUYER = HEADER.replace("</HEADER>", "<BUYER><BUYER_ID>4711</BUYER_ID></BUYER></HEADER>")
AGREEMENT = HEADER.replace("</HEADER>", "<AGREEMENT><AGREEMENT_ID>R7</AGREEMENT_ID></AGREEMENT><BUYER><BUYER_ID>4711</BUYER_ID></BUYER></HEADER>")


def test_the_unit_price_is_amount_times_factor_by_quantity(read: Read) -> None:
    order = "<ORDER_UNIT>C62</ORDER_UNIT><PRICE_QUANTITY>100</PRICE_QUANTITY>"
    found = read(bmecat(product("A", order=order, price=price("250.00", "<PRICE_FACTOR>0.8</PRICE_FACTOR>"))))
    assert [(each.amount_minor, each.currency, each.price_list, each.min_quantity) for each in found.entry.prices] == [(200, "EUR", "list", 1)]
    assert found.codes == []


def test_lower_bounds_are_scale_prices(read: Read) -> None:
    scale = price("10") + price("9", "<LOWER_BOUND>10</LOWER_BOUND>") + price("8", "<LOWER_BOUND>99.5</LOWER_BOUND>")
    found = read(bmecat(product("A", price=scale))).entry.prices
    assert [(each.min_quantity, each.amount_minor) for each in found] == [(1, 1_000), (10, 900), (100, 800)]


@pytest.mark.parametrize(
    ("kind", "header", "price_list"),
    [
        ("net_list", HEADER, "list"),
        ("nrp", HEADER, "rrp"),
        ("net_customer", BUYER, "buyer-4711"),
        ("net_customer", AGREEMENT, "agreement-R7"),
        ("net_customer_exp", BUYER, "buyer-4711-express"),
        ("udp_aktion", HEADER, "udp_aktion"),
    ],
)
def test_kinds_of_prices_are_price_lists(read: Read, kind: str, header: str, price_list: str) -> None:
    found = read(bmecat(product("A", price=price("1", kind=kind)), header=header))
    assert ([each.price_list for each in found.entry.prices], found.codes) == ([price_list], [])


@pytest.mark.parametrize(("kind", "codes"), [("net_customer", ["no_buyer"]), ("haus", ["unknown_price_type"]), ("on_request", [])])
def test_prices_without_a_list_are_left_out(read: Read, kind: str, codes: list[str]) -> None:
    found = read(bmecat(product("A", price=price("1", kind=kind))))
    assert (found.entry.prices, found.codes) == ((), codes)


@pytest.mark.parametrize(
    ("tax", "rate", "amounts", "codes"),
    [
        ("<TAX>0.19</TAX>", None, [10_000], []),
        ("<TAX_DETAILS><TAX>0.19</TAX></TAX_DETAILS>", None, [10_000], []),
        ("<TAX>19</TAX>", None, [10_000], ["tax_percent"]),
        ("", "0.19", [10_000], []),
        ("", None, [], ["no_tax"]),
        ("<TAX>viel</TAX>", None, [], ["wrong_tax"]),
    ],
)
def test_gross_prices_become_net(read: Read, tax: str, rate: str | None, amounts: list[int], codes: list[str]) -> None:
    from decimal import Decimal

    found = read(bmecat(product("A", price=price("119.00", tax, kind="gros_list"))), tax_rate=Decimal(rate) if rate else None)
    assert ([each.amount_minor for each in found.entry.prices], found.codes) == (amounts, codes)


def dated(start: str = "", end: str = "", time: str = "") -> str:
    clock = time and f"<TIME>{time}</TIME>"
    moments = (("valid_start_date", start), ("valid_end_date", end))
    return "".join(f'<DATETIME type="{kind}"><DATE>{day}</DATE>{clock}</DATETIME>' for kind, day in moments if day)


def test_prices_hold_for_whole_days_of_the_shops_time_zone(read: Read) -> None:
    (found,) = read(bmecat(product("A", price=dated("2026-07-01", "2026-12-31") + price("1")))).entry.prices
    assert (found.valid_from, found.valid_until) == (datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC))


def test_times_and_the_newer_dates_are_read(read: Read) -> None:
    newer = "<VALID_START_DATE>2026-07-01</VALID_START_DATE><VALID_END_DATE>2026-07-02</VALID_END_DATE>"
    (found,) = read(bmecat(product("A", price=newer + price("1")))).entry.prices
    assert found.valid_until == datetime(2026, 7, 2, 22, tzinfo=UTC)
    (found,) = read(bmecat(product("A", price=dated("2026-07-01", time="06:30:00") + price("1")))).entry.prices
    assert found.valid_from == datetime(2026, 7, 1, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(("dates", "kept", "code"), [(dated("2026-07-02", "2026-06-01"), 0, "wrong_validity"), (dated("gestern"), 1, "wrong_date")])
def test_wrong_dates_are_told(read: Read, dates: str, kept: int, code: str) -> None:
    found = read(bmecat(product("A", price=dates + price("1"))))
    assert (len(found.entry.prices), found.codes) == (kept, [code])


@pytest.mark.parametrize(
    ("said", "codes", "amounts"),
    [
        (price("0"), ["wrong_amount"], []),
        (price("-5"), ["wrong_amount"], []),
        (price("teuer"), ["wrong_amount"], []),
        (price("1e30"), ["wrong_amount"], []),
        (price("NaN"), ["wrong_amount"], []),
        (price("12,50"), ["decimal_comma"], [1_250]),
        (price("1.234,50"), ["decimal_comma"], [123_450]),
        (price("10", "<PRICE_FACTOR>0</PRICE_FACTOR>"), ["wrong_factor"], []),
        (price("10", "<PRICE_FACTOR>-1</PRICE_FACTOR>"), ["wrong_factor"], []),
        (price("10", "<PRICE_FACTOR>1000</PRICE_FACTOR>"), ["odd_factor"], [1_000_000]),
        (price("10", "<PRICE_CURRENCY>EURO</PRICE_CURRENCY>"), ["wrong_currency"], []),
        (price("10", "<PRICE_CURRENCY>usd</PRICE_CURRENCY>"), [], [1_000]),
        (price("1000", "<PRICE_CURRENCY>JPY</PRICE_CURRENCY>"), [], [1_000]),
        (price("10", "<LOWER_BOUND>-1</LOWER_BOUND>"), ["wrong_quantity"], []),
        (price("0.001"), ["price_too_small"], []),
        (price("0.014"), ["price_rounded"], [1]),
        (price("10") + price("11"), ["price_twice"], [1_000]),
    ],
)
def test_prices_that_cannot_be_are_told_with_their_line(read: Read, said: str, codes: list[str], amounts: list[int]) -> None:
    found = read(bmecat(product("A", price=said)))
    assert ([each.amount_minor for each in found.entry.prices], found.codes) == (amounts, codes)
    assert all((each.line, each.product_id) == (9, "A") for each in found.findings)


def test_a_wrong_price_quantity_leaves_all_prices_out(read: Read) -> None:
    found = read(bmecat(product("A", order="<PRICE_QUANTITY>0</PRICE_QUANTITY>", price=price("1"))))
    assert (found.entry.prices, found.codes, found.findings[0].line) == ((), ["wrong_quantity"], 8)


def test_prices_of_other_countries_have_lists_of_their_own(read: Read) -> None:
    header = HEADER.replace("<CURRENCY>", "<TERRITORY>DE</TERRITORY><CURRENCY>")
    both = price("10", "<TERRITORY>DE</TERRITORY>") + price("11", "<TERRITORY>AT</TERRITORY>")
    found = read(bmecat(product("A", price=both), header=header)).entry.prices
    assert [(each.price_list, each.amount_minor) for each in found] == [("list", 1_000), ("list-at", 1_100)]


def test_a_file_without_a_currency_takes_that_of_the_shop(read: Read) -> None:
    found = read(bmecat(product("A", price=price("1")), header=HEADER.replace("<CURRENCY>EUR</CURRENCY>", "")), currency="CHF")
    assert ([each.currency for each in found.entry.prices], found.codes) == (["CHF"], ["no_currency"])
