"""The form of a rule of the search: what was typed becomes a rule, and a rule what could have been typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from hanse.capabilities.search.search_rules import forms
from hanse.capabilities.search.search_rules.schemas import (
    ADDRESS,
    FURTHEST,
    KINDS,
    MATCHES,
    STRENGTHS,
    HideProducts,
    Kind,
    Match,
    MoveProducts,
    PinnedPlace,
    PinProducts,
    RedirectSearch,
    SameWords,
    SearchDraft,
    Strength,
    WhichProducts,
)
from hanse.serve.console import search_rule_words
from hanse.serve.console.rule_forms import Typed
from hanse.serve.console.texts import Words

MOST_QUERIES, MOST_WORDS, LONGEST = 100, 50, 200


def read(typed: Typed) -> SearchDraft | None:
    """Return the rule that was typed; null where something is wrong with it, which `typed.wrong` says."""
    kind, gettext = chosen(typed.text("kind")), typed.words.gettext
    content = READERS[kind](typed)
    queries, match = lines(typed, "queries")[:MOST_QUERIES], matching(typed.text("match"))
    if kind != "synonyms" and match != "any" and not any(forms.of_text(each, None) for each in queries):
        typed.wrong["queries"] = gettext("Say for which searches the rule is, one in each line.")
    name = typed.text("name")[:LONGEST] or _named(typed, kind, queries)
    starts_at, ends_at = typed.moment("starts_at"), typed.moment("ends_at")
    if typed.wrong or content is None:
        return None
    language: Any = typed.text("language") if typed.text("language") in {"de", "en"} else None
    when: dict[str, Any] = {"match": match, "queries": queries} if kind != "synonyms" else {"match": "any"}
    note = next(iter(typed.values.get("note", ())), "").replace("\0", "").strip()[:1_000]
    usual: dict[str, Any] = {"note": note, "on": typed.flag("on"), "starts_at": starts_at, "ends_at": ends_at, "language": language, kind: content}
    return SearchDraft(name=name, **usual, **when)


def _named(typed: Typed, kind: Kind, queries: tuple[str, ...]) -> str:
    """Return a name for a rule that was given none: what it is about."""
    if kind == "synonyms":
        return " = ".join((*lines(typed, "words")[:1], *lines(typed, "means")[:1]))[:LONGEST]
    return ", ".join(queries[:3])[:LONGEST] or search_rule_words.kind_name(typed.words, kind)[0]


def lines(typed: Typed, name: str) -> tuple[str, ...]:
    """Return what was typed in lines, each once."""
    found = (line.replace("\0", "").strip()[:LONGEST] for text in typed.values.get(name, ()) for line in text.splitlines())
    return tuple(dict.fromkeys(each for each in found if each))


def chosen(text: str) -> Kind:
    """Return a kind of rule; a fixed place where it is none."""
    return next((each for each in KINDS if each == text), "pin")


def matching(text: str) -> Match:
    """Return which queries a rule is for; exact ones where it says nothing."""
    return next((each for each in MATCHES if each == text), "exact")


def _pin(typed: Typed) -> PinProducts | None:
    products, places = typed.values.get("products", ()), typed.values.get("places", ())
    found: list[PinnedPlace] = []
    for number, product in enumerate(products):
        told = Typed({"place": places[number : number + 1]}, typed.words, typed.wrong)
        if product.strip():
            place = told.whole("place", 1, FURTHEST) or len(found) + 1
            found.append(PinnedPlace(product_id=product.replace("\0", "").strip()[:LONGEST], place=place))
    if not found:
        typed.wrong["products"] = typed.words.gettext("Name at least one product.")
        return None
    return PinProducts(places=tuple(found[:FURTHEST]))


def _which(typed: Typed) -> WhichProducts:
    attribute = typed.text("p_attribute")[:LONGEST]
    stock: Any = typed.text("p_stock") if typed.text("p_stock") in {"in", "out"} else None
    found = WhichProducts(
        product_ids=typed.many("p_products"),
        categories=typed.many("p_categories")[:200],
        brands=typed.many("p_brands")[:200],
        attribute=attribute or None,
        values=typed.listed("p_values") if attribute else (),
        stock=stock,
    )
    if found == WhichProducts():
        typed.wrong["p_products"] = typed.words.gettext("Say which products: by category, brand, attribute, stock or number.")
    return found


def _move(typed: Typed) -> MoveProducts:
    strength: Strength = next((each for each in STRENGTHS if each == typed.text("strength")), "clearly")
    return MoveProducts(products=_which(typed), strength=strength)


def _redirect(typed: Typed) -> RedirectSearch | None:
    url = next(iter(typed.values.get("url", ())), "").strip()
    if len(url) > 2_000 or not re.search(ADDRESS, url):
        typed.wrong["url"] = typed.words.gettext("This needs a path of the shop, such as /sale, or an address with https://.")
        return None
    return RedirectSearch(url=url)


def _synonyms(typed: Typed) -> SameWords | None:
    words, means = lines(typed, "words")[:MOST_WORDS], lines(typed, "means")[:MOST_WORDS]
    for name, found in (("words", words), ("means", means)):
        if not found:
            typed.wrong[name] = typed.words.gettext("This needs at least one word.")
    return SameWords(words=words, means=means, both_ways=typed.flag("both_ways")) if words and means else None


READERS: Mapping[Kind, Callable[[Typed], msgspec.Struct | None]] = {
    "pin": _pin,
    "boost": _move,
    "bury": _move,
    "hide": lambda typed: HideProducts(products=_which(typed)),
    "redirect": _redirect,
    "synonyms": _synonyms,
}


def write(draft: SearchDraft, words: Words) -> Typed:
    """Return what could have been typed to get a rule."""
    moments = {name: _moment(getattr(draft, name), words) for name in ("starts_at", "ends_at")}
    found: dict[str, tuple[str, ...]] = {
        "kind": (draft.kind,),
        "name": (draft.name,),
        "note": (draft.note,),
        "on": ("true",) if draft.on else (),
        "match": (draft.match,),
        "queries": ("\n".join(draft.queries),),
        "language": (draft.language or "",),
        **moments,
        **_content(draft),
    }
    return Typed(found, words)


def _content(draft: SearchDraft) -> dict[str, tuple[str, ...]]:
    if draft.pin:
        return {"products": draft.product_ids, "places": tuple(str(each.place) for each in draft.pin.places)}
    if draft.redirect:
        return {"url": (draft.redirect.url,)}
    if draft.synonyms:
        same = draft.synonyms
        both = ("true",) if same.both_ways else ()
        return {"words": ("\n".join(same.words),), "means": ("\n".join(same.means),), "both_ways": both}
    which, moved = draft.which or WhichProducts(), draft.boost or draft.bury
    return {
        "strength": (moved.strength if moved else "",),
        "p_products": which.product_ids,
        "p_categories": which.categories,
        "p_brands": which.brands,
        "p_attribute": (which.attribute or "",),
        "p_values": (", ".join(which.values),),
        "p_stock": (which.stock or "",),
    }


def _moment(moment: Any, words: Words) -> tuple[str, ...]:
    return (moment.astimezone(words.zone).strftime("%Y-%m-%dT%H:%M"),) if moment else ()
