"""Numbers with units in product texts, and article numbers: `8mm`, `8,0 mm` and `0.8 cm` are the same measure.

A table of its own, as what shops write (`Zoll`, `U/min`, `3/8"`, `1.000 V`) is not what libraries of physical units read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple


class Measure(NamedTuple):
    """A number in the canonical unit of what it measures, so that equal ones are the same."""

    value: float
    unit: str


CANONICAL: Mapping[str, Mapping[str, float]] = {
    "mm": {
        "mm": 1,
        "millimeter": 1,
        "millimetre": 1,
        "cm": 10,
        "zentimeter": 10,
        "centimetre": 10,
        "dm": 100,
        "m": 1_000,
        "meter": 1_000,
        "metre": 1_000,
    }
    | {"km": 1e6, "μm": 1e-3, "mikrometer": 1e-3, "zoll": 25.4, "inch": 25.4, "inches": 25.4, '"': 25.4, "ft": 304.8},
    "V": {"v": 1, "volt": 1, "mV": 1e-3, "kv": 1_000},
    "A": {"a": 1, "ampere": 1, "amp": 1, "ma": 1e-3},
    "Ah": {"ah": 1, "mah": 1e-3},
    "W": {"w": 1, "watt": 1, "mW": 1e-3, "kw": 1_000, "kilowatt": 1_000, "MW": 1e6},
    "Wh": {"wh": 1, "kwh": 1_000, "MWh": 1e6},
    "Nm": {"nm": 1, "newtonmeter": 1},
    "N": {"n": 1, "newton": 1, "kn": 1_000},
    "bar": {"bar": 1, "mbar": 1e-3, "pa": 1e-5, "hpa": 1e-3, "kpa": 0.01, "mpa": 10, "psi": 0.0689476},
    "l": {"l": 1, "ltr": 1, "liter": 1, "litre": 1, "ml": 1e-3, "milliliter": 1e-3, "cl": 0.01, "dl": 0.1, "hl": 100}
    | {"m3": 1_000, "cm3": 1e-3, "ccm": 1e-3},
    "g": {"g": 1, "gr": 1, "gramm": 1, "gram": 1, "mg": 1e-3, "kg": 1_000, "kilo": 1_000, "kilogramm": 1_000, "t": 1e6, "tonne": 1e6, "tonnen": 1e6}
    | {"lb": 453.59237, "lbs": 453.59237, "oz": 28.349523},
    "m2": {"m2": 1, "qm": 1, "cm2": 1e-4, "mm2": 1e-6},
    "Hz": {"hz": 1, "khz": 1e3, "mhz": 1e6, "ghz": 1e9},
    "rpm": {"rpm": 1, "u/min": 1, "min-1": 1, "1/min": 1, "/min": 1},
    "°C": {"°c": 1, "grad celsius": 1},
    "°": {"°": 1, "grad": 1},
    "K": {"k": 1, "kelvin": 1},
    "B": {"B": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12},
    "Ω": {"ω": 1, "ohm": 1, "kω": 1e3, "kohm": 1e3},
    "lm": {"lm": 1, "lumen": 1},
    "dB": {"db": 1, "db(a)": 1},
    "s": {
        "s": 1,
        "sek": 1,
        "sec": 1,
        "ms": 1e-3,
        "min": 60,
        "minuten": 60,
        "minutes": 60,
        "h": 3_600,
        "std": 3_600,
        "stunden": 3_600,
        "hours": 3_600,
    },
    "%": {"%": 1, "prozent": 1, "percent": 1},
}
"""Canonical units, and how much of them another is. People type `18v` and `5nm`, so that case counts only where it changes the meaning:
in a shop `nm` is newton metres, and `mpa` megapascal."""

_FACTORS = {name: (unit, factor) for unit, names in CANONICAL.items() for name, factor in names.items()}
_FOLDED = {name.lower(): _FACTORS.get(name.lower(), factor) for name, factor in _FACTORS.items()}
_NAMES = "|".join(sorted(map(re.escape, _FACTORS), key=len, reverse=True))
_NUMBER = r"(?:\d{1,9} )?\d{1,6}/\d{1,6}|\d{1,3}(?:'\d{3})+(?:[.,]\d{1,9})?|\d{1,12}(?:[.,]\d{1,12}){0,4}"
_MEASURE = re.compile(
    rf"(?<![\w.,'])(?<!\d/)(?P<numbers>[-+±]?(?:{_NUMBER})(?:(?: ?[x×*] ?| ?- ?| bis | to )(?:{_NUMBER})){{0,4}})[ -]?(?P<unit>{_NAMES})(?![\w²³])",
    re.IGNORECASE,
)
_ONE = re.compile(_NUMBER)
UNIT = rf"(?:{re.sub('([23])', lambda found: f'[{found[1]}{chr(0xB0 + int(found[1]))}]', _NAMES)})(?![\w²³])"
"""Any unit, as part of a regular expression that does not mind case; `m2` and `m²` are the same."""
_GROUPS = re.compile("(?<=\\d)[\u00a0\u2009\u202f](?=\\d{3}(?!\\d))")
_SAME = str.maketrans({"⁄": "/", "–": "-", "−": "-", "’": "'", "″": '"', "”": '"', "“": '"'})
_HALVES = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
_SEPARATORS = re.compile(r"[^\w]|_")


def measures(text: str, language: str = "de") -> list[Measure]:
    """Return the measures of a text in their order; of `10 x 20 mm` both numbers. `1.000` is a thousand in German, one in English."""
    return list(_measures(text, language))


def apart(text: str, language: str = "de") -> tuple[list[Measure], str]:
    """Return the measures of a text, and the text without them: of `8mm bohrer` the one and `bohrer`."""
    plain = _plain(text)
    return list(_measures(text, language)), _MEASURE.sub(" ", plain)


def number(text: str, language: str = "de") -> Decimal | None:
    """Return the number that a text is, to its last digit; null where it is none. `1.000` is a thousand in German, one in English."""
    plain = _plain(text).strip()
    if not _ONE.fullmatch(plain):
        return None
    if "/" in plain:
        value = _number(plain, language)
        return None if value is None else Decimal(f"{value:.9g}")
    return Decimal(_decimal(plain.replace("'", ""), language))


def unit(name: str) -> tuple[str, Decimal] | None:
    """Return the canonical unit that a name stands for, and how much of it one is; null where it is none."""
    plain = _plain(name).strip()
    if plain not in _FACTORS and plain.lower() not in _FOLDED:
        return None
    canonical, factor = _unit(plain)
    return canonical, Decimal(f"{factor:.9g}")


def _measures(text: str, language: str) -> Iterator[Measure]:
    for found in _MEASURE.finditer(_plain(text)):
        unit, factor = _unit(found["unit"])
        numbers = found["numbers"]
        sign = -1.0 if numbers[0] == "-" else 1.0
        for each in _ONE.findall(numbers):
            value = _number(each, language)
            if value is not None:
                yield Measure(float(f"{sign * value * factor:.9g}"), unit)
            sign = 1.0


def _plain(text: str) -> str:
    grouped = _HALVES.sub(" ", _GROUPS.sub("", text)).translate(_SAME)
    return unicodedata.normalize("NFKC", grouped.replace("''", '"')).translate(_SAME)


def _unit(name: str) -> tuple[str, float]:
    """Return canonical unit and factor by the name as it is written, else by its small letters."""
    return _FACTORS[name] if name in _FACTORS else _FOLDED[name.lower()]


def _number(text: str, language: str) -> float | None:
    """Return a number as German or English writes it; null for a fraction by nothing."""
    whole, _, fraction = text.rpartition(" ")
    if "/" in fraction:
        above, _, below = fraction.partition("/")
        return float(whole or 0) + int(above) / int(below) if int(below) else None
    return float(_decimal(text.replace("'", ""), language))


def _decimal(text: str, language: str) -> str:
    """Return a number with a point before its decimals, and no other marks."""
    marks = [each for each in text if each in ".,"]
    if not marks:
        return text
    if len(set(marks)) == 2:
        thousands = "," if marks[-1] == "." else "."
        whole, _, decimals = text.replace(thousands, "").rpartition(marks[-1])
        return f"{re.sub('[.,]', '', whole)}.{decimals}"
    is_thousands = marks[0] == ("." if language == "de" else ",") and len(text.rpartition(marks[0])[2]) == 3
    if len(marks) > 1 or is_thousands:
        return text.replace(marks[0], "")
    return text.replace(",", ".")


def article_number(text: str) -> str:
    """Return an article number without separators and case: `ab-12/3 4` is `AB1234`; empty where there is no letter and no digit."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
