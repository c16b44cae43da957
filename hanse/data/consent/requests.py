"""What may be asked of the ledger, and what it answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base.decision import Basis, ShortText
from hanse.data.consent.people import Person
from hanse.data.consent.processing import Activity
from hanse.data.consent.schemas import ExistingCustomer, LegalBasis, Medium, State
from hanse.data.consent.standing import Situation

Moment = Annotated[datetime, Meta(tz=True)]
ConsentPurpose = Literal["advertising", "personalisation", "statistics"]
TextHash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64)]
Address = Annotated[str, Meta(max_length=2000)]
MessageId = Annotated[str, Meta(min_length=1, max_length=250)]

A_DAY = 24 * 60 * 60
EXAMPLE_AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
"""The moment of the examples."""


class Proven(Person, kw_only=True):
    """Mixin of requests that bring evidence."""

    channel: Annotated[ShortText, Meta(description="Where it was given, such as cookie banner, checkout, newsletter form or letter.")]
    text_hash: Annotated[TextHash | None, Meta(description="Which text was shown, as consent.text answered it.")] = None
    form: Annotated[ShortText, Meta(description="Name of the form it was given on.")] = ""
    url: Annotated[Address, Meta(description="Page it was given on.")] = ""
    ip: Annotated[str, Meta(description="IP address it came from; kept as evidence only.", max_length=45)] = ""
    user_agent: Annotated[Address, Meta(description="Browser it came from; kept as evidence only.")] = ""
    decided_at: Annotated[Moment | None, Meta(description="When the person decided; now where it is left out.")] = None


class Record(Proven, kw_only=True, forbid_unknown_fields=True):
    """What somebody did about a purpose."""

    purpose: Annotated[ConsentPurpose, Meta(description="What the data is used for.")]
    state: Annotated[State, Meta(description="What the person did.")]
    medium: Annotated[Medium | None, Meta(description="How advertising may reach them; e-mail where it is left out.")] = None
    legal_basis: Annotated[LegalBasis, Meta(description="Consent, the exception for existing customers, or an objection.")] = LegalBasis.CONSENT
    existing_customer: Annotated[ExistingCustomer | None, Meta(description="The four conditions of the exception for existing customers.")] = None
    consent_id: Annotated[UUID | None, Meta(description="Your id of the entry; the same one sent again changes nothing.")] = None
    message_id: Annotated[MessageId | None, Meta(description="Message id of the mail that asked for the confirmation, or that brought it.")] = None
    evidence: Annotated[dict[str, Any], Meta(description="Whatever else proves it.")] = msgspec.field(default_factory=dict)


class AskState(Person, kw_only=True, forbid_unknown_fields=True):
    """Whose state, and of which purpose."""

    purpose: Annotated[ConsentPurpose | None, Meta(description="Only this purpose.")] = None


class AskHistory(Person, kw_only=True, forbid_unknown_fields=True):
    """Whose entries."""


class RequestConfirmation(Proven, kw_only=True, forbid_unknown_fields=True):
    """Who is to be sent a mail to confirm with, and what they agreed to."""

    text_hash: Annotated[TextHash, Meta(description="Which text was shown, as consent.text answered it.")]
    purpose: Annotated[ConsentPurpose, Meta(description="What the data is used for.")] = "advertising"
    medium: Annotated[Medium | None, Meta(description="How advertising may reach them; e-mail where it is left out.")] = None
    message_id: Annotated[MessageId | None, Meta(description="Message id of the mail; made where it is left out, and the mail must carry it.")] = None
    expires_in_seconds: Annotated[int, Meta(description="How long the link works.", ge=60, le=30 * A_DAY)] = 7 * A_DAY


class Confirm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which link was followed."""

    token: Annotated[str, Meta(description="The secret of the link.", min_length=1, max_length=200)]
    ip: Annotated[str, Meta(description="IP address it came from; kept as evidence only.", max_length=45)] = ""
    user_agent: Annotated[Address, Meta(description="Browser it came from; kept as evidence only.")] = ""


class Withdraw(Person, kw_only=True, forbid_unknown_fields=True):
    """What somebody takes back or objects to."""

    channel: Annotated[ShortText, Meta(description="How they said it, such as unsubscribe link, account page or letter.")]
    purpose: Annotated[ConsentPurpose | None, Meta(description="Which purpose; all where it is left out.")] = None
    medium: Annotated[Medium | None, Meta(description="Which medium of advertising; all where it is left out.")] = None
    objection: Annotated[bool, Meta(description="Whether it is an objection (Art. 21 DSGVO), which ends advertising and profiling altogether.")] = (
        False
    )
    message_id: Annotated[MessageId | None, Meta(description="Message id of the mail that brought it.")] = None
    decided_at: Annotated[Moment | None, Meta(description="When the person decided; now where it is left out.")] = None


