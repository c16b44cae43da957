"""What the mappings of all systems share: texts, addresses, numbers and the sums of orders."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanse.sources.source import amounts, orders, texts
from hanse.sources.source.errors import Unmappable
from hanse.sources.source.orders import Line, Order

AT = datetime(2026, 6, 15, tzinfo=UTC)
CENTS = st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents).scaleb(-2))


@pytest.mark.parametrize("module", [amounts, texts])
def test_examples_are_right(module: object) -> None:
    import types

    assert isinstance(module, types.ModuleType)
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        (None, ""),
        ("Akku", "Akku"),
        ("a &lt; b", "a < b"),
        ("<p>eins</p><p>zwei</p>", "eins\nzwei"),
        ("eins<br>zwei<br/>drei", "eins\nzwei\ndrei"),
        ("<style>p{}</style><script>x<y</script>Text", "Text"),
        ("<b>fett</b> und  <i>schräg</i>", "fett und schräg"),
        ("<p>offen", "offen"),
        ("5 < 6 und <unbekannt>", "5 < 6 und"),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str | None, text: str) -> None:
    assert texts.plain(html) == text


@given(st.text())
def test_any_text_becomes_some_text(text: str) -> None:
    assert isinstance(texts.plain(text), str)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (" Kim@Example.ORG ", "kim@example.org"),
        ("kim", None),
        ("", None),
        (None, None),
        ("a@b", None),
        ("a b@example.org", None),
        ("x" * 200 + "@example.org", None),
    ],
)
def test_only_addresses_are_addresses(given: str | None, found: str | None) -> None:
    assert texts.email(given) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("0421 / 555-01 01", "04215550101"),
        ("+49 (421) 5550101", "+494215550101"),
        ("0049 421 5550101", "+494215550101"),
        ("tel:0421555010", "0421555010"),
        ("-", None),
        ("12345", None),
        (None, None),
    ],
)
def test_telephone_numbers_lose_what_is_between_their_digits(given: str | None, found: str | None) -> None:
    assert texts.phone(given) == found


@pytest.mark.parametrize(("given", "found"), [("de-DE", "de"), ("en_GB", "en"), ("nds", "nds"), ("", "de"), (None, "de"), ("x", "de"), ("12", "de")])
def test_the_language_is_the_first_part_of_a_locale(given: str | None, found: str) -> None:
    assert texts.language(given, "de") == found


def test_moments_become_utc() -> None:
    assert texts.utc(datetime(2026, 6, 15, 12)) == datetime(2026, 6, 15, 12, tzinfo=UTC)  # noqa: DTZ001  # that is the point
    assert texts.utc(datetime(2026, 6, 15, 12, tzinfo=timezone(timedelta(hours=2)))) == datetime(2026, 6, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "1e13", "1e999999", "1e-999999"])
def test_what_money_cannot_be_is_refused(value: str) -> None:
    with pytest.raises(Unmappable):
        amounts.checked(Decimal(value), "total")


def test_currencies_are_those_there_are() -> None:
    assert amounts.currency(" eur ", "CHF", "currency") == "EUR"
    assert amounts.currency(None, "CHF", "currency") == "CHF"
    for wrong in ("EURO", "E", "XQQ"):
        with pytest.raises(Unmappable):
            amounts.currency(wrong, "EUR", "currency")


@given(CENTS, st.lists(st.integers(1, 10_000).map(Decimal), min_size=1, max_size=20))
def test_parts_of_an_amount_are_the_amount_again(amount: Decimal, weights: list[Decimal]) -> None:
    parts = amounts.spread(amount, weights, "EUR")
    assert sum(parts) == amount
    assert all(part == amounts.rounded(part, "EUR") for part in parts)


@given(st.integers(0, 10_000_000).map(lambda cents: Decimal(cents).scaleb(-2)), st.integers(1, 1000).map(Decimal))
def test_the_price_of_a_piece_gives_the_amount_again(amount: Decimal, quantity: Decimal) -> None:
    assert amounts.rounded(amounts.share(amount, quantity, "EUR") * quantity, "EUR") == amount


def order(total: str, *, lines: int = 1, currency: str = "EUR") -> Order:
    goods = tuple(Line(product_id="A", quantity=Decimal(1), amount=Decimal(10)) for _ in range(lines))
    return Order(order_id="1", currency=currency, ordered_at=AT, lines=goods, total=Decimal(total))


@pytest.mark.parametrize(("total", "remarks"), [("10.00", 0), ("10.02", 0), ("9.98", 0), ("10.03", 1), ("9.00", 1)])
def test_a_total_may_miss_its_parts_by_a_cent_a_line(total: str, remarks: int) -> None:
    assert len(orders.check(order(total))) == remarks


def test_in_currencies_without_cents_it_may_miss_them_by_whole_units() -> None:
    assert orders.check(order("12", currency="JPY")) == ()
    assert len(orders.check(order("13", currency="JPY"))) == 1


def test_an_order_without_lines_is_its_total() -> None:
    found = order("12.00", lines=0)
    assert (found.revenue, found.difference) == (Decimal(0), Decimal("12.00"))
