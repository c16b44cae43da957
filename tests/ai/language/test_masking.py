"""What is masked: numbers with their check digits, addresses, names, and what of the business stays."""

from __future__ import annotations

import pytest

from hanse.ai.language.masking import Conversation, Known, Span
from hanse.ai.language.masking.spans import Kind, settled


def found(text: str, known: Known | None = None) -> list[tuple[str, str]]:
    return [(str(span.kind), text[span.start : span.end]) for span in Conversation(known).find(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Schreiben Sie an anna.schulz@example.org!", "EMAIL", "anna.schulz@example.org"),
        ("anna.schulz (at) example (punkt) org", "EMAIL", "anna.schulz (at) example (punkt) org"),
        ("Link: https://shop.example/?mail=anna%40example.org", "EMAIL", "anna%40example.org"),
        ("Tel. 0341/15 89 29-12, abends", "PHONE", "0341/15 89 29-12"),
        ("mobil +49 (0) 171 2345678.", "PHONE", "+49 (0) 171 2345678"),
        ("Ruf mich an: 0049 341 158929", "PHONE", "0049 341 158929"),
        ("Festnetz 158 929", "PHONE", "158 929"),
        ("meine nummer null drei vier eins eins fünf acht neun", "NUMBER", "null drei vier eins eins fünf acht neun"),
        ("IBAN de89 3704 0044 0532 0130 00 bitte", "IBAN", "de89 3704 0044 0532 0130 00"),
        ("mit Zahlendreher DE98 3704 0044 0532 0130 00", "IBAN", "DE98 3704 0044 0532 0130 00"),
        ("AT611904300234573201 ist mein Konto", "IBAN", "AT611904300234573201"),
        ("Konto 1234567, BLZ 37040044", "ACCOUNT", "1234567"),
        ("4111 1111 1111 1111 wurde belastet", "CARD", "4111 1111 1111 1111"),
        ("4111\u200b1111\u200b1111\u200b1111 wurde belastet", "CARD", "4111\u200b1111\u200b1111\u200b1111"),
        ("Karte 2221 0000 0000 0009", "CARD", "2221 0000 0000 0009"),
        ("Nummer 36 574 261 809 vom Amt", "TAXID", "36 574 261 809"),
        ("Steuernummer 181/815/08155", "TAXID", "181/815/08155"),
        ("USt-IdNr. DE 136 695 976", "VAT", "DE 136 695 976"),
        ("UID ATU12345678", "VAT", "ATU12345678"),
        ("Personalausweis T22000129", "IDCARD", "T22000129"),
        ("Führerschein B072RRE2I55", "LICENCE", "B072RRE2I55"),
        ("Versicherungsnummer 65 170839 J 003", "INSURANCE", "65 170839 J 003"),
        ("Kennzeichen L-AB 1234E", "PLATE", "L-AB 1234E"),
        ("Mein Auto (HH UU 4121) steht da", "PLATE", "HH UU 4121"),
        ("Kundennummer: K-10023", "CUSTOMER", "K-10023"),
        ("geboren am 3. Mai 1985 in", "BIRTHDATE", "3. Mai 1985"),
        ("geb. 03.05.85", "BIRTHDATE", "03.05.85"),
        ("Goethestr. 12 b, 04109 Leipzig", "STREET", "Goethestr. 12 b"),
        ("Am Alten Markt 3, 04109 Leipzig", "STREET", "Am Alten Markt 3"),
        ("liefern an 12 High Street, London", "STREET", "12 High Street"),
        ("von 192.168.10.23 aus", "ADDRESS", "192.168.10.23"),
        ("QWxhZGRpbjpvcGVuIHNlc2FtZSBBbGFkZGluOm9wZW4gc2VzYW1l1", "DATA", "QWxhZGRpbjpvcGVuIHNlc2FtZSBBbGFkZGluOm9wZW4gc2VzYW1l1"),
    ],
)
def test_personal_data_is_found_with_its_kind(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Frau Pohl aus der Filiale", "Pohl"),
        ("Herrn Dr. Gunpf bitte ausrichten", "Gunpf"),
        ("Mein Name ist Torben von Bülow und ich warte", "Torben von Bülow"),
        ("mein name ist torben römer, hallo", "torben römer"),
        ("Viele Grüße\nTjorven Achterberg", "Tjorven Achterberg"),
        ("Kontoinhaber I. Kruschwitz", "I. Kruschwitz"),
        ("Bitte an Anna-Lena Schmidt liefern", "Anna-Lena Schmidt"),
        ("Halter ist Thuy Nguyen, Tel.", "Thuy Nguyen"),
        ("My name is Jorid Smith and", "Jorid Smith"),
        ("Guten Tag, Ngozi Pfeiffer hier", "Ngozi Pfeiffer"),
        ("Der Nachbar Kowalski hat es", "Kowalski"),
    ],
)
def test_names_are_found(text: str, name: str) -> None:
    assert ("PERSON", name) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Bestellung 91584775 vom 16.04.2026 über 167,90 € ist nicht da.",
        "Der Bohrer GBH 2-26 (Art.-Nr. 4006381333931) mit 800 W und 2,7 kg.",
        "Sendungsnummer 00340434161094021501, Rechnung RE20260815",
        "10000 Schrauben M8x40 nach DIN 912 kosten 1.234,50 €.",
        "Artikel BR-9405 und Modell AX 5300 Pro, Serie PSR18LI",
        "Robert Bosch GmbH liefert am 3.12.2026 um 08:00-12:00 Uhr.",
        "Der Dichtring 40 passt nicht auf den O-Ring 12.",
        "Können Sie die Lieferung bitte in Kürze bei Bedarf teilen?",
        "Sehr geehrte Damen und Herren, vielen Dank für die schnelle Antwort.",
    ],
)
def test_the_business_stays(text: str) -> None:
    assert found(text) == []


