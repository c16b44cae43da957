"""Rules in words a merchant would say: what each kind is for, what one rule does, whom it is for, and what was changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from hanse.capabilities.recommend.rules.schemas import Boost, Change, Condition, Diversity, Draft, Exclude, Filter, Kind, Pin
from hanse.serve.console.texts import Words

NO_TITLES: Mapping[str, str] = {}
MOST_NAMED = 3
"""How many categories, brands or products a sentence names."""


def kind_name(words: Words, kind: Kind) -> tuple[str, str, str]:
    """Return what a kind of rule is called, its icon, and what it is for."""
    gettext = words.gettext
    return {
        "filter": (gettext("Show only"), "filter", gettext("Stock, margin, price, categories, brands: what does not fit is left out.")),
        "boost": (gettext("Move up or down"), "arrow-up-down", gettext("New, own or profitable products come earlier, others later.")),
        "pin": (gettext("Fix a place"), "pin", gettext("A campaign or a product of your choice stands where you want it.")),
        "exclude": (gettext("Never show"), "ban", gettext("Certain products, or what somebody has bought or returned lately.")),
        "diversity": (gettext("Mix"), "shuffle", gettext("Not ten of a kind: so many of a category, brand or product at most.")),
        "frequency": (gettext("Give it a rest"), "repeat", gettext("What somebody was shown often and never clicked makes way.")),
        "fallback": (gettext("Answer instead"), "list-checks", gettext("What is shown where nothing is left.")),
        "least": (gettext("Full rows only"), "layers", gettext("With too few products nothing is shown.")),
    }[kind]


def described(words: Words, rule: Draft, titles: Mapping[str, str] = NO_TITLES) -> str:
    """Return what a rule does, in one sentence, products by their titles where those are given."""
    gettext, found = words.gettext, rule.content
    if isinstance(found, Filter):
        return gettext("Only %(what)s", what=", ".join(_filter(words, found))) if found != Filter() else gettext("Asks for nothing yet")
    if isinstance(found, Boost):
        which = condition(words, found.products, titles) or gettext("all products")
        factor = words.number(found.factor, 0 if found.factor == int(found.factor) else 2)
        return gettext("Score × %(factor)s: %(which)s", factor=factor, which=which)
    if isinstance(found, Exclude):
        return gettext("Never %(what)s", what=", ".join(_exclude(words, found, titles)) or "–")
    return _pin(words, found, titles) if isinstance(found, Pin) else _counted(words, rule)


def condition(words: Words, wanted: Condition, titles: Mapping[str, str] = NO_TITLES) -> str:
    """Return which products are meant; empty where all are."""
    gettext = words.gettext
    found = []
    if wanted.new_days is not None:
        found.append(words.ngettext("new since %(num)s day", "new since %(num)s days", wanted.new_days))
    if wanted.in_stock:
        found.append(gettext("in stock"))
    if wanted.margin_score is not None:
        found.append(gettext("margin from %(share)s", share=words.percent(wanted.margin_score, 0)))
    if wanted.categories:
        found.append(gettext("in %(names)s", names=named(words, tuple(each.rpartition(" > ")[2] for each in wanted.categories))))
    if wanted.brands:
        found.append(gettext("of %(names)s", names=named(words, wanted.brands)))
    if wanted.attribute:
        found.append(f"{wanted.attribute}: {named(words, wanted.values)}" if wanted.values else wanted.attribute)
    if wanted.product_ids:
        found.append(_products(words, wanted.product_ids, titles))
    return ", ".join(found)


def audience(words: Words, rule: Draft) -> str:
    """Return where and for whom a rule holds."""
    gettext = words.gettext
    found = [named(words, tuple(placement(words, each) for each in rule.placements))] if rule.placements else [gettext("everywhere")]
    for names, label in ((rule.segments, gettext("segment")), (rule.devices, gettext("device")), (rule.channels, gettext("channel"))):
        if names:
            found.append(f"{label} {named(words, names)}")
    return ", ".join(found)


def period(words: Words, rule: Draft) -> str:
    """Return from when until when a rule holds; empty for always."""
    if rule.starts_at and rule.ends_at:
        return f"{words.time(rule.starts_at)} – {words.time(rule.ends_at)}"
    if rule.starts_at:
        return words.gettext("from %(time)s", time=words.time(rule.starts_at))
    return words.gettext("until %(time)s", time=words.time(rule.ends_at)) if rule.ends_at else ""


def state(words: Words, rule: Draft, now: datetime) -> tuple[str, str, str]:
    """Return whether a rule holds now, how good that is, and its icon."""
    gettext = words.gettext
    if not rule.on:
        return gettext("off"), "", "minus"
    if rule.ends_at and rule.ends_at <= now:
        return gettext("over"), "", "clock"
    if rule.starts_at and rule.starts_at > now:
        return gettext("planned"), "warn", "clock"
    return gettext("on"), "good", "check"


def placement(words: Words, name: str) -> str:
    """Return the everyday name of a placement, or its own."""
    gettext = words.gettext
    return {
        "product_page": gettext("Product page"),
        "cart": gettext("Cart"),
        "home": gettext("Home page"),
        "category_page": gettext("Category page"),
        "out_of_stock": gettext("Out of stock"),
        "search_page": gettext("Search page"),
        "reorder": gettext("Ordering again"),
        "reminder": gettext("Reminder"),
        "mail": gettext("Mail"),
    }.get(name, name)


PLACEMENTS = ("product_page", "cart", "home", "category_page", "out_of_stock", "search_page", "reorder", "reminder", "mail")
"""Placements that are offered before anybody names others."""


def source(words: Words, name: str) -> str:
    """Return the everyday name of what is answered from, or its own."""
    gettext = words.gettext
    return {
        "recommend.also_bought": gettext("Bought together"),
        "recommend.popular_in_category": gettext("Popular in the category"),
        "recommend.popular": gettext("Popular in the shop"),
        "recommend.after_search": gettext("Looked at after a search"),
        "recommend.newest": gettext("New in the shop"),
        "recommend.viewed": gettext("Looked at next"),
        "recommend.bought": gettext("Bought by similar customers"),
        "recommend.next": gettext("Bought next"),
        "recommend.similar": gettext("Similar products"),
        "recommend.for_you": gettext("Picked for the person"),
        "recommend.forgotten": gettext("Looked at and not bought"),
        "recommend.due_again": gettext("Due again"),
        "recommend.accessories": gettext("Accessories"),
        "recommend.consumables": gettext("Consumables"),
        "recommend.parts": gettext("Spare parts"),
        "recommend.successors": gettext("Successors"),
    }.get(name, name)


def change(words: Words, made: Change) -> str:
    """Return what was done to a rule."""
    gettext, name = words.gettext, made.name
    if made.action == "ordered" or (made.action == "undone" and made.rule_id is None):
        return gettext("The order was changed") if made.action == "ordered" else gettext("A change of the order was taken back")
    if made.action == "changed" and made.before and made.after and made.before.on != made.after.on:
        return gettext("“%(name)s” was switched on", name=name) if made.after.on else gettext("“%(name)s” was switched off", name=name)
    return {
        "made": gettext("“%(name)s” was made", name=name),
        "changed": gettext("“%(name)s” was changed", name=name),
        "deleted": gettext("“%(name)s” was deleted", name=name),
    }.get(made.action, gettext("A change of “%(name)s” was taken back", name=name))


def named(words: Words, names: tuple[str, ...]) -> str:
    """Return the first of some names, and how many more there are."""
    more = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED])
    return words.gettext("%(names)s and %(count)s more", names=shown, count=words.number(more)) if more > 0 else shown


def _filter(words: Words, found: Filter) -> Iterator[str]:
    gettext = words.gettext
    if found.in_stock:
        yield gettext("in stock")
    if found.margin_score is not None:
        yield gettext("margin from %(share)s", share=words.percent(found.margin_score, 0))
    low, high = found.from_minor, found.to_minor
    if low is not None or high is not None:
        yield _between(words, *(None if each is None else words.money(each, found.currency) for each in (low, high)))
    ratios = (found.from_ratio, found.to_ratio)
    if any(each is not None for each in ratios):
        low_text, high_text = (None if each is None else "× " + words.number(each, 0 if each == int(each) else 2) for each in ratios)
        yield gettext("%(prices)s of the product's price", prices=_between(words, low_text, high_text))
    yield from _names(words, found)
    if found.own_range:
        yield gettext("the company's own range")


def _names(words: Words, found: Filter) -> Iterator[str]:
    gettext = words.gettext
    if found.categories:
        yield gettext("in %(names)s", names=named(words, tuple(each.rpartition(" > ")[2] for each in found.categories)))
    if found.without_categories:
        yield gettext("not in %(names)s", names=named(words, tuple(each.rpartition(" > ")[2] for each in found.without_categories)))
    if found.brands:
        yield gettext("of %(names)s", names=named(words, found.brands))
    if found.without_brands:
        yield gettext("not of %(names)s", names=named(words, found.without_brands))


def _between(words: Words, low: str | None, high: str | None) -> str:
    if low is not None and high is not None:
        return f"{low} – {high}"
    return words.gettext("from %(low)s", low=low) if low is not None else words.gettext("up to %(high)s", high=high)


def product_ids(rule: Draft) -> set[str]:
    """Return the products that a rule names."""
    found = rule.content
    if isinstance(found, Boost):
        return set(found.products.product_ids)
    if isinstance(found, Pin):
        return {*found.product_ids, *(found.at_hand.product_ids if found.at_hand else ())}
    return set(found.product_ids) if isinstance(found, Exclude) else set()


def _products(words: Words, ids: tuple[str, ...], titles: Mapping[str, str]) -> str:
    return named(words, tuple(titles.get(each, each) for each in ids))


def _pin(words: Words, found: Pin, titles: Mapping[str, str]) -> str:
    products = _products(words, found.product_ids, titles)
    text = words.gettext("%(products)s on place %(place)s", products=products, place=words.number(found.place))
    at_hand = condition(words, found.at_hand, titles) if found.at_hand else ""
    return words.gettext("%(what)s, beside products %(which)s", what=text, which=at_hand) if at_hand else text


def _exclude(words: Words, found: Exclude, titles: Mapping[str, str]) -> Iterator[str]:
    if found.product_ids:
        yield _products(words, found.product_ids, titles)
    if found.bought_days:
        bought = words.ngettext("what was bought in the last day", "what was bought in the last %(num)s days", found.bought_days)
        again = condition(words, found.repeatable) if found.repeatable else ""
        yield words.gettext("%(bought)s (but again: %(which)s)", bought=bought, which=again) if again else bought
    if found.returned_days:
        yield words.ngettext("what was returned in the last day", "what was returned in the last %(num)s days", found.returned_days)


def _counted(words: Words, rule: Draft) -> str:
    """Return what a rule does that mixes, rests, falls back or wants a full row."""
    gettext = words.gettext
    if rule.diversity:
        return _diversity(words, rule.diversity)
    if rule.frequency:
        times = words.ngettext("once", "%(num)s times", rule.frequency.times)
        return gettext("Not what was shown %(times)s in %(days)s days without a click", times=times, days=words.number(rule.frequency.days))
    if rule.fallback:
        return " → ".join(source(words, each) for each in rule.fallback.names) or gettext("Asks for nothing yet")
    least = rule.least.products if rule.least else 0
    return words.ngettext("Nothing with fewer than %(num)s product", "Nothing with fewer than %(num)s products", least)


def _diversity(words: Words, found: Diversity) -> str:
    kind = {"category": words.gettext("of a category"), "brand": words.gettext("of a brand"), "parent": words.gettext("of a product's variants")}[
        found.by
    ]
    facts = {"most": words.number(found.most), "kind": kind, "among": words.number(found.among)}
    return words.gettext("At most %(most)s %(kind)s among the first %(among)s", **facts)
