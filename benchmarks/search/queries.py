"""The test set: queries as people type them, and which products of the sample shop answer them how well.

Built from the assortment with a fixed seed; how products are graded stands in `judging`. Each query has a topic, the thing it is about: a stable hash
of it says whether the query belongs to the part that the search is tuned on (`validation`) or to the one it is reported on (`test`), so that a word
and its misspelling are never in both.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from benchmarks.report import SEED
from benchmarks.search import phrases, typing_errors
from benchmarks.search.judging import EXACT, Grades, Judge, labels, stem
from benchmarks.search.phrases import Phrases
from hanse.testing.sample import vocabulary
from hanse.testing.sample.assortment import Assortment, Item, Kind, build

LANGUAGES = ("de", "en")
MANY = {"de": 2, "en": 1}
"""Two thirds of what is drawn is German."""


class Part(StrEnum):
    """A part of the test set."""

    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class Query:
    """Something typed, in the language of the page it is typed on, and the grades of what answers it."""

    text: str
    language: str
    kind: str
    topic: str
    grades: Grades

    @property
    def part(self) -> Part:
        """Return which part it belongs to."""
        return Part.TEST if hashlib.blake2b(self.topic.encode(), digest_size=8).digest()[0] % 2 else Part.VALIDATION


@dataclass(frozen=True)
class Name:
    """What something is called in the catalog in a language, and what it means, written as in `phrases`."""

    text: str
    language: str
    meant: str


def assortment() -> Assortment:
    """Return what the judgements are about; products and numbers are the same for every seed."""
    return build(Random(SEED))


def queries(seed: int = SEED) -> list[Query]:
    """Return the whole test set; the same for the same seed."""
    goods = assortment()
    judge, rng = Judge(goods), Random(seed)
    known = names(judge)
    made = [
        *_titles(judge, rng),
        *_mistyped(judge, known, rng),
        *_without_umlauts(judge, known),
        *_said(judge, "compound", phrases.COMPOUNDS),
        *_measured(judge),
        *_numbers(judge, rng),
        *_said(judge, "inflection", phrases.INFLECTED),
        *_said(judge, "other word", phrases.WORDS),
        *_of_log(judge, rng),
        *_said(judge, "need", phrases.NEEDS),
        *_said(judge, "symptom", phrases.SYMPTOMS),
        *_branded(judge, known, rng),
        *_foreign(judge, known, rng),
    ]
    return list({(query.text.lower(), query.language): query for query in reversed(made)}.values())[::-1]


def names(judge: Judge) -> list[Name]:
    """Return what can be asked for by its name: machines, parts, parts of machines, packs, styles, wines, delicacies."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for item in judge.items:
        for language in LANGUAGES:
            for text, meant in _called(item, language):
                found.setdefault((text.lower(), language), {})[meant] = None
    return [Name(text, language, "; ".join(meant)) for (text, language), meant in found.items()]


def _called(item: Item, language: str) -> Iterator[tuple[str, str]]:
    meant, family = labels(item)[0], vocabulary.families()[item.family].title[language]
    if item.kind is Kind.SPARE_PART:
        part = stem(vocabulary.part_types()[item.part_type].title[language])
        yield part, meant
        yield f"{part} {family}", f"{meant}/{item.family} ~ {meant}"
    elif item.kind is Kind.MACHINE:
        yield family, meant
    elif item.kind is Kind.WINE:
        yield vocabulary.ranges()["wine"].kinds[item.style][language], meant
    elif item.kind is not Kind.SET:
        yield stem(item.title(language)), meant


def _query(judge: Judge, text: str, language: str, kind: str, meant: str) -> Query:
    """Return a query with the grades of what it means."""
    rest, _, far = meant.partition(" ~ ")
    exact, _, near = rest.partition(" | ")
    grades = judge.grades(judge.of(exact), core=judge.of(near) if near else (), far=judge.of(far) if far else ())
    return Query(text, language, kind, _topic(exact), grades)


