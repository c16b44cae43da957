"""What is probably not meant by rules: contradictions that can be seen in the rules alone, and products and values that are not there.

Each finding names the rules it is about and says which one wins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from hanse.base import translation
from hanse.base.database import Connection
from hanse.capabilities.search.search_rules import forms, rulebook
from hanse.capabilities.search.search_rules.forms import Form
from hanse.capabilities.search.search_rules.rulebook import Edition
from hanse.capabilities.search.search_rules.schemas import RuleFinding, SearchRule, WhichProducts

PIN_AND_HIDE = "“{one}” pins {product}, and “{other}” hides it. Hiding wins: it is not shown."
PINS_ON_ONE_PLACE = "“{one}” and “{other}” both pin a product to place {place}. The first one keeps it, the other takes the next place."
PINNED_TWICE = "“{one}” and “{other}” both pin {product}. It stands where the first one puts it."
UP_AND_DOWN = "“{one}” moves the same products up that “{other}” moves down. What both say is added up."
TWO_ADDRESSES = "“{one}” and “{other}” send the same search to different pages. The first one counts."
NEVER = "“{one}” ends before it begins, so it never holds."
SAYS_NOTHING = "“{one}” names no products, so it changes nothing."
NOT_SOLD = "“{one}” names {product}, which is not in the search: it is not in the catalog or not sold any more."
NOTHING_IS_SO = "“{one}” means products of which there are none: no product has the category, brand or attribute that it names."
SAME_WORD = "“{one}” says of a word that it means itself."


@dataclass(frozen=True)
class _Said:
    """A rule with the forms of its queries."""

    rule: SearchRule

    @cached_property
    def forms(self) -> frozenset[Form]:
        return frozenset(each for text in self.rule.queries for each in forms.of_text(text, self.rule.language))

    @cached_property
    def needed(self) -> list[frozenset[str]]:
        return [frozenset(each) for each in self.forms]


async def of(connection: Connection, rules: Sequence[SearchRule], language: str) -> list[RuleFinding]:
    """Return what is probably not meant by rules that are on."""
    on = [rule for rule in rules if rule.on]
    known = await _known(connection, on)
    edition = await rulebook.edition(connection, on)
    found = [each for place, rule in enumerate(on) for each in (*_alone(rule, language), *_missing(place, rule, edition, known, language))]
    for one, other in combinations(map(_Said, on), 2):
        found.extend(_together(one, other, language))
    return found


def finding(code: str, template: str, language: str, rules: Sequence[SearchRule], **named: object) -> RuleFinding:
    """Return a finding in words; the names of the first two rules are `{one}` and `{other}`."""
    names = dict(zip(("one", "other"), (rule.name for rule in rules), strict=False))
    text = translation.say(__package__, template, language).format(**names, **named)
    return RuleFinding(code=code, text=text, rule_ids=tuple(rule.rule_id for rule in rules))


def _alone(rule: SearchRule, language: str) -> Iterator[RuleFinding]:
    if rule.starts_at and rule.ends_at and rule.ends_at <= rule.starts_at:
        yield finding("never", NEVER, language, [rule])
    if rule.which == WhichProducts():
        yield finding("says_nothing", SAYS_NOTHING, language, [rule])
    if rule.synonyms is not None:
        said, meant = (
            {form for each in texts for form in forms.in_order(each, rule.language)} for texts in (rule.synonyms.words, rule.synonyms.means)
        )
        if said & meant:
            yield finding("same_word", SAME_WORD, language, [rule])


def _missing(place: int, rule: SearchRule, edition: Edition, known: Collection[str], language: str) -> Iterator[RuleFinding]:
    for product in rule.product_ids:
        if product not in known:
            yield finding("not_sold", NOT_SOLD, language, [rule], product=product)
    act = edition.acts.get(place)
    if act is not None and not all(act.target.facets):
        yield finding("nothing_is_so", NOTHING_IS_SO, language, [rule])


def _together(one: _Said, other: _Said, language: str) -> Iterator[RuleFinding]:
    kinds = {one.rule.kind, other.rule.kind}
    if kinds in ({"pin", "hide"}, {"pin"}, {"boost", "bury"}, {"redirect"}) and _meet(one, other):
        first, second = one.rule, other.rule
        if first.kind == "redirect" and first.redirect != second.redirect:
            yield finding("two_addresses", TWO_ADDRESSES, language, [first, second])
        elif kinds == {"boost", "bury"} and first.which == second.which:
            yield finding("up_and_down", UP_AND_DOWN, language, [first, second] if first.boost else [second, first])
        elif kinds == {"pin", "hide"}:
            pinning, hiding = (first, second) if first.pin else (second, first)
            for product in sorted(set(pinning.product_ids) & set(hiding.product_ids)):
                yield finding("pin_and_hide", PIN_AND_HIDE, language, [pinning, hiding], product=product)
        elif kinds == {"pin"}:
            yield from _pins(first, second, language)


def _pins(one: SearchRule, other: SearchRule, language: str) -> Iterator[RuleFinding]:
    places = [{each.place for each in rule.pin.places} if rule.pin else set() for rule in (one, other)]
    for product in sorted(set(one.product_ids) & set(other.product_ids)):
        yield finding("pinned_twice", PINNED_TWICE, language, [one, other], product=product)
    for place in sorted(places[0] & places[1])[:1]:
        yield finding("pins_on_one_place", PINS_ON_ONE_PLACE, language, [one, other], place=place)


def _meet(one: _Said, other: _Said) -> bool:
    """Return whether two rules hold for the same query: surely, not only for one that contains the words of both."""
    first, second = one.rule, other.rule
    if first.language and second.language and first.language != second.language:
        return False
    if (first.ends_at and second.starts_at and first.ends_at <= second.starts_at) or (
        second.ends_at and first.starts_at and second.ends_at <= first.starts_at
    ):
        return False
    if "any" in {first.match, second.match}:
        return True
    if first.match == second.match == "exact":
        return not one.forms.isdisjoint(other.forms)
    wider, narrower = (one, other) if first.match == "contains" else (other, one)
    if any(need <= each for need in wider.needed for each in narrower.needed):
        return True
    return first.match == second.match and any(need <= each for need in narrower.needed for each in wider.needed)


async def _known(connection: Connection, rules: Sequence[SearchRule]) -> set[str]:
    """Return which of the products that rules name are in the index, themselves or a variant of them."""
    wanted = sorted({each for rule in rules for each in rule.product_ids})
    rows = await (await connection.execute(rulebook.queries["members"], {"product_ids": wanted})).fetchall() if wanted else []
    return {each for row in rows for each in (row["product_id"], row["group_id"])}
