"""What a rule of the search is, as it is saved and sent: for which queries it is, when it holds, and the one thing it does."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base.decision import ShortText

Kind = Literal["pin", "boost", "bury", "hide", "redirect", "synonyms"]
"""The one thing a rule does; a rule has the field of this name and none of the others."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Match = Literal["exact", "contains", "any"]
MATCHES: tuple[Match, ...] = get_args(Match)
Strength = Literal["slightly", "clearly", "strongly", "wholly"]
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
FURTHEST = 100
"""The last place that a product can be put on."""
ADDRESS = r"^(https?://[^\s/\\?#@]+([/?#]\S*)?|/([^\s/\\]\S*)?)$"

Word = Annotated[str, Meta(min_length=1, max_length=200)]
Path = Annotated[str, Meta(min_length=1, max_length=500)]
Words = Annotated[tuple[Word, ...], Meta(max_length=200)]
Paths = Annotated[tuple[Path, ...], Meta(max_length=200)]
Products = Annotated[tuple[Word, ...], Meta(max_length=500)]
Place = Annotated[int, Meta(ge=1, le=FURTHEST)]
Version = Annotated[int, Meta(ge=1, le=2**31)]
Moment = Annotated[datetime, Meta(tz=True)]


class WhichProducts(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which products: all that is given must hold; where nothing is given, none is meant."""

    product_ids: Annotated[Products, Meta(description="One of these products, or a variant of one of them.")] = ()
    categories: Annotated[Paths, Meta(description="In one of these categories or below it; parts of a path are parted by ' > '.")] = ()
    brands: Annotated[Words, Meta(description="Of one of these brands.")] = ()
    attribute: Annotated[Word | None, Meta(description="The name of an attribute that has one of `values`.")] = None
    values: Annotated[Words, Meta(description="What the attribute may say, with its unit, as facets show it; empty for anything.")] = ()
    stock: Annotated[Literal["in", "out"] | None, Meta(description="In stock, or out of stock; what nobody counts is in stock.")] = None


class PinnedPlace(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One product on one place."""

    product_id: Annotated[Word, Meta(description="The product.")]
    place: Annotated[Place, Meta(description="Its place; 1 is the best.")]


class PinProducts(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Puts products on fixed places, also those that the query would not find."""

    places: Annotated[Annotated[tuple[PinnedPlace, ...], Meta(min_length=1, max_length=FURTHEST)], Meta(description="Which product stands where.")]


class MoveProducts(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Moves products up or down among those that were found."""

    products: Annotated[WhichProducts, Meta(description="Which products.")]
    strength: Annotated[
        Strength,
        Meta(
            description="How far: slightly breaks ties, clearly weighs as a word in the title, strongly as most of a query; wholly goes before all."
        ),
    ] = "clearly"


class HideProducts(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Never shows products."""

    products: Annotated[WhichProducts, Meta(description="Which products.")]


class RedirectSearch(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Sends whoever searches to a page."""

    url: Annotated[
        str, Meta(description="Where to: a path of the shop such as /sale, or an address with http or https.", max_length=2_000, pattern=ADDRESS)
    ]


class SameWords(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Words that mean the same."""

    words: Annotated[Annotated[tuple[Word, ...], Meta(min_length=1, max_length=50)], Meta(description="What people type: a word or some words each.")]
    means: Annotated[
        Annotated[tuple[Word, ...], Meta(min_length=1, max_length=50)], Meta(description="What it means: who types one of `words` finds these, too.")
    ]
    both_ways: Annotated[bool, Meta(description="Whether who types one of `means` finds `words`, too.")] = True


Content = PinProducts | MoveProducts | HideProducts | RedirectSearch | SameWords


class SearchDraft(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule as somebody writes it: exactly one of pin, boost, bury, hide, redirect and synonyms is given."""

    name: Annotated[Word, Meta(description="What the rule is called.")]
    note: Annotated[str, Meta(description="Why there is this rule, for those who look at it later.", max_length=1_000)] = ""
    on: Annotated[bool, Meta(description="Whether it holds; false keeps it for later.")] = True
    starts_at: Annotated[Moment | None, Meta(description="When it begins to hold; null for at once.")] = None
    ends_at: Annotated[Moment | None, Meta(description="When it ends; null for never.")] = None
    match: Annotated[
        Match,
        Meta(
            description="Which queries: exactly one of `queries`, those that contain all words of one of them, or any. Case, form and order are alike."
        ),
    ] = "exact"
    queries: Annotated[Annotated[tuple[Word, ...], Meta(max_length=100)], Meta(description="The queries; not for synonyms.")] = ()
    language: Annotated[Literal["de", "en"] | None, Meta(description="Only in this language; null for all.")] = None
    pin: Annotated[PinProducts | None, Meta(description="Puts products on fixed places.")] = None
    boost: Annotated[MoveProducts | None, Meta(description="Moves products up.")] = None
    bury: Annotated[MoveProducts | None, Meta(description="Moves products down.")] = None
    hide: Annotated[HideProducts | None, Meta(description="Never shows products.")] = None
    redirect: Annotated[RedirectSearch | None, Meta(description="Sends whoever searches to a page.")] = None
    synonyms: Annotated[SameWords | None, Meta(description="Words that mean the same, in all queries.")] = None

    @property
    def given(self) -> tuple[Kind, ...]:
        """Return which things it does; one, where it was saved."""
        return tuple(each for each in KINDS if getattr(self, each) is not None)

    @property
    def kind(self) -> Kind:
        """Return the one thing it does."""
        return self.given[0]

    @property
    def content(self) -> Content:
        """Return how it does that."""
        found: Content = getattr(self, self.kind)
        return found

    @property
    def which(self) -> WhichProducts | None:
        """Return the condition on products that it has; null where it has none."""
        found = self.boost or self.bury or self.hide
        return found.products if found else None

    @property
    def product_ids(self) -> tuple[str, ...]:
        """Return the products that it names."""
        if self.pin is not None:
            return tuple(each.product_id for each in self.pin.places)
        return self.which.product_ids if self.which else ()


class SearchRule(SearchDraft, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule as it is kept, with who changed it last."""

    rule_id: Annotated[UUID, Meta(description="The id of the rule.")]
    version: Annotated[int, Meta(description="Counts its changes; send it with the next one.")]
    changed_by: Annotated[str, Meta(description="Who changed it last.")]
    changed_at: Annotated[datetime, Meta(description="When that was.")]


class RuleFinding(msgspec.Struct, kw_only=True, frozen=True):
    """Something that is probably not meant, with the rules it is about."""

    code: Annotated[str, Meta(description="What it is, for programs.")]
    text: Annotated[str, Meta(description="What it is and which rule wins, in words.")]
    rule_ids: Annotated[tuple[UUID, ...], Meta(description="The rules it is about.")]


class SearchRuleChange(msgspec.Struct, kw_only=True, frozen=True):
    """One change of the rules, and whether it was taken back."""

    change_id: Annotated[UUID, Meta(description="The id of the change, to take it back with.")]
    action: Annotated[Literal["made", "changed", "deleted", "undone"], Meta(description="What was done.")]
    rule_id: Annotated[UUID, Meta(description="The rule.")]
    name: Annotated[str, Meta(description="What the rule is called.")]
    before: Annotated[SearchDraft | None, Meta(description="What it was before; null where there was none.")]
    after: Annotated[SearchDraft | None, Meta(description="What it was after; null where it was deleted.")]
    changed_by: Annotated[str, Meta(description="Who did it.")]
    changed_at: Annotated[datetime, Meta(description="When it was done.")]
    undone_at: Annotated[datetime | None, Meta(description="When it was taken back; null where it was not.")]


class ListSearchRules(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which rules."""

    query: Annotated[ShortText | None, Meta(description="Only rules that hold for this query; without synonyms.")] = None


class SearchRules(msgspec.Struct, kw_only=True, frozen=True):
    """The rules, those for exact queries first, what is probably not meant, and what was changed last."""

    rules: Annotated[list[SearchRule], Meta(description="The rules; of two that contradict each other the first counts.")]
    findings: Annotated[list[RuleFinding], Meta(description="What is probably not meant.")]
    changes: Annotated[list[SearchRuleChange], Meta(description="The latest changes, the newest first.")]


class SaveSearchRule(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A new rule, or a rule that is there with its changes."""

    rule: Annotated[SearchDraft, Meta(description="The rule.")]
    rule_id: Annotated[UUID | None, Meta(description="The rule to change; null makes a new one.")] = None
    version: Annotated[Version | None, Meta(description="The version that was changed; where somebody else changed it since, nothing is saved.")] = (
        None
    )


class SearchRuleSaved(msgspec.Struct, kw_only=True, frozen=True):
    """What came of a change."""

    rule: Annotated[SearchRule | None, Meta(description="The rule as it is now; null where there is none any more.")]
    change_id: Annotated[UUID, Meta(description="The id of the change, to take it back with.")]
    findings: Annotated[list[RuleFinding], Meta(description="What is probably not meant, of this rule and others.")]


class DeleteSearchRule(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which rule."""

    rule_id: Annotated[UUID, Meta(description="The rule.")]


class UndoSearchRule(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which change."""

    change_id: Annotated[UUID | None, Meta(description="The change; null for the last one that was not taken back.")] = None
