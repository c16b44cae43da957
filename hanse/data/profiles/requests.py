"""What the operations on profiles take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base.decision import Basis, Personal, ShortText


class AskProfile(Personal, kw_only=True, forbid_unknown_fields=True):
    """Who is meant, by one of these."""

    kind: Annotated[ShortText | None, Meta(description="Kind of identity, such as email, phone, loyalty_card or erp_number; with `value`.")] = None
    value: Annotated[ShortText | None, Meta(description="The identity itself, in any spelling.")] = None


class KnownIdentity(msgspec.Struct, kw_only=True, frozen=True):
    """One key of a customer."""

    kind: Annotated[str, Meta(description="Kind of identity.")]
    value: Annotated[str, Meta(description="The identity itself.")]
    source: Annotated[str, Meta(description="System that it came from.")]
    since: Annotated[datetime, Meta(description="Since when it is known.")]
    is_shared: Annotated[bool, Meta(description="Whether several people use it, so that it joins nobody.")]
    profile_id: Annotated[UUID, Meta(description="The record that it belongs to.")]


class CompanyOf(msgspec.Struct, kw_only=True, frozen=True):
    """A company that a customer acts for, or a company above it."""

    profile_id: Annotated[UUID, Meta(description="The id of the company.")]
    name: Annotated[str, Meta(description="What the company is called; empty where that is not known.")]
    role: Annotated[str, Meta(description="As what the customer, or the company below, belongs to it.")]
    below_id: Annotated[UUID | None, Meta(description="The company that it stands above; null where the customer acts for it.")]
    depth: Annotated[int, Meta(description="1 for the customer's own company, 2 for the one above it, and so on.")]
    traits: Annotated[dict[str, Any], Meta(description="What is known of the company.")]


class HouseholdMember(msgspec.Struct, kw_only=True, frozen=True):
    """Somebody of the same surname at the same address."""

    profile_id: Annotated[UUID, Meta(description="The id of the other customer.")]
    name: Annotated[str, Meta(description="What they are called.")]
    traits: Annotated[dict[str, Any], Meta(description="What is known of them.")]


class PriceListOf(msgspec.Struct, kw_only=True, frozen=True):
    """A price list that a customer may buy by."""

    price_list: Annotated[str, Meta(description="Name of the list.")]
    profile_id: Annotated[UUID, Meta(description="Who has it: the customer or one of the companies.")]


class InstallationOf(msgspec.Struct, kw_only=True, frozen=True):
    """A machine that stands at a customer's or at their company's."""

    installation_id: Annotated[UUID, Meta(description="The id of the installation.")]
    profile_id: Annotated[UUID, Meta(description="At whose place it stands: the customer's or a company's.")]
    product_id: Annotated[str, Meta(description="Which product it is.")]
    title: Annotated[dict[str, str] | None, Meta(description="Name of the product by language; null where it is not in the catalog.")]
    serial_number: Annotated[str | None, Meta(description="Its serial number.")]
    place: Annotated[str | None, Meta(description="Where it stands.")]
    installed_at: Annotated[datetime | None, Meta(description="Since when.")]
    source: Annotated[str, Meta(description="System that says so.")]


class ContractOf(msgspec.Struct, kw_only=True, frozen=True):
    """What was agreed with a customer or their company for a time."""

    contract_id: Annotated[UUID, Meta(description="The id of the contract.")]
    profile_id: Annotated[UUID, Meta(description="With whom: the customer or a company.")]
    kind: Annotated[str, Meta(description="Such as framework, maintenance or rental, as the source calls it.")]
    number: Annotated[str, Meta(description="The number by which the source knows it.")]
    begins_on: Annotated[date | None, Meta(description="Its first day.")]
    ends_on: Annotated[date | None, Meta(description="Its last day; null where it goes on until somebody ends it.")]
    terms: Annotated[str | None, Meta(description="What it says, in a sentence or two.")]
    source: Annotated[str, Meta(description="System that says so.")]


class ConsentOf(msgspec.Struct, kw_only=True, frozen=True):
    """Where a customer stands with a purpose."""

    purpose: Annotated[str, Meta(description="What personal data would be used for.")]
    medium: Annotated[str | None, Meta(description="How advertising reaches them; null for other purposes.")]
    situation: Annotated[str, Meta(description="What counts of all that was said.")]
    allowed: Annotated[bool, Meta(description="Whether what is known of them may be used.")]
    basis: Annotated[Basis, Meta(description="On which basis.")]
    since: Annotated[datetime | None, Meta(description="When that was said; null where nobody asked.")]


class KnownProfile(msgspec.Struct, kw_only=True, frozen=True):
    """Everything that is known of one customer."""

    profile_id: Annotated[UUID, Meta(description="The id that stands for them; all others lead to it.")]
    kind: Annotated[str, Meta(description="A person or a company.")]
    name: Annotated[str, Meta(description="What they are called; empty where that is not known.")]
    traits: Annotated[dict[str, Any], Meta(description="What is known of them, of all records together; what was written last counts.")]
    members: Annotated[list[UUID], Meta(description="The ids of all records that are the same person.")]
    identities: Annotated[list[KnownIdentity], Meta(description="Their keys.")]
    companies: Annotated[list[CompanyOf], Meta(description="For whom they act, and the companies above those, the nearest first.")]
    household: Annotated[
        list[HouseholdMember], Meta(description="Other people of the same surname at the same address; they stay people of their own.")
    ]
    price_lists: Annotated[
        list[PriceListOf], Meta(description="Their price lists: their own first, then those of their companies, the nearest first.")
    ]
    installations: Annotated[list[InstallationOf], Meta(description="Machines at their place and at their companies'.")]
    contracts: Annotated[list[ContractOf], Meta(description="Their contracts and those of their companies.")]
    consents: Annotated[list[ConsentOf], Meta(description="Where they stand with every purpose that needs consent.")]
    created_at: Annotated[datetime, Meta(description="Since when they are known.")]
    first_event_at: Annotated[datetime | None, Meta(description="When they first did something.")]
    last_event_at: Annotated[datetime | None, Meta(description="When they last did something.")]


class SearchProfiles(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is looked for, and which page of it."""

    text: Annotated[str, Meta(description="A whole identity of any kind, an id, or the beginnings of words of a name.", min_length=1, max_length=200)]
    kind: Annotated[Literal["person", "company"] | None, Meta(description="Only persons or only companies.")] = None
    cursor: Annotated[ShortText | None, Meta(description="The `next_cursor` of the page before.")] = None
    limit: Annotated[int, Meta(description="How many customers at most.", ge=1, le=200)] = 20