class PutText(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A text that people agree to."""

    language: Annotated[
        str, Meta(description="Language of the text (BCP 47), such as de.", pattern="^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$", max_length=35)
    ]
    text: Annotated[str, Meta(description="The text as it is shown, whole.", min_length=1, max_length=20_000)]


class AskProof(Person, kw_only=True, forbid_unknown_fields=True):
    """Whose proof, and in which language."""

    language: Annotated[Literal["de", "en"] | None, Meta(description="Language of the page; that of the request where it is left out.")] = None


class AskProcessing(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """In which language the record of processing is wanted."""

    language: Annotated[Literal["de", "en"] | None, Meta(description="Language of the record; that of the request where it is left out.")] = None


class RecordTCF(Person, kw_only=True, forbid_unknown_fields=True):
    """What somebody chose in a consent banner."""

    tc_string: Annotated[str, Meta(description="The TC string of the banner.", min_length=1, max_length=100_000)]
    vendor_id: Annotated[
        Annotated[int, Meta(ge=1, le=65_535)] | None,
        Meta(description="Your number in the IAB's list of vendors; the site's own choices count where it is left out."),
    ] = None
    channel: Annotated[ShortText, Meta(description="Where it was given, such as cookie banner, checkout, newsletter form or letter.")] = (
        "cookie banner"
    )
    url: Annotated[Address, Meta(description="Page it was given on.")] = ""
    ip: Annotated[str, Meta(description="IP address it came from; kept as evidence only.", max_length=45)] = ""
    user_agent: Annotated[Address, Meta(description="Browser it came from; kept as evidence only.")] = ""


class StateOf(msgspec.Struct, kw_only=True, frozen=True):
    """Where somebody stands with a purpose."""

    purpose: Annotated[str, Meta(description="What the data is used for.")]
    medium: Annotated[Medium | None, Meta(description="How advertising reaches them; null for other purposes.")]
    situation: Annotated[Situation, Meta(description="Where they stand.")]
    allowed: Annotated[bool, Meta(description="Whether what is known of them may be used.")]
    basis: Annotated[Basis, Meta(description="The legal basis, or that there is none.")]
    since: Annotated[datetime | None, Meta(description="When the act that counts was decided; null where there is none.")]
    channel: Annotated[str, Meta(description="Where it was given; empty where nothing was.")]
    missing: Annotated[str, Meta(description="What is missing for a yes, in words; empty where nothing is.")]


class States(msgspec.Struct, kw_only=True, frozen=True):
    """Where somebody stands with every purpose that needs consent."""

    states: Annotated[list[StateOf], Meta(description="One for each purpose, and for advertising one for each medium that was asked for.")]


class Recorded(msgspec.Struct, kw_only=True, frozen=True):
    """What became of an entry."""

    consent_id: Annotated[UUID, Meta(description="The id of the entry.")]
    recorded: Annotated[bool, Meta(description="Whether it was new; one that is known already is never changed.")]
    state: Annotated[StateOf, Meta(description="Where the person stands now.")]


class Requested(msgspec.Struct, kw_only=True, frozen=True):
    """What the mail needs; it must not advertise anything."""

    consent_id: Annotated[UUID, Meta(description="The id of the request in the ledger.")]
    token: Annotated[str, Meta(description="The secret to put into the link; it is told once and works once.")]
    message_id: Annotated[str, Meta(description="The Message-ID header that the mail must carry.")]
    expires_at: Annotated[datetime, Meta(description="Until when the link works.")]


class KeptText(msgspec.Struct, kw_only=True, frozen=True):
    """Under which hash a text is kept."""

    text_hash: Annotated[str, Meta(description="SHA-256 of language and text, in hexadecimal; what entries refer to.")]


class HistoryEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One entry of the ledger, without the evidence that only a proof shows."""

    consent_id: Annotated[UUID, Meta(description="The id of the entry.")]
    purpose: Annotated[str, Meta(description="What the data is used for.")]
    medium: Annotated[Medium | None, Meta(description="How advertising reaches them; null for other purposes.")]
    state: Annotated[State, Meta(description="What the person did.")]
    legal_basis: Annotated[LegalBasis, Meta(description="On what it rests.")]
    channel: Annotated[str, Meta(description="Where it was given.")]
    form: Annotated[str, Meta(description="Name of the form it was given on.")]
    url: Annotated[str, Meta(description="Page it was given on.")]
    text_hash: Annotated[str | None, Meta(description="Which text was shown; null where it is not known.")]
    message_id: Annotated[str, Meta(description="Message id of the mail; empty where there was none.")]
    request_id: Annotated[UUID | None, Meta(description="The entry that a confirmation confirms.")]
    decided_at: Annotated[datetime, Meta(description="When the person decided.")]
    recorded_at: Annotated[datetime, Meta(description="When Hanse learned of it.")]
    hash: Annotated[str, Meta(description="SHA-256 over the entry and the hash of the one before it, in hexadecimal.")]


class HistoryOf(msgspec.Struct, kw_only=True, frozen=True):
    """All entries of somebody."""

    entries: Annotated[list[HistoryEntry], Meta(description="The entries, in the order in which they were decided.")]
    intact: Annotated[bool, Meta(description="Whether the chain of hashes shows that nothing was changed, removed or moved.")]


class Proof(msgspec.Struct, kw_only=True, frozen=True):
    """What proves who agreed to what, to be printed."""

    html: Annotated[str, Meta(description="The page, with everything it needs in it.")]
    intact: Annotated[bool, Meta(description="Whether the chain of hashes shows that nothing was changed, removed or moved.")]


class ProcessingRecord(msgspec.Struct, kw_only=True, frozen=True):
    """The record of processing activities."""

    activities: Annotated[list[Activity], Meta(description="The activities, one for each purpose that an operation declares.")]
    html: Annotated[str, Meta(description="The page, to be completed with the name of the controller.")]
