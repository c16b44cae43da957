"""What is probably not meant by rules: contradictions that can be seen in the rules alone, and what an answer shows of them.

Each finding names the rules it is about and says which one wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from hanse.base import translation
from hanse.capabilities.recommend.rules.conditions import category_keys, is_reversed
from hanse.capabilities.recommend.rules.schemas import Filter, Finding, Rule
from hanse.data.catalog import facts

PIN_AND_EXCLUDE = "“{one}” pins {product}, and “{other}” excludes it. The exclusion wins: it is not shown."
PINS_ON_ONE_PLACE = "“{one}” and “{other}” both pin a product to place {place}. The first one keeps it, the other takes the next place."
PINNED_TWICE = "“{one}” and “{other}” both pin {product}. It stands where the first one puts it."
NOTHING_BETWEEN = "“{one}” asks for a price from {low} to {high}. Nothing lies between, so these prices are ignored."
NOTHING_IN_BOTH = "“{one}” and “{other}” leave nothing together: {why}. Answers come from the fallback, or are empty."
ONLY_THE_FIRST = "“{one}” and “{other}” both say {what}. The first one counts."
NEVER = "“{one}” ends before it begins, so it never holds."
SAYS_NOTHING = "“{one}” asks for nothing, so it changes nothing."
TOO_FEW_ALLOWED = (
    "“{one}” allows at most {most} of one kind, and “{other}” wants at least {least} products. Where all are of one kind, the answer is empty."
)

FALLBACKS, LEAST = "what to answer from instead", "how many products an answer needs"
CATEGORIES, BRANDS, PRICES = "their categories have nothing in common", "their brands have nothing in common", "their prices do not meet"


def of(rules: Sequence[Rule], language: str) -> list[Finding]:
    """Return what can be seen in rules alone. Rules that are off are left out."""
    on = [rule for rule in rules if rule.on]
    found = [finding for rule in on for finding in _alone(rule, language)]
    for one, other in combinations(on, 2):
        if _meet(one, other):
            found.extend(_together(one, other, language))
    return found


def finding(code: str, template: str, language: str, rules: Sequence[Rule], **named: object) -> Finding:
    """Return a finding in words; the names of the first two rules are `{one}` and `{other}`."""
    names = dict(zip(("one", "other"), (rule.name for rule in rules), strict=False))
    text = translation.say(__package__, template, language).format(**names, **named)
    return Finding(code=code, text=text, rule_ids=tuple(rule.rule_id for rule in rules))


def _alone(rule: Rule, language: str) -> Iterator[Finding]:
    if rule.starts_at and rule.ends_at and rule.ends_at <= rule.starts_at:
        yield finding("never", NEVER, language, [rule])
    wanted = rule.filter
    if wanted is not None:
        if is_reversed(wanted.from_minor, wanted.to_minor):
            low, high = ((each or 0) / 100 for each in (wanted.from_minor, wanted.to_minor))
            yield finding("nothing_between", NOTHING_BETWEEN, language, [rule], low=f"{low:.2f}", high=f"{high:.2f}")
        if is_reversed(wanted.from_ratio, wanted.to_ratio):
            yield finding("nothing_between", NOTHING_BETWEEN, language, [rule], low=f"{wanted.from_ratio}×", high=f"{wanted.to_ratio}×")
    if _is_empty(rule):
        yield finding("says_nothing", SAYS_NOTHING, language, [rule])


def _is_empty(rule: Rule) -> bool:
    if rule.filter is not None:
        return all(
            getattr(rule.filter, name) == getattr(Filter(), name) for name in Filter.__struct_fields__ if name not in {"keep_unknown", "currency"}
        )
    if rule.exclude is not None:
        return not (rule.exclude.product_ids or rule.exclude.bought_days or rule.exclude.returned_days)
    if rule.fallback is not None:
        return not rule.fallback.names
    return rule.pin is not None and not rule.pin.product_ids


def _meet(one: Rule, other: Rule) -> bool:
    """Return whether two rules can hold in the same answer."""
    for names in ("placements", "devices", "channels"):
        mine, theirs = getattr(one, names), getattr(other, names)
        if mine and theirs and set(mine).isdisjoint(theirs):
            return False
    apart = (one.ends_at and other.starts_at and one.ends_at <= other.starts_at) or (
        other.ends_at and one.starts_at and other.ends_at <= one.starts_at
    )
    return not apart


def _together(one: Rule, other: Rule, language: str) -> Iterator[Finding]:
    for pinning, excluding in ((one, other), (other, one)):
        if pinning.pin and excluding.exclude:
            for product in sorted(set(pinning.pin.product_ids) & set(excluding.exclude.product_ids)):
                yield finding("pin_and_exclude", PIN_AND_EXCLUDE, language, [pinning, excluding], product=product)
    if one.pin and other.pin:
        yield from _pins(one, other, language)
    if one.filter and other.filter and (why := _apart(one.filter, other.filter)):
        yield finding("nothing_in_both", NOTHING_IN_BOTH, language, [one, other], why=translation.say(__package__, why, language))
    for what, both in ((FALLBACKS, one.fallback and other.fallback), (LEAST, one.least and other.least)):
        if both and not (one.segments or other.segments):
            yield finding("only_the_first", ONLY_THE_FIRST, language, [one, other], what=translation.say(__package__, what, language))
    for mixing, counting in ((one, other), (other, one)):
        if mixing.diversity and counting.least and mixing.diversity.most < counting.least.products <= mixing.diversity.among:
            most, least = mixing.diversity.most, counting.least.products
            yield finding("too_few_allowed", TOO_FEW_ALLOWED, language, [mixing, counting], most=most, least=least)


def _pins(one: Rule, other: Rule, language: str) -> Iterator[Finding]:
    first, second = one.pin, other.pin
    if first is None or second is None or (first.at_hand and second.at_hand and first.at_hand != second.at_hand):
        return
    for product in sorted(set(first.product_ids) & set(second.product_ids)):
        yield finding("pinned_twice", PINNED_TWICE, language, [one, other], product=product)
    places = [set(range(pin.place, pin.place + len(pin.product_ids))) for pin in (first, second)]
    if shared := places[0] & places[1]:
        yield finding("pins_on_one_place", PINS_ON_ONE_PLACE, language, [one, other], place=min(shared))


def _apart(one: Filter, other: Filter) -> str:
    """Return why no product can meet two filters; empty where one can."""
    if _categories_apart(one, other):
        return CATEGORIES
    mine, theirs = (frozenset(map(facts.key, each.brands)) for each in (one, other))
    against = (frozenset(map(facts.key, each.without_brands)) for each in (other, one))
    if (mine and theirs and mine.isdisjoint(theirs)) or any(only and only <= without for only, without in zip((mine, theirs), against, strict=True)):
        return BRANDS
    if one.currency == other.currency:
        low = max(one.from_minor or 0, other.from_minor or 0)
        high = min((each.to_minor for each in (one, other) if each.to_minor is not None), default=None)
        if is_reversed(low, high) and not any(is_reversed(each.from_minor, each.to_minor) for each in (one, other)):
            return PRICES
    return ""


def _categories_apart(one: Filter, other: Filter) -> bool:
    for only, against in ((one, other), (other, one)):
        wanted, without = category_keys(only.categories), category_keys(against.without_categories)
        if wanted and all(_lies_in(each, without) for each in wanted):
            return True
    mine, theirs = category_keys(one.categories), category_keys(other.categories)
    return bool(mine and theirs) and not any(_lies_in(each, theirs) for each in mine) and not any(_lies_in(each, mine) for each in theirs)


def _lies_in(key: str, wider: frozenset[str]) -> bool:
    return any(key == each or key.startswith(each + " > ") for each in wider)