def _topic(meant: str) -> str:
    return meant.partition("; ")[0].partition("/")[0]


def _said(judge: Judge, kind: str, said: Phrases) -> Iterator[Query]:
    return (_query(judge, text, language, kind, meant) for language, each in said.items() for text, meant in each.items())


def _of_log(judge: Judge, rng: Random) -> Iterator[Query]:
    """Words that the customers of the shop use for its machines, slips of the pen included."""
    for family in vocabulary.machine_families():
        for language, many in MANY.items():
            for text in rng.sample(family.words[language], many):
                yield _query(judge, text, language, "other word", f"machine:{family.key}")


def _titles(judge: Judge, rng: Random) -> Iterator[Query]:
    """Whole titles, as copied or in small letters, and what somebody remembers of one."""
    for kind in (Kind.MACHINE, Kind.SPARE_PART, Kind.ACCESSORY, Kind.CONSUMABLE, Kind.GARMENT, Kind.WINE, Kind.FOOD):
        for language, many in MANY.items():
            for item in rng.sample([each for each in judge.items if each.kind is kind], many * 2):
                yield _title(judge, item, language, in_part=False, rng=rng)
                if kind in {Kind.MACHINE, Kind.SPARE_PART, Kind.WINE, Kind.FOOD}:
                    yield _title(judge, item, language, in_part=True, rng=rng)


def _title(judge: Judge, item: Item, language: str, *, in_part: bool, rng: Random) -> Query:
    title = item.title(language)
    text = _remembered(item, language) if in_part else rng.choice((title, title.lower()))
    same = labels(item)[0] if item.kind is not Kind.WINE else labels(item)[1]
    narrow = judge.of(f"{same}/{item.family}" if item.kind is Kind.SPARE_PART else same)
    far = judge.of(same) if item.kind is Kind.SPARE_PART else ()
    return Query(text, language, "title", _topic(labels(item)[0]), judge.grades([item.product_id], core=narrow, far=far, alone=not in_part))


def _remembered(item: Item, language: str) -> str:
    """Return the part of a title that tells the product from the others."""
    families = {family.key: family for family in vocabulary.machine_families()}
    if item.kind is Kind.MACHINE:
        return f"{families[item.family].title[language]} {families[item.family].lines[item.grade].name}".lower()
    if item.kind is Kind.SPARE_PART:
        part = stem(vocabulary.part_types()[item.part_type].title[language])
        return f"{part} {families[item.family].title[language].split()[-1]} {families[item.family].lines[item.grade].name}".lower()
    if item.kind is Kind.WINE:
        brand = item.product.brand or ""
        return f"{brand.split()[-1]} {item.title('de').removeprefix(brand).strip()[:-5]}".lower()
    return " ".join(re.findall(r"[^\W\d]{4,}", item.title(language))[:2]).lower()


def _mistyped(judge: Judge, known: Sequence[Name], rng: Random) -> Iterator[Query]:
    """Names with one error, and names of long words with two, by turns of each kind of error."""
    right = {word for name in known for word in name.text.split()}
    kinds, twice = itertools.cycle(typing_errors.ERRORS), itertools.cycle((True, False))
    for language, many in MANY.items():
        for name in rng.sample(_fitting(known, language), 25 * many):
            word = _longest(name.text)
            errors = [next(kinds) for _ in range(2 if len(word) >= typing_errors.LONG and next(twice) else 1)]
            wrong = typing_errors.mistyped(word, errors, rng, right)
            text = name.text.replace(word, wrong)
            yield _query(judge, text, language, f"typing error, {('one', 'two')[len(errors) - 1]}", name.meant)


def _fitting(known: Sequence[Name], language: str) -> list[Name]:
    """Return names that are long enough; of parts of each machine, of which there are many, some."""
    long = [name for name in known if name.language == language and len(_longest(name.text)) >= 4]
    special = [name for name in long if " ~ " in name.meant]
    return [name for name in long if " ~ " not in name.meant] + special[::3]


