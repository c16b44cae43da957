"""Messages of customers in sentence patterns of our own, with where personal data stands in them, in the form of a file of such messages.

`SEEN` was looked at while the recognisers were written, `UNSEEN` was not: only its figures say how well they do on what is new.
Names are first names that the gazetteer has, first names it has not, and family names of several languages.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from stdnum import luhn
from stdnum.de import idnr
from stdnum.iso7064 import mod_11_10, mod_97_10

Message = dict[str, Any]

SEEN = (
    "Hallo zusammen, mein Name ist {PERSON}. Die Bestellung {order} vom {date} ist noch nicht da.",
    "{PERSON} hier, könnten Sie mich bitte auf {PHONE} zurückrufen? Danke",
    "Sehr geehrte Frau {LASTNAME},\n\nvielen Dank für Ihre Antwort. Ich wohne jetzt in der {STREET}, {PLZ} {CITY}.\n\nViele Grüße\n{PERSON}",
    "Bitte die Rechnung {invoice} an {EMAIL} schicken, nicht an die alte Adresse.",
    "Meine IBAN: {IBAN} (Kontoinhaberin {PERSON}), bitte nur {price} überweisen.",
    "Der Monteur, Herr {LASTNAME}, war gestern da und hat {article} nicht repariert.",
    "Ich, {PERSON}, geboren am {DOB}, widerrufe hiermit den Kauf des Artikels {article}.",
    "LG {PERSON}",
    "Das Kennzeichen meines Wagens lautet {KFZ}.",
    "Die Zahlung mit der Visa {CARD} wurde abgelehnt, obwohl {price} gedeckt sind.",
    "Hier meine Daten:\nName: {PERSON}\nStraße: {STREET}\nOrt: {PLZ} {CITY}\nTelefon: {PHONE}\nMail: {EMAIL}",
    "Meine Steueridentifikationsnummer {TAXID} hatte ich schon angegeben.",
    "Als Firma haben wir die USt-ID {VAT} und möchten netto {price} zahlen.",
    "Zur Altersprüfung: Ausweisnummer {IDCARD}, Geburtsdatum {DOB}.",
    "Guten Abend Herr {LASTNAME}, ich habe mit {PERSON} telefoniert, es ging um Auftrag {order}.",
    "Senden Sie das Ersatzteil {article} bitte an {PERSON}, {STREET} in {PLZ} {CITY}.",
    "Rufnummer {PHONE}, am besten abends. Mit besten Grüßen, {PERSON}",
    "Ich heiße {PERSON} und habe am {date} 3 Stück von {article} für {price} gekauft.",
    "Kann mein Mann {PERSON} das Paket abholen? Er hat den Personalausweis {IDCARD} dabei.",
    "Dear Sir or Madam, my name is {PERSON} and my order {order} has not arrived. Please call {PHONE}.",
    "Erreichbar bin ich unter {PHONE} oder {EMAIL}.",
    "Lieferadresse: {STREET}, {PLZ} {CITY}. Der Preis von {price} stimmt nicht, 10000 Schrauben M8 waren {price}.",
    "Grüße aus {CITY}, {PERSON}",
    "Bitte buchen Sie {price} von {IBAN} ab. BIC kenne ich nicht. Gruß {PERSON}",
    "Familie {LASTNAME} aus dem 3. Stock nimmt es an, Klingel {LASTNAME}.",
    "Die Maschine {article} mit Seriennummer {serial} wiegt 12,5 kg und hat 1.200 W; Sendungsnummer {tracking}.",
    "Geb. {DOB}, wohnhaft {STREET}, {PLZ} {CITY}.",
    "Ich warte seit {date} auf {article}; der Gutschein über {price} ging an {EMAIL}.",
    "Auto mit Nummernschild {KFZ} stand vor der Filiale in {CITY}.",
    "Wer ist {PERSON}? Diese Person hat mir aus Ihrem Haus geschrieben.",
)
UNSEEN = (
    "Moin, ich bin {PERSON} und hätte eine Frage zu {article}.",
    "Mein alter Vertrag lief auf {PERSON}, neue Anschrift ab {date}: {STREET}, {PLZ} {CITY}.",
    "Überweisung bitte auf {IBAN}; die Karte {CARD} habe ich gesperrt.",
    "Unter {PHONE} geht niemand ran, versuchen Sie es mobil: {PHONE}.",
    "Ich bin am {DOB} geboren und darf das bestellen. Perso: {IDCARD}",
    "Fürs Finanzamt: Steuer-Identnr. {TAXID}, Umsatzsteuer-ID {VAT}, Rechnungsnummer {invoice}.",
    "Frau {LASTNAME} vom Kundendienst wollte mir {article} bis {date} ersetzen, Vorgang {order}.",
    "Der Kollege {PERSON} sagte, die Lieferung {tracking} liege in {CITY}.",
    "Mit herzlichen Grüßen\nIhre {PERSON}\n{STREET}\n{PLZ} {CITY}",
    "Falls Sie Rückfragen haben, mailen Sie an {EMAIL} oder faxen Sie an {PHONE}.",
    "Wir parken mit {KFZ} auf dem Hof, bitte nicht abschleppen. Bestellt war {article} zu {price}.",
    "Paket an Nachbarn {LASTNAME} abgegeben, obwohl ich (Frau {LASTNAME}) zu Hause war. Trackingnummer {tracking}",
    "Besten Dank im Voraus, {PERSON}",
    "Kontodaten: {IBAN}, {PERSON}. Betrag: {price}. Verwendungszweck: {invoice}",
    "Ist Herr Dr. {LASTNAME} noch bei Ihnen? Er kannte meine Maschine ({serial}).",
    "Please deliver to {PERSON}, {STREET}, {PLZ} {CITY}. Best regards, {PERSON}",
    "Ich habe {order} am {date} bezahlt: {price} mit Mastercard {CARD}.",
    "Halter des Fahrzeugs {KFZ} ist {PERSON}, Tel. {PHONE}.",
    "Im Anhang der Ausweis ({IDCARD}) meiner Frau, sie wurde am {DOB} geboren.",
    "Schicken Sie 2 x {article} an die {STREET} in {PLZ} {CITY}, nicht nach {CITY}.",
)
FIRST = [
    "Torben",
    "Angelina",
    "Thies",
    "Sabine",
    "Mehmet",
    "Katarzyna",
    "Giulia",
    "Anna-Lena",
    "Hans-Peter",
    "Uwe",
    "Ayşe",
    "Ludmila",
    "Jonas",
    "Mira",
    "Frank",
    "Rosa",
    "Emil",
    "Fatma",
    "Piotr",
    "Chantal",
    "Kevin",
    "Wiebke",
]
FIRST_RARE = [
    "Tjorven",
    "Svantje",
    "Ngozi",
    "Thuy",
    "Xaver-Leon",
    "Jorid",
    "Bahar",
    "Oleksandra",
    "Tarek",
    "Yannik",
    "Minh",
    "Aoife",
    "Fenja",
    "Ruwen",
    "Zeynep-Su",
    "Eske",
    "Ljubica",
    "Keno",
]
LAST = [
    "Müller",
    "Schmidt",
    "Römer",
    "Mohaupt",
    "Özdemir",
    "Kowalski",
    "Nguyen",
    "Petersen",
    "Hoffmann",
    "Weiß",
    "Groß",
    "Klein",
    "Koch",
    "Becker",
    "Schäfer",
    "Yıldız",
    "Horvat",
    "Rossi",
    "Jansen",
    "Lüdenscheidt",
    "Gunpf",
    "Tschentscher",
    "Meyer-Landrut",
    "Schulze",
    "Baum",
    "Stern",
    "Vogel",
    "Winter",
    "Krüger",
    "Brandt",
    "Öztürk",
    "Wiśniewska",
    "Haas",
    "Pfeiffer",
    "Engels",
    "Achterberg",
    "Zöllner",
    "Krämer",
]
STREETS = [
    "Hauptstraße",
    "Goethestr.",
    "Am Alten Markt",
    "Rosenweg",
    "Karl-Marx-Allee",
    "Lindenplatz",
    "Berliner Straße",
    "Kirchgasse",
    "Schillerring",
    "Dorfstrasse",
    "Uferweg",
    "An der Alster",
    "Gartenstr.",
    "Zum Winkel",
    "Bahnhofstraße",
]
CITIES = [
    "Leipzig",
    "Köln",
    "Kassel",
    "Bad Homburg",
    "Frankfurt am Main",
    "Rostock",
    "Neustadt",
    "Ulm",
    "Graz",
    "Wuppertal",
    "Sankt Augustin",
    "Zwickau",
    "Lübeck",
    "Hof",
    "Halle (Saale)",
    "Bernau",
    "Erfurt",
]
CODES = ["L", "HH", "B", "M", "K", "S", "F", "LB", "WÜ", "TÜ", "HEI", "MTK", "OAL", "DD", "GÖ", "ERZ"]
LETTERS = "CFGHJKLMNPRTVWXYZ"
MAILS = ("gmx.de", "web.de", "t-online.de", "example.org", "mueller-bau.com", "posteo.net")
ARTICLES = ("BR-9405", "GBH 2-26", "HN-4711-08", "AX 5300 Pro", "Art.-Nr. 4006381333931", "PSR18LI", "M8x40", "TX-20.114", "4711/08-B", "DIN 912")


def messages(patterns: tuple[str, ...], count: int, seed: int) -> Iterator[Message]:
    """Go through messages of one to three sentences, each with spans `{label, start, end, value}`."""
    chance = random.Random(seed)
    for number in range(count):
        text, spans = "", list[dict[str, Any]]()
        for pattern in chance.sample(patterns, chance.choice((1, 1, 2, 3))):
            text += " " if text and not text.endswith("\n") else ""
            text = _filled(text, pattern, spans, chance)
        yield {"id": number, "text": text, "spans": spans}


def _filled(text: str, pattern: str, spans: list[dict[str, Any]], chance: random.Random) -> str:
    for part in re.split(r"(\{\w+\})", pattern):
        if not part.startswith("{"):
            text += part
            continue
        value = MAKERS[part[1:-1]](chance)
        if part[1:-1].isupper():
            spans.append({"label": part[1:-1], "start": len(text), "end": len(text) + len(value), "value": value})
        text += value
    return text


def _person(chance: random.Random) -> str:
    first = chance.choice(FIRST if chance.random() < 0.7 else FIRST_RARE)
    if chance.random() < 0.15:
        first = f"{first[0]}."
    return f"{first} {chance.choice(LAST)}"


def _phone(chance: random.Random) -> str:
    area = chance.choice(("341", "30", "6131", "171", "160", "89", "40", "711"))
    rest = _digits(chance, chance.choice((6, 7, 8)))
    forms = (
        "+49 {a} {r}",
        "0{a}/{r}",
        "0{a} {r2}",
        "(0{a}) {r}",
        "0049 {a} {r}",
        "+49 (0) {a} {r2}",
        "0{a}-{r}",
        "0{a}{r}",
        "+49{a}{r}",
        "0{a} / {r2}",
    )
    return chance.choice(forms).format(a=area, r=rest, r2=f"{rest[:3]} {rest[3:]}")


def _iban(chance: random.Random) -> str:
    body = _digits(chance, 18)
    check = mod_97_10.calc_check_digits(body + "1314")
    whole = f"DE{check}{body}"
    return whole if chance.random() < 0.5 else " ".join(whole[place : place + 4] for place in range(0, 22, 4))


def _card(chance: random.Random) -> str:
    body = chance.choice(("4", "51", "55", "2221", "2720")) + _digits(chance, 14)
    body = body[:15]
    whole = body + luhn.calc_check_digit(body)
    return whole if chance.random() < 0.5 else " ".join(whole[place : place + 4] for place in range(0, 16, 4))


def _tax_id(chance: random.Random) -> str:
    while True:
        digits = chance.sample("123456789", 8)
        body = digits[0] + "".join(chance.sample([*digits[1:], "0", digits[3]], 9))
        number = body + str(mod_11_10.calc_check_digit(body))
        if idnr.is_valid(number):
            return number if chance.random() < 0.5 else f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}"


def _birth(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1935, 2005)
    forms = ("{d:02}.{m:02}.{y}", "{d}.{m}.{y}", "{d:02}.{m:02}.{s:02}", "{y}-{m:02}-{d:02}", "{d}. März {y}")
    return chance.choice(forms).format(d=day, m=month, y=year, s=year % 100)


def _date(chance: random.Random) -> str:
    return f"{chance.randint(1, 28):02}.{chance.randint(1, 12):02}.{chance.choice((2025, 2026))}"


def _paper(chance: random.Random) -> str:
    return chance.choice("LMNPRTVWXY") + "".join(chance.choice(LETTERS + "0123456789") for _ in range(8))


def _plate(chance: random.Random) -> str:
    letters = "".join(chance.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(chance.choice((1, 2))))
    return chance.choice(("{0}-{1} {2}", "{0} {1} {2}", "{0}-{1} {2}")).format(chance.choice(CODES), letters, chance.randint(1, 9999))


def _email(chance: random.Random) -> str:
    return f"{chance.choice(('t.roemer', 'anna_schulz', 'mail', 'kowalski77', 'h-p.stern'))}@{chance.choice(MAILS)}"


def _price(chance: random.Random) -> str:
    return chance.choice(("{a},{b:02} €", "{a} Euro", "EUR {a},{b:02}", "1.{a},{b:02} €")).format(a=chance.randint(100, 999), b=chance.randint(0, 99))


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


MAKERS: dict[str, Callable[[random.Random], str]] = {
    "PERSON": _person,
    "LASTNAME": lambda chance: chance.choice(LAST),
    "PHONE": _phone,
    "EMAIL": _email,
    "STREET": lambda chance: f"{chance.choice(STREETS)} {chance.randint(1, 180)}{chance.choice(('', '', 'a', ' b'))}",
    "PLZ": lambda chance: _digits(chance, 5),
    "CITY": lambda chance: chance.choice(CITIES),
    "IBAN": _iban,
    "CARD": _card,
    "TAXID": _tax_id,
    "VAT": lambda chance: chance.choice(("DE{0}", "DE {0}")).format(_digits(chance, 9)),
    "IDCARD": _paper,
    "KFZ": _plate,
    "DOB": _birth,
    "order": lambda chance: chance.choice(("{0}", "A-{0}", "2026-{0}")).format(_digits(chance, 7)),
    "invoice": lambda chance: f"RE{_digits(chance, 8)}",
    "serial": lambda chance: f"SN{_digits(chance, 9)}",
    "tracking": lambda chance: f"00340434{_digits(chance, 12)}",
    "article": lambda chance: chance.choice(ARTICLES),
    "date": _date,
    "price": _price,
}
