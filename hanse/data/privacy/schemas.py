"""What may be asked about the rights of a person, and what is answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base.decision import ShortText
from hanse.data.consent.people import Person

Moment = Annotated[datetime, Meta(tz=True)]
Reason = Annotated[str, Meta(max_length=2000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
RequestKind = Literal["access", "portability", "rectification", "erasure", "restriction", "objection"]

EXAMPLE_AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
"""The moment of the examples."""
EXAMPLE_ID = UUID("019ecb27-2200-707f-8163-043bedd2707d")


class Erase(Person, kw_only=True, forbid_unknown_fields=True):
    """Who is to be erased."""

    keep_orders: Annotated[
        bool, Meta(description="Whether orders stay without anybody in them, as § 147 AO and Art. 17(3)(b) DSGVO ask of merchants.")
    ] = True
    legal_basis: Annotated[Name, Meta(description="Why, for the receipt; never anything about the person.")] = "Art. 17(1) DSGVO"


class AskErasure(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which erasure."""

    erasure_id: Annotated[UUID, Meta(description="Number of the erasure, as privacy.erase told it.")]


class ErasureReceipt(msgspec.Struct, kw_only=True, frozen=True):
    """A receipt that names no one."""

    erasure_id: Annotated[UUID, Meta(description="Number of the erasure.")]
    state: Annotated[str, Meta(description="`waiting`; `files` once nothing is left in the database; `done` once nothing is left anywhere.")]
    keep_orders: Annotated[bool, Meta(description="Whether orders stayed, without anybody in them.")]
    legal_basis: Annotated[str, Meta(description="Why it was done.")]
    actor_kind: Annotated[str, Meta(description="What kind of actor asked for it.")]
    actor: Annotated[str, Meta(description="Who asked for it.")]
    requested_at: Annotated[datetime, Meta(description="When it was asked for.")]
    done_at: Annotated[datetime | None, Meta(description="When it was done.")]
    counts: Annotated[dict[str, int], Meta(description="How much there was, by place; `masked` where only the person was taken out.")]


class Export(Person, kw_only=True, forbid_unknown_fields=True):
    """Whose data, and in which language the page is."""

    language: Annotated[Literal["de", "en"] | None, Meta(description="Language of the readable page; that of the request where left out.")] = None


class Exported(msgspec.Struct, kw_only=True, frozen=True):
    """All that is kept of a person."""

    file_name: Annotated[str, Meta(description="A name for the file; it names nobody.")]
    archive: Annotated[bytes, Meta(description="A ZIP file (Base64): index.html to read, JSON by table and events.csv for machines.")]


class Rectify(Person, kw_only=True, forbid_unknown_fields=True):
    """What is right."""

    traits: Annotated[dict[str, Any], Meta(description="Traits as they are right, by Segment's names, such as firstName.")] = msgspec.field(
        default_factory=dict
    )
    remove: Annotated[list[Name], Meta(description="Names of traits that are wrong and known no better.", max_length=200)] = msgspec.field(
        default_factory=list
    )


class Rectified(msgspec.Struct, kw_only=True, frozen=True):
    """What is known of the person now."""

    profile_id: Annotated[UUID, Meta(description="The profile that stands for the person.")]
    traits: Annotated[dict[str, Any], Meta(description="All traits as they are now.")]


class Object(Person, kw_only=True, forbid_unknown_fields=True):
    """Who objects to what."""

    purpose: Annotated[
        Literal["advertising", "personalisation", "statistics"], Meta(description="To what; one to advertising ends profiling for it too.")
    ] = "advertising"
    channel: Annotated[ShortText, Meta(description="How they said it, such as letter, call or e-mail.")] = "privacy request"
    objected_at: Annotated[Moment | None, Meta(description="When they objected; now where it is left out.")] = None


class Restrict(Person, kw_only=True, forbid_unknown_fields=True):
    """Whose processing is to be restricted, or no longer."""

    restricted: Annotated[bool, Meta(description="False lifts the restriction; the person has to be told before (Art. 18(3) DSGVO).")] = True


class Restricted(msgspec.Struct, kw_only=True, frozen=True):
    """Whether processing is restricted."""

    profile_id: Annotated[UUID, Meta(description="The profile that stands for the person.")]
    restricted: Annotated[bool, Meta(description="Whether what is known of them is kept but not used.")]


class AskRequests(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which requests."""

    state: Annotated[Literal["open", "done", "dismissed"] | None, Meta(description="Only those in this state; null for all.")] = "open"
    limit: Annotated[int, Meta(description="How many at most.", ge=1, le=500)] = 100


class OpenRequest(Person, kw_only=True, forbid_unknown_fields=True):
    """Who asks for which right of theirs."""

    kind: Annotated[RequestKind, Meta(description="Which right.")]
    request_key: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None, Meta(description="Your id of the request; the same one sent again is noted once.")
    ] = None
    note: Annotated[Reason, Meta(description="What they wrote, or how they asked.")] = ""
    received_at: Annotated[Moment | None, Meta(description="When it came, from which the month counts; now where it is left out.")] = None


class PrivacyRequest(msgspec.Struct, kw_only=True, frozen=True):
    """A request with its deadline."""

    request_id: Annotated[UUID, Meta(description="Id of the request.")]
    kind: Annotated[str, Meta(description="Which right is asked for.")]
    state: Annotated[str, Meta(description="`open`, `done` or `dismissed`.")]
    shop: Annotated[str | None, Meta(description="The shop that passed it on; null where somebody noted it.")]
    profile_id: Annotated[UUID | None, Meta(description="Whom it is about, where that is known.")]
    note: Annotated[str, Meta(description="What was noted with it.")]
    received_at: Annotated[datetime, Meta(description="When it came.")]
    due_at: Annotated[datetime, Meta(description="Until when it has to be answered (Art. 12(3) DSGVO).")]
    extended_at: Annotated[datetime | None, Meta(description="When the deadline was extended by two months.")]
    extension_reason: Annotated[str, Meta(description="Why it was extended.")]
    closed_at: Annotated[datetime | None, Meta(description="When it was closed.")]
    closed_by: Annotated[str, Meta(description="Who closed it.")]
    closing_reason: Annotated[str, Meta(description="Why it was dismissed.")]


class PrivacyRequests(msgspec.Struct, kw_only=True, frozen=True):
    """Requests, those that are due first on top."""

    requests: Annotated[list[PrivacyRequest], Meta(description="The requests.")]


class ExtendRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which deadline is to be extended, and why."""

    request_id: Annotated[UUID, Meta(description="Id of the request.")]
    reason: Annotated[Reason, Meta(description="Why more time is needed: how complex it is, or how many requests there are.", min_length=1)]


class CloseRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which request was answered, or is refused and why."""

    request_id: Annotated[UUID, Meta(description="Id of the request.")]
    dismissed: Annotated[bool, Meta(description="Whether nothing was done about it; needs a reason.")] = False
    reason: Annotated[Reason, Meta(description="Why nothing was done.")] = ""
