"""The declared mapping of a target, its options, and what the operations take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", max_length=63)]
Kind = Annotated[str, Meta(pattern=r"^(\*|[a-z][a-z0-9_]{0,63})$", max_length=64)]
FieldName = Annotated[str, Meta(min_length=1, max_length=100)]
System = Literal["webhook", "file", "tryton"]
State = Literal["active", "paused", "removed"]


class EntryRule(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which entries go where, in which fields."""

    kinds: Annotated[list[Kind], Meta(min_length=1, max_length=100, description="Kinds of entries; * for all that no rule before it names.")]
    to: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_.-]+$", max_length=100, description="What it becomes in the CRM: with Tryton note, else what you call it.")
    ] = "note"
    fields: Annotated[
        dict[FieldName, Any],
        Meta(description="By field of the CRM a constant, or a text with {subject}, {text}, {facts.x}, {traits.x} or {person.x}."),
    ]


class TraitRule(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which trait goes to which field."""

    trait: Annotated[str, Meta(min_length=1, max_length=200, description="Name of the trait, given or computed.")]
    field: Annotated[FieldName, Meta(description="Name of the field in the CRM.")]


class Mapping(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What of entries and traits goes to which fields of the CRM."""

    person: Annotated[
        str,
        Meta(
            pattern=r"^[a-z][a-z0-9_]{0,49}$", max_length=50, description="The kind of identity by which the CRM knows people; profile_id is our own."
        ),
    ] = "profile_id"
    entries: Annotated[list[EntryRule], Meta(max_length=100, description="Rules for entries; the first that names a kind counts.")] = []
    traits: Annotated[list[TraitRule], Meta(max_length=200, description="Traits that are pushed when they change.")] = []


class TargetOptions(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a target is and how it is written to."""

    url: Annotated[str, Meta(max_length=500, description="Where to send to: the address of the webhook, or of Tryton with its database.")] = ""
    format: Annotated[Literal["jsonl", "csv"], Meta(description="How files are written.")] = "jsonl"
    language: Annotated[Literal["", "de", "en"], Meta(description="Language of entries that do not say it; empty means that of the settings.")] = ""
    allow_private: Annotated[bool, Meta(description="Whether it may stand in your own network and be reached without TLS.")] = False


class SaveTarget(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A target to be made or changed."""

    name: Annotated[Name, Meta(description="Name of the target: small letters, digits and dashes.")]
    system: Annotated[System, Meta(description="How it is written to.")] = "webhook"
    options: Annotated[TargetOptions, Meta(description="Where it is.")] = TargetOptions()
    mapping: Annotated[Mapping, Meta(description="What goes to which fields.")]
    secrets: Annotated[
        dict[Annotated[str, Meta(max_length=50)], Annotated[str, Meta(max_length=500)]],
        Meta(description="Keys by name; those that were saved before stay where they are left out. The secret of a webhook is made here."),
    ] = {}


class TargetStatus(msgspec.Struct, kw_only=True, frozen=True):
    """One target, and how it is doing."""

    target_id: Annotated[UUID, Meta(description="Id of the target.")]
    name: Annotated[str, Meta(description="Name of the target.")]
    system: Annotated[str, Meta(description="How it is written to.")]
    state: Annotated[str, Meta(description="active, or paused: then everything waits.")]
    options: Annotated[TargetOptions, Meta(description="Where it is.")]
    mapping: Annotated[Mapping, Meta(description="What goes to which fields.")]
    created_at: Annotated[datetime, Meta(description="When it was made.")]
    last_delivered_at: Annotated[datetime | None, Meta(description="When something was delivered last.")]
    last_error: Annotated[str | None, Meta(description="Why the last attempt failed; null where it did not.")]
    last_error_at: Annotated[datetime | None, Meta(description="When it failed.")]
    waiting: Annotated[int, Meta(description="How many pushes wait.")]
    dead: Annotated[int, Meta(description="How many could not be delivered.")]
    delivered: Annotated[int, Meta(description="How many were delivered in the last 90 days.")]
    withheld: Annotated[int, Meta(description="How many were held back for want of a basis in the last 90 days.")]


class AskTargets(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which targets."""

    name: Annotated[Name | None, Meta(description="Only the target of this name.")] = None


class Targets(msgspec.Struct, kw_only=True, frozen=True):
    """All targets."""

    targets: Annotated[list[TargetStatus], Meta(description="The targets by name.")]


class SavedTarget(msgspec.Struct, kw_only=True, frozen=True):
    """A target that was just saved."""

    target: Annotated[TargetStatus, Meta(description="The target.")]
    made_secret: Annotated[str, Meta(description="The secret that webhooks are signed with, where it was made now; told this once.")] = ""


class ChangeTarget(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A target that is to be in another state."""

    name: Annotated[Name, Meta(description="Name of the target.")]
    state: Annotated[State, Meta(description="paused lets everything wait, removed forgets secrets and what waits.")]


class ChangedTarget(msgspec.Struct, kw_only=True, frozen=True):
    """The state a target is in now."""

    name: Annotated[str, Meta(description="Name of the target.")]
    state: Annotated[str, Meta(description="active, paused or removed.")]


class Preview(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A mapping to be tried with a real entry."""

    mapping: Annotated[Mapping, Meta(description="The mapping, saved or not.")]
    kind: Annotated[Kind, Meta(description="Of which kind the entry is to be; * for the newest of any.")] = "*"
    entry_id: Annotated[UUID | None, Meta(description="The entry; the newest of its kind where it is null.")] = None


class Previewed(msgspec.Struct, kw_only=True, frozen=True):
    """What would be sent."""

    kind: Annotated[str, Meta(description="Kind of the entry.")]
    entry_id: Annotated[UUID, Meta(description="Id of the entry.")]
    withheld: Annotated[str, Meta(description="Why it would be held back; empty where it would be sent.")]
    document: Annotated[dict[str, Any], Meta(description="What would be sent.")]


class AskDeadLetters(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which dead letters."""

    name: Annotated[Name, Meta(description="Name of the target.")]
    limit: Annotated[int, Meta(ge=1, le=500, description="At most so many.")] = 50


class CRMDeadLetter(msgspec.Struct, kw_only=True, frozen=True):
    """One push that could not be delivered."""

    delivery_id: Annotated[UUID, Meta(description="Id of the push.")]
    what: Annotated[str, Meta(description="entry, traits or erasure.")]
    kind: Annotated[str | None, Meta(description="Kind of the entry.")]
    profile_id: Annotated[UUID | None, Meta(description="Whom it is about.")]
    attempts: Annotated[int, Meta(description="How often it was tried.")]
    reason: Annotated[str, Meta(description="Why it failed the last time.")]
    created_at: Annotated[datetime, Meta(description="When it was to be sent first.")]
    finished_at: Annotated[datetime, Meta(description="When it was given up.")]


class CRMDeadLetters(msgspec.Struct, kw_only=True, frozen=True):
    """Pushes that could not be delivered."""

    letters: Annotated[list[CRMDeadLetter], Meta(description="The oldest first.")]


class Replay(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be sent again."""

    name: Annotated[Name, Meta(description="Name of the target.")]
    delivery_id: Annotated[UUID | None, Meta(description="One dead letter; all of the target where it is null.")] = None


class Replayed(msgspec.Struct, kw_only=True, frozen=True):
    """What is sent again."""

    count: Annotated[int, Meta(description="How many pushes wait again.")]
