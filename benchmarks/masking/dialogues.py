"""Dialogues that name a customer who is known, in every way people write: with slips of the keys, endings, case, and without umlauts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.masking import sentences
from hanse.ai.language.masking import Known
from hanse.ai.language.masking.spans import Kind

LINES = (
    "hallo, hier ist {first} {last}, ich warte auf mein paket",
    "Das ist {last}s Bestellung, nicht meine.",
    "{LAST}, {FIRST} STEHT AUF DER RECHNUNG",
    "Können Sie {first} bitte sagen, dass {last} angerufen hat?",
    "ich wohne immer noch {street} in {city}, {first}",
    "meine mail ist {email} und die nummer {phone}",
    "Bitte an {first}.{last} oder {email_spelt} schicken",
    "Kundennummer {customer}, {last}",
    "{first_slip} {last_slip} mein name",
    "Liefern Sie an {last_slip}, {street_slip}",
    "Geburtstag {birth}, {first} {last}",
    "Herr {last_plain} ({phone_plain}) bittet um Rückruf",
    "Wir die {last}schen haben das nie bekommen, sagt {first_plain}",
)


UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("Ö", "Oe"), ("Ü", "Ue"), ("ş", "s"), ("ı", "i"), ("ś", "s"))


class Dialogue(NamedTuple):
    """A text, what is known of its customer, and the pieces that must not leave."""

    text: str
    known: Known
    secrets: tuple[str, ...]


def dialogues(count: int, seed: int) -> Iterator[Dialogue]:
    """Go through dialogues of one to three lines."""
    chance = random.Random(seed)
    for _ in range(count):
        parts, known = _customer(chance)
        lines = chance.sample(LINES, chance.choice((1, 2, 3)))
        used = [name for name in parts if any("{" + name + "}" in line for line in lines)]
        yield Dialogue("\n".join(line.format(**parts) for line in lines), known, tuple(parts[name] for name in used))


def _customer(chance: random.Random) -> tuple[dict[str, str], Known]:
    first = chance.choice([each for each in (*sentences.FIRST, *sentences.FIRST_RARE) if "-" not in each])
    last = chance.choice([each for each in sentences.LAST if "-" not in each])
    street, city = f"{chance.choice(sentences.STREETS)} {chance.randint(1, 99)}", chance.choice(sentences.CITIES)
    digits = "".join(chance.choice("123456789") for _ in range(7))
    email, customer = f"{_plain(first).lower()}.{_plain(last).lower()}@gmx.de", f"KD-{digits[:5]}"
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1940, 2004)
    parts = {
        "first": first,
        "last": last,
        "FIRST": first.upper(),
        "LAST": last.upper(),
        "first_plain": _plain(first),
        "last_plain": _plain(last),
        "first_slip": _slip(first, chance),
        "last_slip": _slip(last, chance),
        "street": street,
        "street_slip": _slip(street.split(" ", maxsplit=1)[0], chance) + street[len(street.split(" ", maxsplit=1)[0]) :],
        "city": city,
        "email": email,
        "email_spelt": email.replace("@", " (at) "),
        "phone": f"0341 {digits}",
        "phone_plain": f"+49 (0) 341/{digits[:3]} {digits[3:]}",
        "customer": customer,
        "birth": chance.choice((f"{day}.{month}.{year}", f"{day:02}.{month:02}.{year % 100:02}", f"{year}-{month:02}-{day:02}")),
    }
    values = (
        (Kind.PERSON, f"{first} {last}"),
        (Kind.STREET, street),
        (Kind.CITY, city),
        (Kind.EMAIL, email),
        (Kind.PHONE, f"+49341{digits}"),
        (Kind.CUSTOMER, customer),
        (Kind.BIRTHDATE, f"{year}-{month:02}-{day:02}"),
    )
    return parts, Known(values)


def _plain(word: str) -> str:
    for sign, plain in UMLAUTS:
        word = word.replace(sign, plain)
    return word


def _slip(word: str, chance: random.Random) -> str:
    """Return a word with one slip behind its first letter, where it is long enough for anybody to know it again."""
    if len(word) < 4:
        return word
    place = chance.randint(1, len(word) - 2)
    letter = chance.choice("abcdeghiklmnorstu")
    forms = (word[:place] + word[place + 1 :], word[:place] + letter + word[place:], word[:place] + letter + word[place + 1 :])
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return chance.choice((*forms, swapped))