def test_postal_code_and_place_are_apart() -> None:
    assert found("Ich ziehe nach 60311 Frankfurt am Main um.") == [("POSTCODE", "60311"), ("CITY", "Frankfurt am Main")]


def test_a_name_is_found_again_where_it_stands_alone() -> None:
    assert found("Ich heiße Jorid Tschentscher. Bitte Tschentscher an die Klingel.")[-1] == ("PERSON", "Tschentscher")


def test_brands_that_look_like_people_stay() -> None:
    assert found("Ein Hemd von Hugo Boss bitte") == [("PERSON", "Hugo Boss")]
    assert found("Ein Hemd von Hugo Boss bitte", Known(keep=frozenset({"hugo boss"}))) == []


def test_the_surer_of_two_keeps_its_length_and_the_rest_stays_masked() -> None:
    spans = [Span(0, 10, Kind.PERSON, "a", "", 0.5), Span(4, 14, Kind.STREET, "b", "", 0.9), Span(14, 16, Kind.STREET, "c", "", 0.2)]
    assert [(each.start, each.end, each.kind) for each in settled(spans)] == [(0, 4, Kind.PERSON), (4, 16, Kind.STREET)]


KNOWN = Known(
    (
        (Kind.PERSON, "Torben Römer"),
        (Kind.EMAIL, "torben.roemer@gmx.de"),
        (Kind.PHONE, "+49 341 158929"),
        (Kind.STREET, "Hauptstraße 5"),
        (Kind.CITY, "Leipzig"),
        (Kind.BIRTHDATE, "1985-05-03"),
        (Kind.CUSTOMER, "KD-10023"),
        (Kind.ORDER, "91584775"),
    )
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("torben roemer wartet", "<PERSON_1> wartet"),
        ("RÖMERS PAKET", "<PERSON_1>S PAKET"),
        ("die Römerschen Pakete", "die <PERSON_1>schen Pakete"),
        ("Torbn Rmöer am Telefon", "<PERSON_1> am Telefon"),
        ("von Tоrben mit kyrillischem o", "von <PERSON_1> mit kyrillischem o"),  # the letter is Cyrillic
        ("R&ouml;mer schreibt HTML", "<PERSON_1> schreibt HTML"),
        ("Hauptstr. 5 in leipizg", "<STREET_1> in <CITY_1>"),
        ("158-929 oder +49(341)158929", "<PHONE_1> oder <PHONE_2>"),
        ("am 3. Mai feiere ich", "am <BIRTHDATE_1> feiere ich"),
        ("kd 10023 hat 9158 4775 bestellt", "<CUSTOMER_1> hat <ORDER_1> bestellt"),
        ("noch ein hoher Turm", "noch ein hoher Turm"),
    ],
)
def test_what_is_known_is_masked_in_every_spelling(text: str, left: str) -> None:
    assert Conversation(KNOWN).mask(text) == left


def test_huge_and_odd_texts_take_no_longer_than_their_length() -> None:
    for text in (
        "",
        "\u202e\u200b",
        "0 " * 5_000,
        "a@" * 2_000,
        "A. " * 2_000,
        "Straße " * 2_000,
        "null " * 1_000,
        "<PERSON_" * 2_000,
        "😀" * 5_000,
    ):
        conversation = Conversation(KNOWN)
        assert conversation.restore(conversation.mask(text)) == text
