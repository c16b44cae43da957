"""What stands in an answer and not in the facts is found, in any notation; what stands in both is not."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from babel.numbers import format_currency
from hypothesis import assume, given
from hypothesis import strategies as st

from hanse.ai.language.checks import Checks, Facts, Names, Price, Style, checking
from hanse.ai.language.checks.checking import check
from hanse.ai.language.checks.claims import Claim, Claims

DRILL = Facts(
    texts=(
        "Der Akku-Bohrschrauber DHP 453 hat 18 V, IP54, ein 8-mm-Bohrfutter, 1.500 U/min und wiegt 1,7 kg. Betrieb von -20 °C bis 40 °C.",
        "24 Monate Garantie, Lieferung in 2 Tagen. Telefonisch 9 bis 18 Uhr. UVP der Batterie 59,90 €.",
    ),
    prices=(Price(129_900, "EUR"), Price(149_900, "EUR", is_old=True), Price(5_000, "JPY")),
    numbers=((4.5, "bar"), (3, "")),
    percentages=(13,),
    names=("Makita DHP 453 Z", "4006381333931"),
    known=Names(("Makita DHP 453 Z", "Makita DHP", "Bosch GSR 12", "Hammer")),
    links=("https://shop.example.com/p/453?ref=a&x=1",),
    contacts=("Hilfe@shop.example.com", "+49 40 1234567"),
    dates=(date(2026, 3, 15),),
)


def found(text: str, language: str = "de", facts: Facts = DRILL) -> list[tuple[str, str]]:
    """Return the kinds of what is found, with what stands there."""
    return [(each.kind.value, each.quote) for each in check(text, Checks(facts=facts, language=language, claims=False), Claims())]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Er kostet 1.299,00 € statt 1.499 €, Sie sparen 13 %.", "de"),
        ("1299 EUR, EUR 1.299,-, 1,299.00 EUR, 1'299.00 Euro, 1 299,00 €, €1,299, 129900 Cent, 5000 ¥", "de"),
        ("Only €1,299.00 instead of EUR 1,499, 13 percent less.", "en"),
        ("UVP 1.499 €, jetzt 1.299 €. Bisher 1.499,00 €. Die Batterie: 59,90 € (UVP).", "de"),
        ("8,0 mm, 0,8 cm, 8mm, 18-V-Akku, 18 Volt, 1700 g, 1.700 g, 1500/min, 4,5 bar, 4500 mbar", "de"),
        ("1,700 g and 1,500 rpm at 18 volts, 0.8 cm", "en"),
        ("2 Jahre Garantie, zwei Jahre, 24-monatige Garantie, binnen zwei Tagen", "de"),
        ("-20 °C bis +40 °C, −20 °C", "de"),
        ("DHP453, DHP-453, DHP 453, IP 54, IP54-geschützt, Makita DHP 453 Z (4006381333931)", "de"),
        ("15. März 2026, 15.03.2026, 15.3.26, 2026-03-15, am 15.03., im März 2026, 2026, 9:00 bis 18:00 Uhr, 18 Uhr", "de"),
        ("March 15, 2026, 15th of March, 03/15/2026, 9 am to 6 pm", "en"),
        (
            "[Zum Gerät](https://shop.example.com/p/453?ref=a&x=1). Oder HTTPS://shop.example.com/p/453?ref=a&x=1, hilfe@shop.example.com, 040 1234567",
            "de",
        ),
        ("1. Akku laden\n2. Einschalten\n3) Bohren\n\nIm 2. Schritt und als 1. Wahl; zwei Gründe. Jeder Hammer hilft. 3 Stück.", "de"),
    ],
)
def test_what_was_given_may_be_said_in_any_notation(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Er kostet 1.298,00 €.", [("price", "1.298,00 €")]),
        ("Er kostet 1.299 $.", [("currency", "1.299 $")]),
        ("Er kostet 1.499 €.", [("old_price", "1.499 €")]),
        ("Früher 1.299 €.", [("old_price", "1.299 €")]),
        ("Statt 1.599 € nur 1.299 €.", [("price", "1.599 €")]),
        ("Die Batterie kostet 59,90 €.", [("old_price", "59,90 €")]),
        ("Sie sparen 15 % oder 13 g.", [("percentage", "15 %"), ("unit", "13 g")]),
        ("8 cm Bohrfutter", [("unit", "8 cm")]),
        ("7 mm Bohrfutter", [("number", "7 mm")]),
        ("1.500 kg schwer", [("unit", "1.500 kg")]),
        ("bis 20 °C", [("unit", "20 °C")]),
        ("drei Jahre Garantie", [("unit", "drei Jahre")]),
        ("Lieferung in zwei Wochen, 24 Tage", [("unit", "zwei Wochen"), ("unit", "24 Tage")]),
        ("IP65, DHQ-453, 54 Stück, 55 Stück", [("code", "IP65"), ("code", "DHQ-453"), ("number", "55")]),
        ("Besser ist der Bosch GSR 12!", [("product", "Bosch GSR 12")]),
        ("am 16. März 2026 um 19 Uhr", [("date", "16. März 2026"), ("date", "19")]),
        ("seit 1987", [("number", "1987")]),
        ("https://shop.example.com/p/453?ref=b&x=1", [("link", "https://shop.example.com/p/453?ref=b&x=1")]),
        ("![Bild](//cdn.example/x.png) auf evil.com", [("link", "//cdn.example/x.png"), ("link", "evil.com")]),
        ('<a href="javascript:alert(1)">hier</a> und [dort](/p/9)', [("link", "javascript:alert(1)"), ("link", "/p/9")]),
        ("info@shop.example.com oder 040 7654321", [("email", "info@shop.example.com"), ("phone", "040 7654321")]),
    ],
)
def test_what_was_not_given_is_found(text: str, wrong: list[tuple[str, str]]) -> None:
    assert found(text) == wrong


AMOUNTS = st.integers(min_value=1, max_value=99_999_999)
WAYS = ("de", "en", "de_CH", "plain", "code", "swiss", "point")


def written(amount_minor: int, way: str) -> str:
    """Return an amount of euros in one of the ways in which people write it."""
    value = Decimal(amount_minor).scaleb(-2)
    plain = {
        "plain": f"{value:.2f} EUR".replace(".", ","),
        "code": f"EUR {value:,.2f}",
        "swiss": f"{value:,.2f} Euro".replace(",", "'"),
        "point": f"{value:.2f}€",
    }
    return plain.get(way) or format_currency(value, "EUR", locale=way)


@given(amount=AMOUNTS, way=st.sampled_from(WAYS), language=st.sampled_from(("de", "en")))
def test_a_price_of_the_facts_passes_in_every_notation(amount: int, way: str, language: str) -> None:
    assert found(f"Der Preis: {written(amount, way)} je Stück", language, Facts(prices=(Price(amount, "EUR"),))) == []


@given(amount=AMOUNTS, way=st.sampled_from(WAYS), place=st.integers(0, 7), digit=st.integers(1, 9))
def test_a_changed_digit_of_a_price_is_found(amount: int, way: str, place: int, digit: int) -> None:
    said = written(amount, way)
    places = [index for index, sign in enumerate(said) if sign.isdigit()]
    at = places[place % len(places)]
    assume(said[at] != str(digit))
    wrong = f"{said[:at]}{digit}{said[at + 1 :]}"
    assert [kind for kind, _ in found(f"Der Preis: {wrong} je Stück", facts=Facts(prices=(Price(amount, "EUR"),)))] == ["price"]


@given(text=st.text(max_size=300))
def test_no_text_breaks_the_checks_and_all_that_is_found_stands_in_it(text: str) -> None:
    wanted = Checks(facts=DRILL, style=Style(address="du"), language="de")
    for each in check(text, wanted, Claims((Claim("klima*"), Claim("100 % sicher")))):
        assert each.quote == text[each.start : each.end] or each.end == 0


@pytest.mark.parametrize(
    "piece", ["Der Bohrer hat 18 V und kostet 1.299,00 €. ", "1 ", "a", "a.", "[", "](", "0-", "https://", "1.1/", "Januar 1. ", "!", "statt ", "a-"]
)
def test_long_answers_stay_quick(piece: str) -> None:
    text = (piece * 40_000)[:40_000] + "@"
    began = time.process_time()
    check(text, Checks(facts=DRILL, style=Style(address="Sie"), language="de"), Claims((Claim("klima neutral"),)))
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("text", "style", "kinds"),
    [
        ("Sie finden Ihre Bestellung im Konto.", Style(address="Sie"), []),
        ("Du findest deine Bestellung im Konto.", Style(address="Sie"), ["address", "address"]),
        ("Wir haben für Sie und Ihre Maschine etwas.", Style(address="du"), ["address", "address"]),
        ("Die Sägen sind da. Sie sind scharf. Ihre Zähne auch.", Style(address="du"), []),
        ("Danke! Gern geschehen.", Style(), []),
        ("Danke! Gern! Toll!!", Style(), ["shouting"]),
        ("WICHTIG: HEPA-Filter, DHL und MAKITA", Style(), ["shouting"]),
        ("Gern 😀", Style(), ["emoji"]),
        ("Gern 😀 WICHTIG!!", Style(emoji=True, capitals=True, exclamations=2), ["shouting"]),
        ("Eins zwei drei.", Style(least_words=4, most_characters=10), ["length", "length"]),
        ("Art. 3 ist da. Zwei. Drei.", Style(most_sentences=2), ["length"]),
    ],
)
def test_tone_and_length(text: str, style: Style, kinds: list[str]) -> None:
    assert [each.kind.value for each in check(text, Checks(style=style, language="de"), Claims())] == kinds


def test_another_language_is_found_where_there_is_enough_to_tell() -> None:
    english = "Your order is on its way and will arrive tomorrow."
    assert [each.kind.value for each in check(english, Checks(language="de"), Claims())] == ["language"]
    assert check(english, Checks(language="en"), Claims()) == check("OK, done.", Checks(language="de"), Claims()) == []


BANNED = Claims(
    [
        *(Claim(each) for each in ("klimaneutral", "CO2-neutral", "heilt", "garantiert", "Testsieger", "100 % sicher", "krebs*")),
        Claim("climate neutral", "en"),
        Claim("günstigster", country="AT", reason="not proved", law="UWG § 2"),
    ]
)


@pytest.mark.parametrize(
    ("text", "language", "quotes"),
    [
        ("Die klimaneutrale Lieferung, klima-neutral und kli\u00admaneutral", "de", ["klimaneutrale", "klima-neutral", "kli\u00admaneutral"]),
        ("CO2-neutrale, CO₂ neutral, co2neutralen", "de", ["CO2-neutrale", "CO₂ neutral", "co2neutralen"]),
        ("Es heilte. Wir garantieren Heilung mit Garantie.", "de", ["heilte", "garantieren"]),
        ("Zwei Testsiegern, zu 100% sicherer, krebserregend", "de", ["Testsiegern", "100% sicherer", "krebserregend"]),
        ("Neutrales Klima, sicher zu 100 %", "de", []),
        ("Climate-neutral shipping", "en", ["Climate-neutral"]),
        ("Climate-neutral shipping", "de", []),
    ],
)
def test_a_banned_claim_is_found_in_all_its_forms(text: str, language: str, quotes: list[str]) -> None:
    assert [each.quote for each in BANNED.find(text, language)] == quotes


def test_a_claim_is_banned_in_its_country() -> None:
    said = "Der günstigste Preis"
    assert [(each.why, each.law) for each in BANNED.find(said, "de", "AT")] == [("not proved", "UWG § 2")]
    assert list(BANNED.find(said, "de", "DE")) == []
    assert len(list(BANNED.find(said, "de"))) == 1


class Reply(msgspec.Struct):
    """An answer in parts."""

    title: str
    lines: list[dict[str, Any]]


async def test_all_texts_of_a_struct_are_checked_and_nothing_is_quoted_that_may_be_somebodys() -> None:
    said = checking.texts("", Reply("Nur 5 €", [{"text": "Mail an kim@example.org", "number": 3}]))
    assert said == "Nur 5 €\nMail an kim@example.org"
    faults = await checking.find(said, Checks(facts=Facts()), Claims())
    assert checking.noted(faults, lambda text: text.replace("5", "<N>")) == [{"kind": "price", "text": "<N> €"}, {"kind": "email"}]
    assert "“5 €”" in checking.problem(faults)


async def test_what_cannot_be_checked_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "check", lambda *_: 1 / 0)
    assert [each.kind.value for each in await checking.find("Hallo", Checks(), Claims())] == ["unchecked"]
