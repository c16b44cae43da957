"""Words, queries and passages, without a database."""

from __future__ import annotations

import pytest

from hanse.ai.text import compounds
from hanse.ai.text.compounds import Compounds
from hanse.capabilities.search import analysis, passages, query
from hanse.capabilities.search.analysis import Analyser, Entry
from hanse.capabilities.search.lexicon import Lexicon

WORDS = {"bohrer": 40, "hammer": 12, "akku": 30, "schrauber": 9, "säge": 20, "schraube": 50, "möwe": 2, "kompressor": 6, "blatt": 5}
LEXICON = Lexicon(WORDS, WORDS, 100)


def lexemes(text: str, language: str = "de") -> set[str]:
    entry = Entry(Analyser(Compounds(WORDS)))
    entry.add(text, language, analysis.TITLE)
    return {part.rpartition(":")[0].strip("'") for part in str(entry).split(" ")}


@pytest.mark.parametrize(
    ("text", "found_by"),
    [
        ("Gehäuse", {"gehäuse", "gehaeuse", "gehause"}),
        ("Straße", {"strasse"}),
        ("Hammerbohrer", {"hammerbohrer", "hammer", "bohrer"}),
        ("Akku-Bohrschrauber", {"akkubohrschrauber", "akku", "bohrschrauber", "schrauber"}),
        ("Sägeblätter", {"sägeblätter", "saegeblaetter", "säge", "blatt"}),
        ("8,0 mm", {"8", "8,0", "mm", "@8mm"}),
        ("3/8 Zoll", {"@9.525mm"}),
    ],
)
def test_a_text_is_found_by_all_its_forms(text: str, found_by: set[str]) -> None:
    assert lexemes(text) >= found_by


def test_what_something_is_for_is_not_its_name() -> None:
    row = {"product_id": "A-1", "gtin": None, "title": {"de": "Akku für Säge"}, "brand": None, "category": {}, "attributes": {}, "description": {}}
    entry = str(analysis.product(row, Analyser(Compounds(WORDS))))
    assert "'akku':1A" in entry
    assert "'säge':2B" in entry


def test_numbers_stand_without_separators() -> None:
    row = {
        "product_id": "nw-10/2",
        "gtin": "4006381333931",
        "title": {},
        "brand": None,
        "category": {},
        "attributes": {"mpn": {"value": "x 7-a"}, "margin": {"value": 30, "unit": "%"}},
        "description": {},
    }
    entry = str(analysis.product(row, Analyser(Compounds(WORDS))))
    assert {"'#NW102'", "'#4006381333931'", "'#X7A'"} <= {part.rpartition(":")[0] for part in entry.split(" ")}
    assert "30" not in entry


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bohrre", "bohrer"),
        ("hamer", "hammer"),
        ("komprressor", "kompressor"),
        ("kompreser", "kompressor"),
        ("saege", None),
        ("bohrer", None),
        ("akkuschrauber", None),
        ("akuschrauber", "akkuschrauber"),
        ("xyz", None),
        ("1234567", None),
        ("zzzzzzzzz", None),
    ],
)
def test_typing_errors_are_mended_by_the_words_of_the_shop(typed: str, meant: str | None) -> None:
    found = query.read(f"{typed} blatt", "de", LEXICON).groups[0]
    assert (found.typed, found.correction) == (typed, meant)


def test_the_commoner_of_two_words_is_meant() -> None:
    assert LEXICON.corrections("schraubr")[0] == "schraube"


def test_a_known_word_may_be_meant_for_a_much_commoner_one() -> None:
    lexicon = Lexicon({"schraube": 60, "schaube": 2, "traube": 5}, {"schraube": 60, "schaube": 2, "traube": 5}, 100)
    assert query.read("schaube m8", "de", lexicon).likelier == "schraube m8"
    assert query.read("traube", "de", lexicon).likelier is None
    assert query.read("schraube", "de", lexicon).likelier is None
    assert query.read("schaube", "de", lexicon, as_typed=True).likelier is None


def test_the_last_word_may_be_begun_only() -> None:
    last = query.read("säge kompr", "de", LEXICON).groups[-1]
    assert "'kompr':*" in last.anywhere
    assert last.correction is None


@pytest.mark.parametrize(
    ("typed", "groups"),
    [
        ("8mm bohrer", ["8 mm", "bohrer"]),
        ("ich suche etwas zum bohren", ["bohren"]),
        ("und", ["und"]),
        ("", []),
        ("!!!", []),
        ("säge säge", ["säge"]),
    ],
)
def test_a_query_is_read_in_parts(typed: str, groups: list[str]) -> None:
    assert [each.typed for each in query.read(typed, "de", LEXICON).groups] == groups


def test_two_words_that_the_shop_writes_as_one_are_either() -> None:
    together, other = query.read(
        "stich säge blatt", "de", Lexicon({"stichsäge": 3, "säge": 9, "blatt": 4}, {"stichsäge": 3, "säge": 9, "blatt": 4}, 20)
    ).groups
    assert (together.typed, together.correction, other.typed) == ("stich säge", None, "blatt")
    assert "'stichsäge'" in together.anywhere
    assert " & " in together.anywhere


def test_rare_words_say_more() -> None:
    common, rare = query.read("schraube möwe", "de", LEXICON).groups
    assert rare.rarity > common.rarity


@pytest.mark.parametrize(("typed", "number"), [("nw-100", "'#NW100':*"), ("4006381333931", "'#4006381333931':*"), ("bohrer", None), ("a1", None)])
def test_a_query_may_be_a_number(typed: str, number: str | None) -> None:
    assert query.read(typed, "de", LEXICON).number == number


def test_quotes_stay_in_their_lexeme() -> None:
    assert analysis.quoted("it's\\") == "'it''s\\\\'"
    assert query._titled("('it''s' | 'a':*)") == "('it''s':A | 'a':*A)"


@pytest.mark.parametrize(
    ("word", "heads"), [("Bohrschrauber", ("schrauber",)), ("Handkreissäge", ("kreissäge", "säge")), ("Schrauben", ()), ("Kompressor", ()), ("", ())]
)
def test_a_compound_is_one_of_its_head(word: str, heads: tuple[str, ...]) -> None:
    assert compounds.heads(word) == heads


def test_passages_end_with_sentences() -> None:
    body = "# Titel\n\n" + " ".join(f"Das ist Satz {each} von vielen in diesem Text." for each in range(60))
    found = list(passages.cut(body, "de"))
    assert len(found) > 2
    assert all(len(each) <= passages.LONGEST for each in found)
    assert all(each.endswith(".") for each in found)
    assert " ".join(found) == passages.plain(body)


def test_a_sentence_without_an_end_is_cut() -> None:
    assert [len(each) for each in passages.cut("x" * 1_500, "de")] == [700, 700, 100]


def test_marks_of_markdown_are_left_out() -> None:
    assert passages.plain("## A *b* [c](https://x.example)\n\n| d | e |\n| --- | :-: |\n| f | g-h |") == "A b c d e f g-h"
