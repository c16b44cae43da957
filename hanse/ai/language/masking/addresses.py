"""Where people live and when they were born: streets with numbers, postal codes with places, dates of birth."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hanse.ai.language.masking import context, gazetteer
from hanse.ai.language.masking.spans import Kind, Span

_CAP = r"[A-ZÄÖÜÉ][A-Za-zÄÖÜäöüßéèáçñôł.'’]*"
_SURE = r"(?:(?i:stra(?:ße|sse)|str\.?|gasse|allee|chaussee|steig|stieg|promenade)(?![a-zäöüß]))"
_WEAK = (
    r"(?:(?i:weg|platz|ring|ufer|damm|pfad|hof|markt|berg|feld|park|kamp|winkel|tor|wall|graben|garten|gärten|höhe|brücke|siedlung|zeile|wiesen?|twiete|koppel"
    r"|anger|redder|bogen|leite|halde|rain)(?![a-zäöüß]))"
)
_HOUSE = r"\d{1,4}(?:[ ]?[a-zA-Z](?![A-Za-zÄÖÜäöüß]))?(?:[ ]?[-–/+][ ]?\d{1,4}[ ]?(?:[a-z](?![A-Za-zäöüß]))?)?(?![\d.,]?\d|[ ]?[€%])"
_PLACED = r"(?:(?:Am|An|Auf|Aus|Bei|Hinter|Im|In|Ober|Über|Unter|Vor|Zu|Zum|Zur|Zwischen)(?: (?:der|dem|den|die|das|alten|neuen|hohen|langen|großen|kleinen|Alten|Neuen|Hohen|Langen|Großen|Kleinen))*)"
_NUMBER = rf"(?:[ ]?(?:Nr\.?|Hausnummer|No\.?))?[ ]{{0,2}}(?P<house>{_HOUSE})"
_FORE = r"(?:(?:van der|van|von der|von|vom|zur|zum) )?(?:(?:Alte|Neue|Große|Kleine|Lange|Obere|Untere|Hohe|St\.|Sankt)r? )?"
_JOINED = re.compile(rf"(?<![\w-]){_FORE}(?:(?:{_CAP}-)*[A-ZÄÖÜÉ][A-Za-zäöüßéèáç'’]+?|(?:{_CAP}-)+)(?:{_SURE}|(?P<weak>{_WEAK})){_NUMBER}")
_APART = re.compile(
    rf"(?<![\w-]){_FORE}(?P<first>{_CAP}(?:-{_CAP})*)(?:[ -](?:von[ -]|van[ -]|de[ -])?{_CAP}){{0,2}}[ ]"
    rf"(?:Stra(?:ße|sse)|Str\.?|Gasse|Allee|Chaussee|(?P<weak>Weg|Platz|Ring|Ufer|Damm|Markt|Hof|Steig|Pfad)){_NUMBER}"
)
_PLACED_STREET = re.compile(rf"(?<![\w-])(?P<name>{_PLACED} {_CAP}(?:[ -]{_CAP}){{0,2}})[ ]{{1,2}}(?P<house>{_HOUSE})")
_ENGLISH = re.compile(
    r"(?<![\w-])\d{1,5}[A-Za-z]? (?:[NSEW]\.? )?(?:[A-Z][a-z']+ ){1,3}(?:Street|St\.?(?=,|\n|$)|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?|Drive|Dr\.?(?=,|\n|$)|Court|Ct\.?|Boulevard|Blvd\.?|Way|Close|Terrace|Square|Crescent)(?![\w])"
    r"(?:,? (?:Apt|Suite|Unit|Flat)\.? ?\w{1,5})?"
)
_NAMED_STREET = re.compile(rf"(?<![\w-])(?:{_CAP}-)*[A-ZÄÖÜ][a-zäöüß]+(?:straße|strasse|allee|gasse|weg)(?![\w-])")
_LABEL = re.compile(
    r"^(?:(?:Meine|Unsere|Neue|Alte|Die|Der|Das|Bitte|Adresse|Anschrift|Straße|Strasse|Lieferadresse|Rechnungsadresse|Lieferanschrift|Wohnhaft|Hausanschrift|In|Nach|Zur|Ich|Wir|Firma)[:,]? +)+"
)
_ABOUT_ADDRESS = re.compile(
    r"(?i)wohn|adress|anschrift|zieh|umgezogen|umzug|zustell|hausnummer|liefer\w* (?:\w+ )?(?:an|nach|in)\b|(?:schick|send|versend|bring|abhol)\w*|nachbar|straße:|strasse:|street|address|live|ship to|deliver"
)
_POSTCODE = re.compile(r"(?<![\w.,/+-])(?P<land>(?:D|DE|A|AT|CH|L)[- ])?(?P<code>\d{5}|\d{4})(?![\d]|[.,]\d)[ ]{1,2}(?=[A-ZÄÖÜ])")
_LONE_POSTCODE = re.compile(r"(?i)\b(?:plz|postleitzahl|zip(?: ?code)?|postcode)\b[:\s]*(?:lautet|ist|is)?\s*(\d{4,5})\b")
_PLACE_WORD = re.compile(r"[A-ZÄÖÜ](?:[^\W\d_]|[.'’/-](?=[^\W\d_]))*(?![\d_])")
_INNER = re.compile(
    r"(?:am|an der|an dem|im|in der|in|bei|ob der|vor der|vorm|vor dem|a\.[ ]?d\.|v\.[ ]?d\.|a\.|i\.|b\.) ?(?=[A-ZÄÖÜ])|\((?=[A-ZÄÖÜ])|/ ?(?=[A-ZÄÖÜ])"
)
_BEGINS = frozenset(
    [
        "bad",
        "sankt",
        "st.",
        "st",
        "hannoversch",
        "groß",
        "klein",
        "alt",
        "neu",
        "markt",
        "hohen",
        "burg",
        "schloß",
        "schloss",
        "deutsch",
        "hohe",
        "kloster",
        "heilig",
    ]
)
_CITY = re.compile(
    r"(?<![\w-])(?:in|aus|nach|bei|um|von|Raum|Filiale|Standort|Niederlassung|Stadt|Wohnort:?|Ort:?|Geburtsort:?|from|near|to|store|branch) (?=[A-ZÄÖÜ])"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_MONTH_NAME = r"(?:Jan(?:uar|uary)?|Jänner|Feb(?:ruar|ruary)?|März|Mär|Mar(?:ch)?|Apr(?:il)?|Mai|May|Jun[ie]?|Jul[iy]?|Aug(?:ust)?|Sep(?:t|tember)?|O[kc]t(?:ober)?|Nov(?:ember)?|De[zc](?:ember)?)\.?"
_YEAR = r"(?:(?:19|20)\d\d|'?\d\d)"
_DATE = re.compile(
    rf"(?<![\d.,/-])(?:(?:{_DAY}[. ]{{1,2}}{_MONTH}[. ]{{1,2}}{_YEAR}|{_DAY}[/-]{_MONTH}[/-]{_YEAR}|{_MONTH}/{_DAY}/{_YEAR}|(?:19|20)\d\d[-/.]{_MONTH}[-/.]{_DAY})(?!\d|[.,/-]\d)"
    rf"|{_DAY}\.?(?:st|nd|rd|th)?(?: of)? ?(?i:{_MONTH_NAME}),? ?{_YEAR}(?!\d))|(?<!\w){_MONTH_NAME} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}(?!\d)"
)
_DATED = re.compile(r"\d[. /-]{1,2}\d")
_MONTHS = ("jan", "jän", "feb", "mär", "mar", "apr", "mai", "may", "jun", "jul", "aug", "sep", "okt", "oct", "nov", "dez", "dec")
"""One of these two stands in every text with a date; both are quicker to find than a date."""
_BORN = re.compile(r"(?i)geb(?:\.|oren|urtsdatum|urtstag|urts)|\bborn\b|birth|\bdob\b|\bg[ea]b\b|jahrgang|\bwurde .{0,20}am\b.{0,3}$")
_BORN_AFTER = re.compile(r"(?i)^\)?[ ,]*(?:geboren|zur welt|geb\b|born|ist mein geburts|\(geburts|als geburts|is my (?:birthday|date))")
_NOT_BORN = re.compile(r"(?i)baujahr|gekauft|bestellt|rechnung|liefer|kauf|seit|stand|garantie|produziert|hergestellt|bought|order|since|purchase")
_OLD_YEAR = re.compile(r"(?<!\d)(?:19[2-9]\d|200\d|201[0-2])(?!\d)")
"""Years in which customers may have been born and in which nothing was bought that is still talked about."""


def find(text: str) -> Iterator[Span]:
    """Go through addresses and dates of birth in a text."""
    streets = list(_streets(text))
    yield from streets
    yield from _postcodes(text, streets)
    yield from _cities(text)
    yield from _births(text)


def _streets(text: str) -> Iterator[Span]:
    for found in (*_JOINED.finditer(text), *_APART.finditer(text)):
        start = _after_label(found)
        if start < found.start("house") - 4 and (found["weak"] is None or _is_street(text, found, start)):
            yield Span(start, found.end(), Kind.STREET, "street", "the name of a street with a number", 0.8)
    for found in _PLACED_STREET.finditer(text):
        if _has_place(text, found.end()) or _ABOUT_ADDRESS.search(context.before(text, found.start())):
            yield Span(found.start(), found.end(), Kind.STREET, "street", "a name and a number in an address", 0.7)
    for found in _ENGLISH.finditer(text):
        yield Span(found.start(), found.end(), Kind.STREET, "street", "a number and the name of a street", 0.75)
    for found in _NAMED_STREET.finditer(text):
        if _ABOUT_ADDRESS.search(context.before(text, found.start(), 40)) and not gazetteer.is_word(found.group()):
            yield Span(found.start(), found.end(), Kind.STREET, "street", "where somebody lives", 0.6)


def _after_label(found: re.Match[str]) -> int:
    label = _LABEL.match(found.group())
    return found.start() + (label.end() if label else 0)


def _is_street(text: str, found: re.Match[str], start: int) -> bool:
    """Return whether a word such as Parkplatz or Dichtring with a number is an address."""
    name = text[start : found.start("house")].strip()
    if _has_place(text, found.end()) or _ABOUT_ADDRESS.search(context.before(text, start)):
        return True
    first = re.split(r"[- ]", name)[0]
    return not context.is_amount(text, found.end()) and ("-" in name or " " in name) and gazetteer.may_be_first_name(first)


def _has_place(text: str, end: int) -> bool:
    return re.match(r"[ ]{0,2}(?:[,;|/(]|\n|in\b|- )?\s{0,2}(?:(?:D|DE|A|AT|CH)[- ])?\d{4,5}\s+[A-ZÄÖÜ]", text[end : end + 24]) is not None


def _postcodes(text: str, streets: list[Span]) -> Iterator[Span]:
    for found in _POSTCODE.finditer(text):
        end = _place_end(text, found.end())
        place = text[found.end() : end]
        known = gazetteer.is_place(place) or gazetteer.is_place(re.split(r"[ (/]", place)[0])
        near = any(-3 < found.start() - each.end < 8 for each in streets)
        if known or near or (len(found["code"]) == 5 and _may_be_place(text, found, place)):
            certainty = 0.85 if near or known else 0.6
            yield Span(found.start(), found.end("code"), Kind.POSTCODE, "postal code", "with a place behind it", certainty)
            yield Span(found.end(), end, Kind.CITY, "place", "behind a postal code", certainty)
    for found in _LONE_POSTCODE.finditer(text):
        yield Span(found.start(1), found.end(1), Kind.POSTCODE, "postal code", "beside its name", 0.7)


def _may_be_place(text: str, found: re.Match[str], place: str) -> bool:
    if context.is_business(text, found.start()):
        return False
    return (
        bool(found["land"])
        or _ABOUT_ADDRESS.search(context.before(text, found.start(), 30)) is not None
        or not gazetteer.is_word(place.split(" ", maxsplit=1)[0])
    )


def _place_end(text: str, start: int) -> int:
    """Return where the name of a place ends: the longest one that is known, else one word and what belongs to it."""
    ends = list(_place_ends(text, start))
    known = [end for end in ends if gazetteer.is_place(text[start:end])]
    if not ends:
        return start
    if known and (len(ends) == 1 or known[-1] > ends[0]):
        return known[-1]
    first = text[start : ends[0]]
    more = len(ends) > 1 and (first.casefold() in _BEGINS or (first.endswith("er") and not known) or not text[ends[0] : ends[1]][1:2].isupper())
    return ends[1] if more or (len(ends) > 1 and not known and not gazetteer.is_word(text[ends[0] + 1 : ends[1]])) else ends[0]


def _place_ends(text: str, start: int) -> Iterator[int]:
    place, words = start, 0
    while words < 4 and (found := _PLACE_WORD.match(text, place)):
        words, end = words + 1, found.end()
        if text[place - 1 : place] == "(":
            end += text[end : end + 1] == ")"
        yield end
        if text[end : end + 1] not in {" ", "/", "-"} and not text[end : end + 2].startswith(" ("):
            return
        place = end + (text[end] == " ")
        inner = _INNER.match(text, place)
        place = inner.end() if inner else place


def _cities(text: str) -> Iterator[Span]:
    for found in _CITY.finditer(text):
        end = _place_end(text, found.end())
        name = text[found.end() : end]
        if name.endswith(")") or name.split(" ")[0].casefold() in _BEGINS or any(gazetteer.is_mostly_place(each) for each in (name, *_pieces(name))):
            yield Span(found.end(), end, Kind.CITY, "place", "a place of Germany, Austria or Switzerland", 0.55)


def _pieces(name: str) -> list[str]:
    """Return the words of a place; none where the first is an ordinary word (in Kürze, aus Holz)."""
    pieces = re.split(r"[ -]", name)
    ordinary = gazetteer.is_word(pieces[0]) and not gazetteer.is_place(pieces[0]) and pieces[0].casefold() not in _BEGINS
    return [] if ordinary else [each for each in pieces if len(each) > 2]


def _births(text: str) -> Iterator[Span]:
    small = text.lower()
    for found in _DATE.finditer(text) if _DATED.search(text) or any(month in small for month in _MONTHS) else ():
        before = context.before(text, found.start(), 45)
        told = _BORN.search(before) or _BORN_AFTER.search(context.after(text, found.end()))
        old = _OLD_YEAR.search(found.group()) is not None and not _NOT_BORN.search(before)
        if told or old:
            yield Span(
                found.start(),
                found.end(),
                Kind.BIRTHDATE,
                "date of birth",
                "beside the word for it" if told else "too long ago for an order",
                0.95 if told else 0.7,
            )
