"""What the name of a file says: its kind, its language and, where nothing else does, its title.

>>> kind_of("D1/Reparaturanleitung_de.pdf"), language_of("D1/Reparaturanleitung_de.pdf"), title_of("D1/Reparaturanleitung_de.pdf")
('repair_guide', 'de', 'Reparaturanleitung')
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

KINDS: dict[str, tuple[str, ...]] = {
    "repair_guide": ("reparatur", "repair", "service manual", "serviceanleitung", "servicehandbuch", "werkstatthandbuch", "instandsetzung"),
    "data_sheet": ("datenblatt", "datenblaetter", "data sheet", "datasheet", "technical data", "technische daten", "spec sheet", "specification"),
    "manual": ("manual", "anleitung", "handbuch", "user guide", "instruction", "operating guide", "bedienung"),
}
"""Words by kind; a repair manual is a repair guide, so these come first."""
OTHER = "advice"

WORDS: dict[str, str] = {
    **dict.fromkeys(("deutsch", "german", "allemand", "deu", "ger"), "de"),
    **dict.fromkeys(("englisch", "english", "anglais", "eng"), "en"),
    **dict.fromkeys(("franzoesisch", "french", "francais", "fra", "fre"), "fr"),
    **dict.fromkeys(("italienisch", "italian", "italiano", "ita"), "it"),
    **dict.fromkeys(("spanisch", "spanish", "espanol", "spa"), "es"),
    **dict.fromkeys(("niederlaendisch", "dutch", "nederlands", "nld", "dut"), "nl"),
    **dict.fromkeys(("polnisch", "polish", "polski", "pol"), "pl"),
}
_CODES_TEXT = "de en fr it es nl pl cs sk da sv fi no nb pt hu ro sl hr bg el tr ru uk et lv lt"
CODES = frozenset(_CODES_TEXT.split())
ORDINARY = frozenset({"it", "no", "es", "da", "el", "et", "en", "de"})
"""Codes that are words, too: after a hyphen or a space they count only at the very end, or not at all where they end English phrases."""
PHRASE_ENDS = frozenset({"it", "no"})

_PLAIN = {ord(letter): plain for letter, plain in {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ç": "c", "ñ": "n"}.items()}
_LOCALE = re.compile(r"(?:^|.*[\s_\-.])([a-z]{2})[-_]([A-Z]{2})")
"""A locale at the end of a name: `de-AT`."""


def kind_of(name: str, usual: str = OTHER) -> str:
    """Return `manual`, `repair_guide` or `data_sheet`, from the name of the file or else of the folders around it; else the usual kind, `advice`."""
    for part in reversed(PurePosixPath(name).parts):
        words = " ".join(re.split(r"[\s_\-.]+", _plain(part)))
        for kind, known in KINDS.items():
            if any(each in words for each in known):
                return kind
    return usual


def language_of(name: str) -> str | None:
    """Return the language that the name of a file says, or a folder around it; null where none does."""
    path = PurePosixPath(name)
    for part in (path.stem, *reversed(path.parts[:-1])):
        if found := _language(part):
            return found
    return None


def title_of(name: str) -> str:
    """Return a title made of the name of a file, without its language."""
    stem = PurePosixPath(name).stem
    tokens = re.split(r"[\s_]+", stem)
    if len(tokens) > 1 and code(tokens[-1]):
        tokens.pop()
    return " ".join(filter(None, tokens)) or stem


def code(text: str) -> str | None:
    """Return a language in two letters from a code, a locale or a name: `de-AT` is `de`, `English` is `en`; null for what is none."""
    plain = _plain(text).strip()
    found: str = re.split(r"[-_]", plain)[0]
    return found if found in CODES else WORDS.get(plain) or WORDS.get(found)


def _language(part: str) -> str | None:
    plain = _plain(part)
    if plain in CODES:
        return plain
    if (locale := _LOCALE.fullmatch(part)) and locale[1] in CODES:
        return locale[1]
    tokens: list[tuple[str, str]] = re.findall(r"(^|[\s_\-.]+)([^\s_\-.]+)", plain)
    for place, (mark, token) in reversed(list(enumerate(tokens))):
        is_end = place == len(tokens) - 1
        if token in WORDS and (len(token) > 3 or is_end):
            return WORDS[token]
        if token in CODES and place and _counts(token, mark, is_end=is_end):
            return token
    return None


def _counts(token: str, mark: str, *, is_end: bool) -> bool:
    """Return whether letters in a name are a language and no word of it."""
    if mark.strip("-. ") == "" and token in ORDINARY:
        return is_end and token not in PHRASE_ENDS
    return True


def _plain(text: str) -> str:
    return text.lower().translate(_PLAIN)
