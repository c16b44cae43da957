"""What a rule is, as it is saved and sent: whom it is for, when it holds, and the one thing it does."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base.decision import ShortText

Kind = Literal["filter", "boost", "pin", "exclude", "diversity", "frequency", "fallback", "least"]
"""The one thing a rule does; a rule has the field of this name and none of the others."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Group = Literal["category", "brand", "parent"]

Word = Annotated[str, Meta(min_length=1, max_length=200)]
Path = Annotated[str, Meta(min_length=1, max_length=500)]
Words = Annotated[tuple[Word, ...], Meta(max_length=200)]
Paths = Annotated[tuple[Path, ...], Meta(max_length=200)]
Products = Annotated[tuple[Word, ...], Meta(max_length=500)]
Score = Annotated[float, Meta(ge=-1, le=1)]
Days = Annotated[int, Meta(ge=1, le=3_650)]
Count = Annotated[int, Meta(ge=1, le=1_000)]
Minor = Annotated[int, Meta(ge=0, le=2**53)]
Version = Annotated[int, Meta(ge=1, le=2**31)]
Moment = Annotated[datetime, Meta(tz=True)]
Ratio = Annotated[float, Meta(ge=0, le=1_000)]


class Condition(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which products: all that is given must hold; where nothing is given, every product is meant."""

    product_ids: Annotated[Products, Meta(description="One of these products, or a variant of one of them.")] = ()
    categories: Annotated[Paths, Meta(description="In one of these categories or below it; parts of a path are parted by ' > '.")] = ()
    brands: Annotated[Words, Meta(description="Of one of these brands.")] = ()
    attribute: Annotated[Word | None, Meta(description="The name of an attribute that has one of `values`.")] = None
    values: Annotated[
        Words, Meta(description="What the attribute may say, in any language; a measure such as `8 mm` in any unit. Empty for anything.")
    ] = ()
    new_days: Annotated[Days | None, Meta(description="In the catalog since at most so many days.")] = None
    margin_score: Annotated[Score | None, Meta(description="With at least this margin, as a share of the net price from 0 to 1.")] = None
    in_stock: Annotated[bool, Meta(description="In stock.")] = False


class Filter(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Leaves only products of which all that is given holds."""

    in_stock: Annotated[bool, Meta(description="Only what is in stock.")] = False
    margin_score: Annotated[Score | None, Meta(description="Only with at least this margin, as a share of the net price from 0 to 1.")] = None
    from_minor: Annotated[Minor | None, Meta(description="Only from this net price on, in minor units of `currency`.")] = None
    to_minor: Annotated[Minor | None, Meta(description="Only up to this net price, in minor units of `currency`.")] = None
    currency: Annotated[str, Meta(description="The currency (ISO 4217) of the two prices.", pattern="^[A-Z]{3}$", max_length=3)] = "EUR"
    from_ratio: Annotated[Ratio | None, Meta(description="Only from this multiple of the price of the product at hand on: 0.5 for half.")] = None
    to_ratio: Annotated[Ratio | None, Meta(description="Only up to this multiple of the price of the product at hand: 2 for twice.")] = None
    categories: Annotated[Paths, Meta(description="Only in these categories and below them.")] = ()
    without_categories: Annotated[Paths, Meta(description="Not in these categories or below them.")] = ()
    brands: Annotated[Words, Meta(description="Only of these brands.")] = ()
    without_brands: Annotated[Words, Meta(description="Not of these brands.")] = ()
    own_range: Annotated[bool, Meta(description="Only what stands in the price list of the company that asks, where it has one.")] = False
    keep_unknown: Annotated[bool, Meta(description="Whether products stay of which the catalog does not know stock, margin or price.")] = True


class Boost(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Moves products up or down: their score is multiplied."""

    products: Annotated[Condition, Meta(description="Which products.")] = Condition()
    factor: Annotated[float, Meta(description="What their score is multiplied with: over 1 moves up, under 1 moves down.", ge=0, le=100)] = 2.0


class Pin(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Puts products at fixed places."""

    product_ids: Annotated[Products, Meta(description="The products, in the order in which they shall stand.")]
    place: Annotated[int, Meta(description="The place of the first one; 1 is the best. The others follow it.", ge=1, le=100)] = 1
    at_hand: Annotated[
        Condition | None, Meta(description="Only where the product at hand is one of these; null for any, and where there is none.")
    ] = None


class Exclude(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Never shows products: some for everybody, or what a person has bought or returned."""

    product_ids: Annotated[Products, Meta(description="Never these products, nor variants of them.")] = ()
    bought_days: Annotated[Days | None, Meta(description="Not what the person bought in the last so many days, unless it is repeatable.")] = None
    repeatable: Annotated[Condition | None, Meta(description="What people buy again and again, so that having bought it does not matter.")] = None
    returned_days: Annotated[Days | None, Meta(description="Not what the person returned in the last so many days.")] = None


class Diversity(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Mixes: among the first places at most so many products of one kind."""

    by: Annotated[Group, Meta(description="What counts as one kind: category, brand, or parent product of variants.")] = "category"
    most: Annotated[Count, Meta(description="How many of one kind at most.")] = 2
    among: Annotated[Count, Meta(description="Among how many first places.")] = 10


class Frequency(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Rests what a person has been shown often and never clicked."""

    times: Annotated[Count, Meta(description="Shown how many times without a click.")] = 5
    days: Annotated[Days, Meta(description="Within how many days.")] = 7


class Fallback(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Says what to answer from, one after another, when the first gives too little."""

    names: Annotated[
        Annotated[tuple[Word, ...], Meta(max_length=20)],
        Meta(description="What to answer from, by name, in this order, such as recommend.popular."),
    ] = ()


class Least(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Says how many products an answer needs; one with fewer is empty, so that no half row is shown."""

    products: Annotated[Count, Meta(description="How many products at least.")] = 3


Content = Filter | Boost | Pin | Exclude | Diversity | Frequency | Fallback | Least


class Draft(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule as somebody writes it: exactly one of filter, boost, pin, exclude, diversity, frequency, fallback and least is given."""

    name: Annotated[Word, Meta(description="What the rule is called.")]
    on: Annotated[bool, Meta(description="Whether it holds; false keeps it for later.")] = True
    starts_at: Annotated[Moment | None, Meta(description="When it begins to hold; null for at once.")] = None
    ends_at: Annotated[Moment | None, Meta(description="When it ends; null for never.")] = None
    placements: Annotated[Words, Meta(description="For which placements, such as product_page; empty for all.")] = ()
    segments: Annotated[Words, Meta(description="Only for people in one of these segments; empty for everybody.")] = ()
    devices: Annotated[Words, Meta(description="Only on these devices, such as phone; empty for all.")] = ()
    channels: Annotated[Words, Meta(description="Only in these channels, such as mail; empty for all.")] = ()
    filter: Annotated[Filter | None, Meta(description="Leaves only certain products.")] = None
    boost: Annotated[Boost | None, Meta(description="Moves products up or down.")] = None
    pin: Annotated[Pin | None, Meta(description="Puts products at fixed places.")] = None
    exclude: Annotated[Exclude | None, Meta(description="Never shows products.")] = None
    diversity: Annotated[Diversity | None, Meta(description="Mixes kinds of products.")] = None
    frequency: Annotated[Frequency | None, Meta(description="Rests what was shown often.")] = None
    fallback: Annotated[Fallback | None, Meta(description="Says what to answer from instead.")] = None
    least: Annotated[Least | None, Meta(description="Says how many products an answer needs.")] = None

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


class Rule(Draft, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule as it is kept, with its place in the order and who changed it last."""

    rule_id: Annotated[UUID, Meta(description="The id of the rule.")]
    position: Annotated[
        int, Meta(description="Its place in the order, from 1 on; of two that contradict each other in the same way the first counts.")
    ]
    version: Annotated[int, Meta(description="Counts its changes; send it with the next one.")]
    changed_by: Annotated[str, Meta(description="Who changed it last.")]
    changed_at: Annotated[datetime, Meta(description="When that was.")]


class Finding(msgspec.Struct, kw_only=True, frozen=True):
    """Something that is probably not meant, with the rules it is about."""

    code: Annotated[str, Meta(description="What it is, for programs.")]
    text: Annotated[str, Meta(description="What it is and which rule wins, in words.")]
    rule_ids: Annotated[tuple[UUID, ...], Meta(description="The rules it is about.")]


class Change(msgspec.Struct, kw_only=True, frozen=True):
    """One change of the rules, and whether it was taken back."""

    change_id: Annotated[UUID, Meta(description="The id of the change, to take it back with.")]
    action: Annotated[Literal["made", "changed", "deleted", "ordered", "undone"], Meta(description="What was done.")]
    rule_id: Annotated[UUID | None, Meta(description="The rule; null where the order was changed.")]
    name: Annotated[str, Meta(description="What the rule is called; empty where the order was changed.")]
    before: Annotated[Draft | None, Meta(description="What it was before; null where there was none.")]
    after: Annotated[Draft | None, Meta(description="What it was after; null where it was deleted.")]
    changed_by: Annotated[str, Meta(description="Who did it.")]
    changed_at: Annotated[datetime, Meta(description="When it was done.")]
    undone_at: Annotated[datetime | None, Meta(description="When it was taken back; null where it was not.")]


class ListRules(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which rules."""

    placement: Annotated[ShortText | None, Meta(description="Only rules that hold for this placement.")] = None


class Rules(msgspec.Struct, kw_only=True, frozen=True):
    """The rules in their order, what is probably not meant, and what was changed last."""

    rules: Annotated[list[Rule], Meta(description="The rules in their order.")]
    findings: Annotated[list[Finding], Meta(description="What is probably not meant.")]
    changes: Annotated[list[Change], Meta(description="The latest changes, the newest first.")]


class SaveRule(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A new rule, or a rule that is there with its changes."""

    rule: Annotated[Draft, Meta(description="The rule.")]
    rule_id: Annotated[UUID | None, Meta(description="The rule to change; null makes a new one at the end of the order.")] = None
    version: Annotated[Version | None, Meta(description="The version that was changed; where somebody else changed it since, nothing is saved.")] = (
        None
    )


class Saved(msgspec.Struct, kw_only=True, frozen=True):
    """What came of a change."""

    rule: Annotated[Rule | None, Meta(description="The rule as it is now; null where there is none any more, or the order was changed.")]
    change_id: Annotated[UUID, Meta(description="The id of the change, to take it back with.")]
    findings: Annotated[list[Finding], Meta(description="What is probably not meant, of this rule and others.")]


class DeleteRule(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which rule."""

    rule_id: Annotated[UUID, Meta(description="The rule.")]


class OrderRules(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The order of all rules."""

    rule_ids: Annotated[Annotated[tuple[UUID, ...], Meta(max_length=1_000)], Meta(description="All rules, in the order they shall have.")]


class UndoChange(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which change."""

    change_id: Annotated[UUID | None, Meta(description="The change; null for the last one that was not taken back.")] = None
