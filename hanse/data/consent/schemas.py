"""Who agreed to what, in which words and how it was proved; who refused, withdrew or objected."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from hanse.base.operation import Purpose


class State(StrEnum):
    """What somebody did about a purpose."""

    GRANTED = "granted"
    """They agreed, once."""
    DENIED = "denied"
    """They said no, or objected (Art. 21 DSGVO) where that is the legal basis."""
    WITHDRAWN = "withdrawn"
    """They took back what they had agreed to (Art. 7(3) DSGVO)."""
    REQUESTED = "requested"
    """They were sent a message to confirm with: the first half of the double opt-in."""
    CONFIRMED = "confirmed"
    """They confirmed from within their own mailbox: the second half."""

    @property
    def agrees(self) -> bool:
        """Return whether somebody said yes."""
        return self in {State.GRANTED, State.CONFIRMED}


class LegalBasis(StrEnum):
    """On what an entry rests."""

    CONSENT = "consent"
    """Consent (Art. 6(1)(a) DSGVO, § 7(2) UWG)."""
    EXISTING_CUSTOMER = "existing_customer"
    """Mail to existing customers for similar goods (§ 7(3) UWG, Art. 6(1)(f) DSGVO)."""
    OBJECTION = "objection"
    """An objection (Art. 21 DSGVO); it blocks advertising and profiling, whatever was agreed to before."""


class Medium(StrEnum):
    """How advertising reaches somebody; consent to one is none to another (§ 7(2) UWG)."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    POST = "post"
    PUSH = "push"
    SITE = "site"
    """Ad slots on pages and in apps."""

    @property
    def needs_confirmation(self) -> bool:
        """Return whether anybody could enter somebody else's address, so that only a confirmed double opt-in counts."""
        return self in {Medium.EMAIL, Medium.SMS}


class ExistingCustomer(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The four conditions of § 7(3) UWG; all must hold."""

    address_from_sale: Annotated[bool, Meta(description="The customer gave the address when buying goods or a service (No. 1).")]
    similar_goods_only: Annotated[bool, Meta(description="It is used for similar goods of the same seller only (No. 2).")]
    never_objected: Annotated[bool, Meta(description="The customer has not objected (No. 3).")]
    told_of_objection: Annotated[bool, Meta(description="They were told, then and in every message, that they may object at any time (No. 4).")]


class Consent(msgspec.Struct, kw_only=True, frozen=True):
    """One entry of the ledger. Whoever only knows yes or no gives `granted`; whoever knows more gives `state`."""

    consent_id: UUID
    profile_id: UUID
    purpose: Purpose
    granted: bool = False
    """Whether it says yes; follows `state` where that is given."""
    state: State | None = None
    """What was done; granted or denied where it is left out, and never null afterwards."""
    medium: Medium | None = None
    """How advertising may reach them; e-mail where it is left out. Other purposes have none."""
    legal_basis: LegalBasis = LegalBasis.CONSENT
    channel: str
    """Where it was given: `cookie banner`, `checkout`, `letter`."""
    text_hash: bytes | None = None
    """The version of the text that was shown."""
    form: str = ""
    url: str = ""
    """Form and page it was given on."""
    ip: str = ""
    user_agent: str = ""
    """Kept as evidence and used for nothing else."""
    message_id: str = ""
    """Message id (RFC 5322) of the mail that asked for the confirmation."""
    request_id: UUID | None = None
    """The entry that a confirmation confirms."""
    evidence: dict[str, Any] = {}
    """Whatever else proves it: number of a letter, facts from the shop."""
    decided_at: datetime

    def __post_init__(self) -> None:
        """Fill what follows from the rest."""
        state = self.state or (State.GRANTED if self.granted else State.DENIED)
        medium = (self.medium or Medium.EMAIL) if self.purpose is Purpose.ADVERTISING else None
        for name, value in (("state", state), ("granted", state.agrees), ("medium", medium)):
            msgspec.structs.force_setattr(self, name, value)


class Entry(msgspec.Struct, kw_only=True, frozen=True):
    """An entry as it stands in the ledger, with its place in the chain of its profile."""

    consent: Consent
    recorded_at: datetime
    position: int
    previous_hash: bytes
    hash: bytes


class TextVersion(msgspec.Struct, kw_only=True, frozen=True):
    """One version of a text that people agree to, kept once."""

    text_hash: bytes
    language: str
    text: str
    created_at: datetime
