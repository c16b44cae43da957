"""Names of people and of places, from libraries that know them: Faker's first names, the places of phone numbers' area codes.

Loaded when first needed (about a second), held for the life of the process.
"""

from __future__ import annotations

import importlib
import re
import sys
from functools import lru_cache

from hanse.ai.text import words

LOCALES = (
    "de_DE",
    "de_AT",
    "de_CH",
    "en_GB",
    "en_US",
    "tr_TR",
    "pl_PL",
    "it_IT",
    "es_ES",
    "fr_FR",
    "nl_NL",
    "hr_HR",
    "ro_RO",
    "cs_CZ",
    "hu_HU",
    "pt_PT",
    "da_DK",
    "sv_SE",
)
AREA_CODES = ("49", "43", "41")
_BEGINNINGS_TEXT = """
bad sankt markt hohe hohen alt neu groß klein schloß schloss burg deutsch sachsen zell treis kloster alte neue große
"""
_BEGINNINGS = frozenset(_BEGINNINGS_TEXT.split())
_PLAIN_WORDS_TEXT = """
alpen anger au baden berg berge bergen binde buch egg essen floss griffen gurten hagel halle hatten haus hessen höchst horn kamen kandel
kasten körner lech leck lenzen lichte lochen markt meine motten much mücke nagel nahe norden obdach oberland perl raben ratten regen rust
schlitz schopp see sitten sonntag spalt speicher stade stubben tauche thüringen trieben tux twist ulmen viereck waal wangen werfen wiesen
"""
_PLAIN_WORDS = frozenset(_PLAIN_WORDS_TEXT.split())
"""Places that are mostly something else."""
_ORDINARY_TEXT = """
an so du er es ja am im um zu da wo wie mai juni juli april august sonntag montag art bar bit box cent code coco dank ernst flex gala
gerade glück gut hagel hall hell herr herz horst image jade jan. karl-heinz-straße kitty lana lava linde lind lok love mark max merle mia.
mit nick nova oder ocean olive otto page paris penny pia. pro reich rose rosa royal sage sky sonne stern summer sunny tag uni van vera
viola will wolf frank frau dick grace faith hope joy charity chance chase case dale dean drew guy gene grant jay jean june lane lance may
miles norm pat ray rob rod sandy sherry skip star terry tiffany victor ward wade dawn eve ivy amber ruby pearl crystal brook autumn april
virginia carolina georgia florida dallas austin houston phoenix brooklyn chelsea china india asia america france holland florence siena
vienna israel jordan chad kenia ariel clementine cherry candy ginger basil art bill buddy bob chip
"""
_ORDINARY = frozenset(_ORDINARY_TEXT.split())
"""First names that are mostly something else; with a family name behind them they count all the same."""


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """Return first names of the German-speaking countries and of those whose people live there, casefolded."""
    return _given("first_names", "first_names_male", "first_names_female", "first_names_unisex")


@lru_cache(maxsize=1)
def family_names() -> frozenset[str]:
    """Return family names of the same countries, casefolded."""
    return _given("last_names", "last_names_male", "last_names_female", "last_names_unisex")


def _given(*fields: str) -> frozenset[str]:
    found: set[str] = set()
    for locale in LOCALES:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for field in fields:
            found.update(str(each) for each in getattr(provider, field, ()))
    return frozenset(each.casefold() for each in found if len(each) > 1 and " " not in each)


@lru_cache(maxsize=1)
def places() -> frozenset[str]:
    """Return the places of Germany, Austria and Switzerland that have an area code, casefolded, without what tells namesakes apart."""
    from phonenumbers.geodata import GEOCODE_DATA

    found: set[str] = set()
    for prefix, names in GEOCODE_DATA.items():
        if prefix.startswith(AREA_CODES):
            found.update(str(each) for each in names.values())
    for name in [each for each in sys.modules if each.startswith("phonenumbers.geodata")]:
        del sys.modules[name]  # the places of the rest of the world take 60 MB
    return frozenset(name for each in found for name in _names(each) if len(name) > 2)


def _names(place: str) -> list[str]:
    """Return what a place is called, with and without the region that tells it from a namesake (Ludwigsburg Württemberg)."""
    small = re.split(r" \(| b | bei |, |/", place)[0].strip().casefold()
    first = small.split(" ")[0]
    return [small] if first == small or first in _BEGINNINGS or len(first) < 3 else [small, first]


def is_first_name(word: str) -> bool:
    """Return whether a word, or each part of one with a hyphen, is a first name and little else."""
    small = word.casefold()
    return small not in _ORDINARY and _is_first(small)


def may_be_first_name(word: str) -> bool:
    """Return whether a word is a first name, whatever else it is."""
    return _is_first(word.casefold())


def is_family_name(word: str) -> bool:
    """Return whether a word, or each part of one with a hyphen, is a family name, whatever else it is."""
    return all(part in family_names() for part in word.casefold().split("-"))


def _is_first(small: str) -> bool:
    names = first_names()
    return small in names or ("-" in small and all(part in names for part in small.split("-")))


def is_place(name: str) -> bool:
    """Return whether there is a place of that name."""
    return name.casefold() in places()


def is_mostly_place(name: str) -> bool:
    """Return whether a name is that of a place and of little else."""
    return is_place(name) and name.casefold() not in _PLAIN_WORDS


@lru_cache(maxsize=65_536)
def is_word(word: str) -> bool:
    """Return whether a dictionary of German or English has a word; names are mostly not in them, but some are (Koch, Stern)."""
    return word != "" and any(words.is_known(word, language) or words.is_known(word.lower(), language) for language in words.LEMMATISED)
