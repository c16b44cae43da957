"""What the operations on revisions take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.data.catalog.listing import PriceLine

State = Literal["proposed", "refused", "discarded", "applied", "undone"]
Action = Literal["new", "changed", "gone"]
RevisionId = Annotated[UUID, Meta(description="The revision.")]
Limit = Annotated[int, Meta(description="How many at most.", ge=1, le=200)]
ProductId = Annotated[str, Meta(description="The id of the product, as the shop gives it.", min_length=1, max_length=200)]


TextOrigin = Literal["given", "generated", "translated"]
Code = Annotated[str, Meta(pattern="^[a-z]{2,3}$", max_length=3)]
Titles = dict[Code, Annotated[str, Meta(max_length=1_000)]]
Descriptions = dict[Code, Annotated[str, Meta(max_length=100_000)]]


class ListRevisions(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which revisions."""

    state: Annotated[State | None, Meta(description="Only revisions in this state.")] = None
    cursor: Annotated[UUID | None, Meta(description="The `next_cursor` of the page before.")] = None
    limit: Limit = 50


class WhichRevision(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which revision."""

    revision_id: RevisionId


class ListChanges(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which changes of which revision."""

    revision_id: RevisionId
    action: Annotated[Action | None, Meta(description="Only products that are new, changed or gone.")] = None
    price_jumps: Annotated[bool, Meta(description="Whether to list only products whose price jumps.")] = False
    cursor: Annotated[Annotated[str, Meta(max_length=200)] | None, Meta(description="The `next_cursor` of the page before.")] = None
    limit: Limit = 50


class ListFindings(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which findings of which revision."""

    revision_id: RevisionId
    code: Annotated[Annotated[str, Meta(max_length=40)] | None, Meta(description="Only findings of this kind, such as `wrong_gtin`.")] = None
    cursor: Annotated[int, Meta(description="The `next_cursor` of the page before.", ge=0, le=2**31 - 1)] = 0
    limit: Limit = 50


class EditTexts(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which texts a product gets."""

    product_id: ProductId
    title: Annotated[Titles, Meta(description='Its title in one or more languages: {"en": "Cordless drill"}. Other languages stay.')] = {}
    description: Annotated[Descriptions, Meta(description="Its description, plain text, in one or more languages. Other languages stay.")] = {}
    origin: Annotated[
        TextOrigin,
        Meta(description="How these texts came to be: `given` by a person or a system, `generated` or `translated` by a model."),
    ] = "given"


class ShowHistory(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which product's history."""

    product_id: ProductId
    limit: Limit = 50


class Revision(msgspec.Struct, kw_only=True, frozen=True):
    """What one feed changes in the catalog."""

    revision_id: Annotated[UUID, Meta(description="Its id.")]
    source: Annotated[str, Meta(description="The system whose products it speaks of.")]
    file_name: Annotated[str, Meta(description="The file it was read from; empty where somebody edited texts.")]
    scope: Annotated[
        str,
        Meta(description="`full` for a whole catalog, `products` for some products, `prices` for prices alone, `texts` for edited texts of one."),
    ]
    state: Annotated[State, Meta(description="Where it stands.")]
    header: Annotated[dict[str, Any], Meta(description="What the file says of itself.")]
    counts: Annotated[dict[str, int], Meta(description="Products named (entries), new, changed, gone and unchanged, and those whose price jumps.")]
    findings: Annotated[dict[str, int], Meta(description="How often each kind of finding occurs.")]
    price_jump_share: Annotated[float, Meta(description="From which relative change on a price counts as a jump; 0.3 is 30 %.")]
    proposed_by: Annotated[str, Meta(description="Who imported the file.")]
    proposed_at: Annotated[datetime, Meta(description="When the file was read.")]
    decided_by: Annotated[str | None, Meta(description="Who last decided on it.")]
    decided_at: Annotated[datetime | None, Meta(description="When that was.")]
    applied_at: Annotated[datetime | None, Meta(description="When it was applied.")]
    undone_at: Annotated[datetime | None, Meta(description="When it was undone.")]


class RevisionPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some revisions, the newest first."""

    revisions: Annotated[tuple[Revision, ...], Meta(description="The revisions of this page.")]
    next_cursor: Annotated[UUID | None, Meta(description="What to send as `cursor` for the next page; null on the last.")]


class FieldChange(msgspec.Struct, kw_only=True, frozen=True):
    """One field of a product, before and after."""

    field: Annotated[str, Meta(description="The field: `title`, `prices`, `relations` and so on.")]
    before: Annotated[Any, Meta(description="Its value before; null where there was none.")]
    after: Annotated[Any, Meta(description="Its value after; null where there is none.")]


class Change(msgspec.Struct, kw_only=True, frozen=True):
    """What a revision changes of one product."""

    product_id: Annotated[str, Meta(description="The product.")]
    title: Annotated[str, Meta(description="How it is called, in the language asked for or the nearest there is.")]
    action: Annotated[Action, Meta(description="Whether it is new, changed or gone.")]
    fields: Annotated[tuple[FieldChange, ...], Meta(description="The fields that differ.")]
    line: Annotated[int | None, Meta(description="The line of the file; null where the file does not name it.")]
    price_jump_share: Annotated[float | None, Meta(description="The largest relative change of a price, where it is a jump; 0.5 is by half.")]
    is_undone: Annotated[bool, Meta(description="Whether it was undone.")]


class ChangePage(msgspec.Struct, kw_only=True, frozen=True):
    """Some changes of a revision, by product id."""

    changes: Annotated[tuple[Change, ...], Meta(description="The changes of this page.")]
    next_cursor: Annotated[str | None, Meta(description="What to send as `cursor` for the next page; null on the last.")]


class FindingLine(msgspec.Struct, kw_only=True, frozen=True):
    """Something wrong or odd in a feed."""

    position: Annotated[int, Meta(description="Its place among the findings.")]
    code: Annotated[str, Meta(description="The kind of finding.")]
    severity: Annotated[str, Meta(description="`error`: something was left out; `warning`: to be looked at; `note`: good to know.")]
    line: Annotated[int | None, Meta(description="The line of the file; null where it is about the whole.")]
    product_id: Annotated[str | None, Meta(description="The product it is about.")]
    message: Annotated[str, Meta(description="What was found, in words.")]
    remedy: Annotated[str, Meta(description="What to do about it; empty where there is nothing to do.")]


class FindingPage(msgspec.Struct, kw_only=True, frozen=True):
    """Some findings of a revision, by line."""

    findings: Annotated[tuple[FindingLine, ...], Meta(description="The findings of this page; of each kind at most ten thousand are kept.")]
    next_cursor: Annotated[int | None, Meta(description="What to send as `cursor` for the next page; null on the last.")]


class Undone(msgspec.Struct, kw_only=True, frozen=True):
    """What came of undoing a revision."""

    revision: Annotated[Revision, Meta(description="The revision.")]
    kept: Annotated[int, Meta(description="How many products stay as they are, as somebody has changed them since or built on them.")]
    kept_product_ids: Annotated[tuple[str, ...], Meta(description="The first hundred of them.")]


class PastRevision(msgspec.Struct, kw_only=True, frozen=True):
    """What one revision changed of a product."""

    revision_id: Annotated[UUID, Meta(description="The revision.")]
    source: Annotated[str, Meta(description="The system it came from.")]
    file_name: Annotated[str, Meta(description="The file it was read from; empty where somebody edited texts.")]
    action: Annotated[Action, Meta(description="Whether it made the product new, changed or gone.")]
    fields: Annotated[tuple[FieldChange, ...], Meta(description="The fields that changed.")]
    applied_at: Annotated[datetime, Meta(description="When it was applied.")]
    undone_at: Annotated[datetime | None, Meta(description="When it was undone; null where it was not.")]
    decided_by: Annotated[str | None, Meta(description="Who last decided on the revision.")]


class ProductHistory(msgspec.Struct, kw_only=True, frozen=True):
    """How a product became what it is."""

    product_id: Annotated[str, Meta(description="The product.")]
    revisions: Annotated[tuple[PastRevision, ...], Meta(description="What revisions changed of it, the newest first.")]
    prices: Annotated[tuple[PriceLine, ...], Meta(description="All prices it ever had, by list and quantity, the newest first.")]
