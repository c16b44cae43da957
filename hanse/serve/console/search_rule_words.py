"""Rules of the search in words a merchant would say: what each kind is for, what one does, for which searches, and what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hanse.capabilities.search.search_rules.schemas import Kind, SearchDraft, SearchRuleChange, Strength, WhichProducts
from hanse.serve.console import rule_words
from hanse.serve.console.texts import Words

SYMBOLS: Mapping[Kind, str] = {
    "pin": "pin",
    "boost": "arrow-up",
    "bury": "arrow-down",
    "hide": "ban",
    "redirect": "external-link",
    "synonyms": "equal",
}


def kind_name(words: Words, kind: Kind) -> tuple[str, str]:
    """Return what a kind of rule is called, and what it is for."""
    gettext = words.gettext
    return {
        "pin": (gettext("Fix a place"), gettext("Certain products stand where you want them, also where the search would not find them.")),
        "boost": (gettext("Move up"), gettext("Products of a brand, a category or your choice come earlier.")),
        "bury": (gettext("Move down"), gettext("What is out of stock, or of little interest here, comes later.")),
        "hide": (gettext("Never show"), gettext("Products that do not belong to this search.")),
        "redirect": (gettext("Send to a page"), gettext("Who searches for “returns” comes to the page on returns.")),
        "synonyms": (gettext("Words that mean the same"), gettext("Who types “flex” finds angle grinders.")),
    }[kind]


def strength(words: Words, how: Strength) -> str:
    """Return how far products are moved."""
    gettext = words.gettext
    return {
        "slightly": gettext("a little"),
        "clearly": gettext("clearly"),
        "strongly": gettext("far"),
        "wholly": gettext("all the way"),
    }[how]


def described(words: Words, rule: SearchDraft, titles: Mapping[str, str] = rule_words.NO_TITLES) -> str:
    """Return what a rule does, in one sentence, products by their titles where those are given."""
    gettext = words.gettext
    if rule.pin:
        placed = (
            gettext("%(product)s on place %(place)s", product=titles.get(each.product_id, each.product_id), place=each.place)
            for each in rule.pin.places
        )
        return rule_words.named(words, tuple(placed))
    if rule.redirect:
        return gettext("To %(url)s", url=rule.redirect.url)
    if rule.synonyms:
        sides = {"words": ", ".join(rule.synonyms.words), "means": ", ".join(rule.synonyms.means)}
        return gettext("%(words)s = %(means)s", **sides) if rule.synonyms.both_ways else gettext("%(words)s also finds %(means)s", **sides)
    which = condition(words, rule.which or WhichProducts(), titles) or gettext("no products yet")
    if rule.boost:
        return gettext("Up, %(how)s: %(which)s", how=strength(words, rule.boost.strength), which=which)
    if rule.bury:
        return gettext("Down, %(how)s: %(which)s", how=strength(words, rule.bury.strength), which=which)
    return gettext("Never %(what)s", what=which)


def condition(words: Words, which: WhichProducts, titles: Mapping[str, str]) -> str:
    """Return which products are meant; empty where none are."""
    gettext, named = words.gettext, rule_words.named
    found = []
    if which.stock:
        found.append(gettext("in stock") if which.stock == "in" else gettext("out of stock"))
    if which.categories:
        found.append(gettext("in %(names)s", names=named(words, tuple(each.rpartition(" > ")[2] for each in which.categories))))
    if which.brands:
        found.append(gettext("of %(names)s", names=named(words, which.brands)))
    if which.attribute:
        found.append(f"{which.attribute}: {named(words, which.values)}" if which.values else which.attribute)
    if which.product_ids:
        found.append(named(words, tuple(titles.get(each, each) for each in which.product_ids)))
    return ", ".join(found)


def searches(words: Words, rule: SearchDraft) -> str:
    """Return for which searches a rule is."""
    gettext = words.gettext
    languages = {"de": gettext("only in German"), "en": gettext("only in English")}
    queries = rule_words.named(words, tuple(f"“{each}”" if words.language == "en" else f"„{each}“" for each in rule.queries))
    found = {"any": gettext("every search"), "contains": gettext("searches with %(queries)s", queries=queries), "exact": queries}[rule.match]
    return f"{found}, {languages[rule.language]}" if rule.language else found


def period(words: Words, rule: SearchDraft) -> str:
    """Return from when until when a rule holds; empty for always."""
    if rule.starts_at and rule.ends_at:
        return f"{words.time(rule.starts_at)} – {words.time(rule.ends_at)}"
    if rule.starts_at:
        return words.gettext("from %(time)s", time=words.time(rule.starts_at))
    return words.gettext("until %(time)s", time=words.time(rule.ends_at)) if rule.ends_at else ""


def state(words: Words, rule: SearchDraft, now: datetime) -> tuple[str, str, str]:
    """Return whether a rule holds now, how good that is, and its icon."""
    gettext = words.gettext
    if not rule.on:
        return gettext("off"), "", "minus"
    if rule.ends_at and rule.ends_at <= now:
        return gettext("over"), "", "clock"
    if rule.starts_at and rule.starts_at > now:
        return gettext("planned"), "warn", "clock"
    return gettext("on"), "good", "check"


def change(words: Words, made: SearchRuleChange) -> str:
    """Return what was done to a rule."""
    gettext, name = words.gettext, made.name
    if made.action == "changed" and made.before and made.after and made.before.on != made.after.on:
        return gettext("“%(name)s” was switched on", name=name) if made.after.on else gettext("“%(name)s” was switched off", name=name)
    return {
        "made": gettext("“%(name)s” was made", name=name),
        "changed": gettext("“%(name)s” was changed", name=name),
        "deleted": gettext("“%(name)s” was deleted", name=name),
    }.get(made.action, gettext("A change of “%(name)s” was taken back", name=name))
