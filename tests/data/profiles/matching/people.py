"""People who write their own names wrong: made records with known owners, for the tests beside this file."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

TODAY = date(2026, 1, 1)
SYLLABLES = (
    "ba",
    "der",
    "hof",
    "lin",
    "mar",
    "ten",
    "schul",
    "wei",
    "gro",
    "kel",
    "ner",
    "pfau",
    "tro",
    "zim",
    "ro",
    "hil",
    "bren",
    "stau",
    "fel",
    "kir",
)
GIVEN = (
    "Anna",
    "Bernd",
    "Claudia",
    "Dieter",
    "Elif",
    "Frank",
    "Gisela",
    "Hasan",
    "Ines",
    "Jürgen",
    "Katrin",
    "Lukas",
    "Mehmet",
    "Nora",
    "Otto",
    "Petra",
)
GIVEN_TOO = (
    "Quirin",
    "Renate",
    "Sören",
    "Tanja",
    "Ulrich",
    "Vera",
    "Wolfgang",
    "Xenia",
    "Yannick",
    "Zoe",
    "Marlene",
    "Gregor",
    "Friederike",
    "Detlef",
)
CITIES = ("Köln", "Bonn", "Mainz", "Ulm", "Jena", "Kiel", "Essen", "Trier", "Fürth", "Halle", "Gera", "Celle")
COLUMNS = ("id", "Vorname", "Nachname", "E-Mail", "Telefon", "Geburtsdatum", "Straße", "Hausnummer", "PLZ", "Ort")


@dataclass(frozen=True)
class People:
    """Records and who each is of."""

    table: pa.Table
    owners: list[int]


def people(count: int, *, seed: int, copies: float = 0.5) -> People:
    """Return records of so many persons; a share of them has one or two more, with slips and gaps."""
    chance = random.Random(seed)
    rows, owners = [], []
    for owner in range(count):
        person = _person(chance)
        rows.append(person)
        owners.append(owner)
        for _ in range(chance.choice((1, 2)) if chance.random() < copies else 0):
            rows.append(_copy(person, chance))
            owners.append(owner)
    order = chance.sample(range(len(rows)), len(rows))
    return People(table([rows[at] for at in order]), [owners[at] for at in order])


def table(rows: list[dict[str, str | None]]) -> pa.Table:
    """Return rows with an id each as a table of texts."""
    named = [{"id": f"r{number}", **row} for number, row in enumerate(rows)]
    return pa.table({name: pa.array([row.get(name) for row in named], pa.string()) for name in COLUMNS})


def pairs(labels: list[int]) -> set[tuple[int, int]]:
    """Return all pairs of rows that have the same label."""
    groups: dict[int, list[int]] = {}
    for row, label in enumerate(labels):
        groups.setdefault(label, []).append(row)
    return {(one, other) for rows in groups.values() for at, one in enumerate(rows) for other in rows[at + 1 :]}


def f1(found: set[tuple[int, int]], true: set[tuple[int, int]]) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * len(found & true) / (len(found) + len(true))


def _person(chance: random.Random) -> dict[str, str | None]:
    given, surname = chance.choice(GIVEN + GIVEN_TOO), "".join(chance.sample(SYLLABLES, 3)).title()
    born = date(1940, 1, 1) + timedelta(days=chance.randrange(24_000))
    return {
        "Vorname": given,
        "Nachname": surname,
        "E-Mail": f"{given}.{surname}{chance.randrange(100)}@mail.de".lower().replace("ü", "ue").replace("ö", "oe"),
        "Telefon": f"0{chance.choice((30, 40, 89, 221))} {chance.randrange(1_000_000, 9_999_999)}",
        "Geburtsdatum": born.strftime("%d.%m.%Y"),
        "Straße": "".join(chance.sample(SYLLABLES, 2)).title() + chance.choice(("straße", "weg", "platz")),
        "Hausnummer": str(chance.randrange(1, 150)),
        "PLZ": f"{chance.randrange(10_000, 99_999)}",
        "Ort": chance.choice(CITIES),
    }


def _copy(person: dict[str, str | None], chance: random.Random) -> dict[str, str | None]:
    made = dict(person)
    for name in chance.sample(COLUMNS[1:], 3):
        value = made[name]
        made[name] = None if value is None or chance.random() < 0.4 else _slip(value, chance)
    if chance.random() < 0.1:
        made["Vorname"], made["Nachname"] = made["Nachname"], made["Vorname"]
    return made


def _slip(value: str, chance: random.Random) -> str:
    at = chance.randrange(1, max(len(value) - 1, 2))
    return chance.choice(
        (
            value[:at] + value[at + 1 :],
            value[:at] + chance.choice("aeinrst1") + value[at:],
            value[: at - 1] + value[at : at + 1] + value[at - 1] + value[at + 1 :],
        )
    )
