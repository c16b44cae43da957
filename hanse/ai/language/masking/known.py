"""What is known: values of the customer at hand, which are masked in whatever spelling, and names of the business, which stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import phonenumbers

from hanse.ai.language.masking import gazetteer, spelling
from hanse.ai.language.masking.spans import Kind, Span

CERTAINTY = 1.5
"""More than any pattern's: what is known is known."""
TEXTS = frozenset({Kind.STREET, Kind.CITY})
MONTHS = (
    ("januar", "jänner", "january", "jan"),
    ("februar", "february", "feb"),
    ("märz", "march", "mär", "mar"),
    ("april", "apr"),
    ("mai", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("august", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nov"),
    ("dezember", "december", "dez", "dec"),
)
_WORD = re.compile(r"[^\W\d_]+")
_PIECE = re.compile(r"\w+")
_RUN = re.compile(r"[^\W_]+")
_INITIAL = re.compile(r"(?<!\w)([^\W\d_])\.?[ ]?-?$")
_BETWEEN = re.compile(r"[ ,\-]{1,2}")
_BEFORE = re.compile(
    r"(?i)(?<!\w)(?:an|von|für|bei|mit|herrn?|frau|familie|name|ist|hier|hei(?:ß|ss)e|bin|dass|sagte?|hallo|liebe[rs]?|gruß|grüße|to|from|is|am|dear)[ ,:]{1,2}$"
)
"""What stands before a name: there also a word of the dictionary may be one with a slip."""
SHORTEST_RUN = 4
_TRUNK = re.compile(r"^(?:\+|00)?(?:49|43|41)?0?(?=\d{6})")


class _Word(NamedTuple):
    start: int
    end: int
    folded: str
    word: str


@dataclass(frozen=True)
class Known:
    """Values of a person, each with its kind, and what looks like a name and is a brand or a company."""

    values: tuple[tuple[Kind, str], ...] = ()
    keep: frozenset[str] = frozenset()
    """Casefolded."""

    def find(self, text: str) -> Iterator[Span]:
        """Go through what is known in a text: names and places with slips and endings, numbers with any separators, dates in any form."""
        if not self.values:
            return
        found = [_Word(each.start(), each.end(), spelling.folded(each.group()), each.group()) for each in _WORD.finditer(text)]
        yield from self._names(text, found)
        yield from self._texts(text)
        yield from self._runs(text)
        for pattern in self._dates:
            for date_found in pattern.finditer(text):
                yield _span(date_found.start(), date_found.end(), Kind.BIRTHDATE, "the customer's date of birth")

    @cached_property
    def _name_words(self) -> tuple[str, ...]:
        names = (spelling.folded(part) for kind, value in self.values if kind is Kind.PERSON for part in _WORD.findall(value))
        return tuple(sorted({each for each in names if len(each) > 1}, key=len, reverse=True))

    def _names(self, text: str, found: Sequence[_Word]) -> Iterator[Span]:
        near = {index: self._is_slip(word) for index, word in enumerate(found) if self._may_be_near(word)}
        ends = {index: end for index, is_slip in near.items() if (end := self._name_end(text, found[index], is_slip=is_slip))}
        slips = {index for index, is_slip in near.items() if is_slip} - ends.keys()
        for index in sorted(slips):
            # One slip may make a word of the dictionary, two beside each other are the customer.
            if index not in ends and index + 1 in slips and _adjoin(text, found, index, index + 1):
                ends |= {index: found[index].end, index + 1: found[index + 1].end}
        for index in list(ends):
            for beside in (index - 1, index + 1):
                if 0 <= beside < len(found) and beside not in ends and _adjoin(text, found, index, beside) and self._is_near_name(found[beside]):
                    ends[beside] = found[beside].end
        yield from _merged(text, [(_with_initial(text, found[index].start), end) for index, end in sorted(ends.items())])
        yield from self._joined(text)

    @cached_property
    def _name_beginnings(self) -> frozenset[str]:
        return frozenset(letter for name in self._name_words for letter in name[:2])

    def _may_be_near(self, word: _Word) -> bool:
        """Return whether a word begins so that it may be a name, even with slips; most words do not, and that is quick to see."""
        return not self._name_beginnings.isdisjoint(word.folded[:2] + spelling.plain(word.word)[:2])

    def _name_end(self, text: str, word: _Word, *, is_slip: bool) -> int:
        """Return where a name ends that a word is; 0 where it is none."""
        for name in self._name_words:
            length = spelling.stem_length(word.folded, name)
            if length and _may_be_meant(word.word, name):
                return word.end - (len(word.folded) - length)
        if not is_slip:
            return 0
        meant = not gazetteer.is_word(word.word) or (word.word[0].isupper() and _BEFORE.search(text[max(0, word.start - 12) : word.start]))
        return word.end if meant else 0

    def _is_slip(self, word: _Word) -> bool:
        forms = {word.folded, spelling.plain(word.word)} if len(word.folded) > 2 else ()
        return any(spelling.is_near(form, name) for form in forms for name in self._name_words)

    def _is_near_name(self, word: _Word) -> bool:
        """Return whether a word beside a name may be another of the customer's, with more slips than alone."""
        if word.word.islower() and gazetteer.is_word(word.word):
            return word.folded in self._name_words
        return any(
            word.folded[:1] == name[:1] and (len(word.folded) == 1 or spelling.is_near(word.folded, name, more=1))
            for name in self._name_words
            if len(name) > 2
        ) or any(word.folded == name for name in self._name_words)

    @cached_property
    def _compounds(self) -> tuple[str, ...]:
        """Names without spaces, such as torbenroemer, either way round, and what stands before the @ of an address."""
        found: set[str] = set()
        for kind, value in self.values:
            parts = [spelling.folded(each) for each in _WORD.findall(value)] if kind is Kind.PERSON else []
            found |= {re.sub(r"[\W_]", "", spelling.folded(value.partition("@")[0]))} if kind is Kind.EMAIL else set()
            if len(parts) > 1:
                found |= {"".join(parts), "".join(reversed(parts)), parts[0] + parts[-1], parts[-1] + parts[0]}
        return tuple(sorted(each for each in found if len(each) > 6))

    def _joined(self, text: str) -> Iterator[Span]:
        if self._compounds:
            signs = _Signs(text)
            for compound in self._compounds:
                yield from _occurrences(text, signs, compound, Kind.PERSON)

    def _texts(self, text: str) -> Iterator[Span]:
        pieces = [_Word(each.start(), each.end(), spelling.folded_street(each.group()), each.group()) for each in _PIECE.finditer(text)]
        letters = {letter for _, value in self._wanted_texts for letter in value[0][:2]}
        begins = [index for index, each in enumerate(pieces) if not letters.isdisjoint(each.folded[:2])]
        for kind, value in self._wanted_texts:
            yield from _windows(pieces, begins, kind, value)

    @cached_property
    def _wanted_texts(self) -> tuple[tuple[Kind, tuple[str, ...]], ...]:
        """Streets and places as folded words; streets with their number and without."""
        found: list[tuple[Kind, tuple[str, ...]]] = []
        for kind, value in self.values:
            if kind in TEXTS:
                parts = tuple(spelling.folded_street(each) for each in _PIECE.findall(value))
                numbers = next((index for index, each in enumerate(parts) if index and each[0].isdigit()), len(parts))
                forms = (parts, parts[:numbers], _apart(parts), _together(parts))
                found += [(kind, each) for each in dict.fromkeys((*forms, *map(_short, forms))) if each]
        return tuple(found)

    @cached_property
    def _sought(self) -> tuple[tuple[Kind, str], ...]:
        """Numbers and addresses as a run of letters and digits; phone numbers without what stands before the area code."""
        found = []
        for kind, value in self.values:
            if kind in TEXTS or kind in {Kind.PERSON, Kind.BIRTHDATE}:
                continue
            run = re.sub(r"[\W_]", "", _TRUNK.sub("", re.sub(r"[^\d+]", "", value)) if kind is Kind.PHONE else spelling.folded(value))
            found += [(kind, run)] if len(run) >= SHORTEST_RUN else []
            found += [(kind, each) for each in _subscriber(value) if kind is Kind.PHONE]
        return tuple(found)

    def _runs(self, text: str) -> Iterator[Span]:
        if not self._sought:
            return
        signs = _Signs(text)
        for kind, run in self._sought:
            yield from _found_runs(text, signs, kind, run)
        for start, end, digits in _digit_runs(text):
            for kind, run in self._sought:
                if (
                    run.isdigit()
                    and len(run) > 6
                    and digits != run
                    and abs(len(digits) - len(run)) < 6
                    and spelling.is_near(digits[-len(run) :], run, more=-1)
                ):
                    yield _span(start, end, kind, "a number of the customer with a slip")

    @cached_property
    def _dates(self) -> tuple[re.Pattern[str], ...]:
        days = (_iso(value) for kind, value in self.values if kind is Kind.BIRTHDATE)
        return tuple(_date_pattern(day) for day in days if day is not None)


def _subscriber(phone: str) -> list[str]:
    """Return what of a phone number stands behind the area code; people of one town leave that out."""
    try:
        parsed = phonenumbers.parse(phone, "DE")
    except phonenumbers.NumberParseException:
        return []
    area = phonenumbers.length_of_geographical_area_code(parsed)
    rest = phonenumbers.national_significant_number(parsed)[area:]
    return [rest] if area and len(rest) > 5 else []


def _span(start: int, end: int, kind: Kind, reason: str) -> Span:
    return Span(start, end, kind, "known", reason, CERTAINTY)


def _may_be_meant(word: str, name: str) -> bool:
    """Return whether a word that spells a name is one: two letters, and words such as klein, only with a capital."""
    return word[0].isupper() or (len(name) > 3 and not gazetteer.is_word(word.lower()))


def _adjoin(text: str, found: Sequence[_Word], one: int, other: int) -> bool:
    first, second = sorted((one, other))
    return _BETWEEN.fullmatch(text[found[first].end : found[second].start]) is not None


def _with_initial(text: str, start: int) -> int:
    initial = _INITIAL.search(text[max(0, start - 4) : start])
    return start - (len(text[max(0, start - 4) : start]) - initial.start()) if initial and initial.group(1).isupper() else start


def _merged(text: str, spans: list[tuple[int, int]]) -> Iterator[Span]:
    """Go through names, first and family name as one."""
    start = end = -1
    for each_start, each_end in spans:
        if end >= 0 and _BETWEEN.fullmatch(text[end:each_start]):
            end = each_end
            continue
        if end >= 0:
            yield _span(start, end, Kind.PERSON, "the customer's name")
        start, end = each_start, each_end
    if end >= 0:
        yield _span(start, end, Kind.PERSON, "the customer's name")


class _Signs:
    """The letters and digits of a text folded, and where each of them stood, which is seldom asked."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.folded = "".join(map(spelling.folded, _RUN.findall(text)))

    @cached_property
    def places(self) -> list[int]:
        found: list[int] = []
        for word in _RUN.finditer(self._text):
            length, start, end = len(spelling.folded(word.group())), word.start(), word.end()
            # Folding shortens (ue, ss): the places of a word's letters are spread over it then, exact at its beginning.
            found += range(start, end) if length == end - start else (start + index * (end - start) // length for index in range(length))
        return found


def _occurrences(text: str, signs: _Signs, sought: str, kind: Kind) -> Iterator[Span]:
    """Go through where a run is found that begins with a word and ends with one."""
    place = signs.folded.find(sought)
    while place >= 0:
        start, end = signs.places[place], signs.places[place + len(sought) - 1] + 1
        rest = text[end : _word_end(text, end)].lower()
        if (start == 0 or not text[start - 1].isalnum()) and end - start < 3 * len(sought) and (not rest or rest in spelling.ENDINGS):
            yield _span(start, end, kind, "the customer's, written otherwise")
        place = signs.folded.find(sought, place + 1)


def _found_runs(text: str, signs: _Signs, kind: Kind, run: str) -> Iterator[Span]:
    place = signs.folded.find(run)
    while place >= 0:
        start, end = signs.places[place], signs.places[place + len(run) - 1] + 1
        if kind is Kind.PHONE:
            start -= _lead(text, start)
        if end - start < 3 * len(run) + 8:
            yield _span(start, end if kind is not Kind.EMAIL else _word_end(text, end - 1), kind, "the customer's")
        place = signs.folded.find(run, place + 1)


def _lead(text: str, start: int) -> int:
    """Return how many signs before a number belong to it: +49 (0), 0049, 0."""
    found = re.search(r"(?:(?:\+|00)\d{2}[ ./-]?)?\(?0?\)?[ ./-]?$", text[max(0, start - 12) : start])
    return len(found.group()) if found else 0


def _word_end(text: str, place: int) -> int:
    while place < len(text) and text[place].isalnum():
        place += 1
    return place


def _digit_runs(text: str) -> Iterator[tuple[int, int, str]]:
    for found in re.finditer(r"\d(?:[ ./()-]{0,3}\d){6,}", text):
        yield found.start(), found.end(), re.sub(r"\D", "", found.group())


def _short(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of an address with a short form of Straße, in which a slip is one of the short form."""
    return tuple(f"{each.removesuffix('strasse')}str" if each.endswith("strasse") else each for each in parts)


def _apart(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of an address with the letter of the house apart: 7 b."""
    return tuple(re.sub(r"(?<!\S)(\d+)([a-z])(?!\S)", r"\1 \2", " ".join(parts)).split())


def _together(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of an address with the letter of the house at its number: 7b."""
    return tuple(re.sub(r"(?<!\S)(\d+) ([a-z])(?!\S)", r"\1\2", " ".join(parts)).split())


def _windows(pieces: Sequence[_Word], begins: Sequence[int], kind: Kind, wanted: tuple[str, ...]) -> Iterator[Span]:
    """Go through as many words as a value has, and see whether they are it, with slips in words but not in numbers."""
    first = wanted[0]
    for index in begins:
        if index + len(wanted) > len(pieces):
            return
        seen = pieces[index].folded
        if seen != first and not (len(first) > 3 and spelling.is_near(seen, first)):
            continue
        window = pieces[index : index + len(wanted)]
        if all(map(_is_piece, window[1:], wanted[1:])) and _is_meant(window, wanted):
            yield _span(window[0].start, window[-1].end, kind, "the customer's address")


def _is_piece(piece: _Word, wanted: str) -> bool:
    return piece.folded == wanted or (not wanted[0].isdigit() and spelling.is_near(piece.folded, wanted))


def _is_meant(window: Sequence[_Word], wanted: tuple[str, ...]) -> bool:
    """Return whether words are meant as an address: alone, an ordinary word is one only as it is known, with a capital."""
    alone = window[0]
    if len(window) > 1 or not gazetteer.is_word(alone.word):
        return True
    return alone.word[0].isupper() and alone.folded == wanted[0]


def _iso(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _date_pattern(day: date) -> re.Pattern[str]:
    """Return what finds a date in any form: 3.5.1985, 03.05.85, 1985-05-03, 3. Mai 1985, May 3rd, 1985, and without the year in words."""
    d, m, y = f"0?{day.day}", f"0?{day.month}", f"(?:{day.year}|'?{day.year % 100:02d})"
    name = f"(?:{'|'.join(MONTHS[day.month - 1])})\\.?"
    forms = (
        rf"{d}[./ -]\s?{m}[./ -]\s?{y}",
        rf"{m}/{d}/{y}",
        rf"{day.year}[-./]{m}[-./]{d}",
        rf"{d}\.?(?:st|nd|rd|th)?(?: of)? ?{name}(?:,? ?{y})?",
        rf"{name} {d}(?:st|nd|rd|th)?(?:,? {y})?",
    )
    return re.compile(rf"(?i)(?<![\d\w])(?:{'|'.join(forms)})(?!\d)")