def _longest(text: str) -> str:
    return max((word for word in re.split(r"[\s\-']", text)), key=len)


def _without_umlauts(judge: Judge, known: Sequence[Name]) -> Iterator[Query]:
    """Names as keyboards without umlauts write them, and as people in a hurry do."""
    fitting = [
        name for name in known if name.language == "de" and name.text != name.text.translate(typing_errors.EXPANDED) and " ~ " not in name.meant
    ]
    for number, name in enumerate(fitting):
        table = typing_errors.STRIPPED if number % 2 else typing_errors.EXPANDED
        yield _query(judge, name.text.translate(table), "de", "umlaut", name.meant)


def _measured(judge: Judge) -> Iterator[Query]:
    for language, asked in phrases.MEASURES.items():
        for text, meant, label, number in asked:
            core = judge.of(meant)
            yield Query(text, language, "unit", _topic(meant), judge.grades(judge.having(core, label, number), core=core))


def _numbers(judge: Judge, rng: Random) -> Iterator[Query]:
    """Product numbers and GTINs, as they are printed and as they are typed off."""
    ways = itertools.cycle(("{id}", "{lower}", "{joined}", "{spaced}", "{digits}", "{gtin}", "{grouped}", "{dashed}"))
    for item in rng.sample(judge.items, 32):
        prefix, _, digits = item.product_id.partition("-")
        gtin = item.product.gtin or ""
        text = next(ways).format(
            id=item.product_id,
            lower=item.product_id.lower(),
            joined=prefix.lower() + digits,
            spaced=f"{prefix} {digits}",
            digits=digits,
            gtin=gtin,
            grouped=f"{gtin[0]} {gtin[1:7]} {gtin[7:]}",
            dashed=f"{prefix.lower()}_{digits}",
        )
        meant = [each for each in judge.products if each.endswith(digits)] if text == digits else [item.product_id]
        yield Query(text, rng.choice(LANGUAGES), "number", item.product_id, dict.fromkeys(meant, EXACT))


def _branded(judge: Judge, known: Sequence[Name], rng: Random) -> Iterator[Query]:
    """Brand and what it makes, in either order."""
    for language, many in MANY.items():
        found = [*_made_by(judge, known, language), *_grown_by(judge, language)]
        for number, (brand, text, meant) in enumerate(rng.sample(found, 10 * many)):
            yield _query(judge, f"{text} {brand}" if number % 3 == 0 else f"{brand} {text}", language, "brand", meant)


def _made_by(judge: Judge, known: Iterable[Name], language: str) -> Iterator[tuple[str, str, str]]:
    """Go through names of which all products are of one brand; brand, name and what it means."""
    for name in known:
        brands = {judge.products[each].brand or "" for each in judge.of(name.meant.split(" ~ ")[0])}
        if name.language == language and len(brands) == 1 and not name.meant.startswith("wine:"):
            yield brands.pop().lower(), name.text, name.meant


def _grown_by(judge: Judge, language: str) -> Iterator[tuple[str, str, str]]:
    """Go through the estates, as people shorten them, and their wines; other wines of the estate come near, as do others of the kind."""
    for style, kind in vocabulary.ranges()["wine"].kinds.items():
        for estate in {item.product.brand or "": None for item in judge.items if item.style == style}:
            meant = f"estate:{estate}/{style} | estate:{estate}"
            yield estate.lower().partition(" ")[2], kind[language].lower(), meant


def _foreign(judge: Judge, known: Sequence[Name], rng: Random) -> Iterator[Query]:
    """English names on the German page, and the other way round, where the languages differ."""
    texts = {language: {name.text for name in known if name.language == language} for language in LANGUAGES}
    for page, spoken in (("de", "en"), ("en", "de")):
        fitting = [name for name in known if name.language == spoken and name.text not in texts[page]]
        for name in rng.sample(fitting, 12 * MANY[page]):
            yield _query(judge, name.text, page, "other language", name.meant)