class FoundProfile(msgspec.Struct, kw_only=True, frozen=True):
    """A customer that was found."""

    profile_id: Annotated[UUID, Meta(description="The id that stands for them.")]
    kind: Annotated[str, Meta(description="A person or a company.")]
    name: Annotated[str, Meta(description="What they are called; empty where that is not known.")]
    traits: Annotated[dict[str, Any], Meta(description="What is known of them.")]
    created_at: Annotated[datetime, Meta(description="Since when they are known.")]


class FoundProfiles(msgspec.Struct, kw_only=True, frozen=True):
    """Customers, the newest first, and where the next ones begin."""

    items: Annotated[list[FoundProfile], Meta(description="The customers, the newest first.")]
    next_cursor: Annotated[str | None, Meta(description="Where the next page begins; null on the last one.")]


class Merge(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which two are one person, and why."""

    profile_id: Annotated[UUID, Meta(description="The id of one of them.")]
    other_id: Annotated[UUID, Meta(description="The id of the other.")]
    reason: Annotated[str, Meta(description="Why they are one person, for the merge log.", max_length=500)] = ""


class Merged(msgspec.Struct, kw_only=True, frozen=True):
    """Who they are now."""

    profile_id: Annotated[UUID, Meta(description="The id that stands for them from now on.")]
    link_id: Annotated[UUID, Meta(description="The entry of the merge log; profiles.unmerge takes it back.")]
    members: Annotated[list[UUID], Meta(description="The ids of all records that are the same person now.")]


class Unmerge(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which merge is taken back, and why."""

    link_id: Annotated[UUID, Meta(description="The entry of the merge log.")]
    reason: Annotated[str, Meta(description="Why they are two people.", max_length=500)] = ""


class Unmerged(msgspec.Struct, kw_only=True, frozen=True):
    """Who they are now."""

    profile_ids: Annotated[list[UUID], Meta(description="The ids that stand for the two from now on.")]


class AskMerges(AskProfile, kw_only=True, forbid_unknown_fields=True):
    """Whose merge log, and which page of it."""

    cursor: Annotated[ShortText | None, Meta(description="The `next_cursor` of the page before.")] = None
    limit: Annotated[int, Meta(description="How many entries at most.", ge=1, le=200)] = 50


class MergeEntry(msgspec.Struct, kw_only=True, frozen=True):
    """Why two records are, or are not, the same person."""

    link_id: Annotated[UUID, Meta(description="The id of the entry.")]
    profile_id: Annotated[UUID, Meta(description="One of the records.")]
    other_id: Annotated[UUID, Meta(description="The other one.")]
    cause: Annotated[str, Meta(description="Who says so: a person, a source, an event or the matching of records.")]
    evidence: Annotated[dict[str, Any], Meta(description="What it rests on.")]
    actor: Annotated[str, Meta(description="Who or what wrote the entry.")]
    linked_at: Annotated[datetime, Meta(description="Since when it was said to be so.")]
    refused: Annotated[
        str | None, Meta(description="Why it joins nobody: shared, separated, or limit with the kind of identity; null where it does.")
    ]
    cut_at: Annotated[datetime | None, Meta(description="When a person took it back.")]
    cut_by: Annotated[str | None, Meta(description="Who took it back.")]


class MergeLog(msgspec.Struct, kw_only=True, frozen=True):
    """Entries of the merge log, the newest first, and where the next ones begin."""

    items: Annotated[list[MergeEntry], Meta(description="The entries, the newest first.")]
    next_cursor: Annotated[str | None, Meta(description="Where the next page begins; null on the last one.")]
