"""What counts of all that somebody did about a purpose: arrays in, one standing out, no database.

The newest counts, by the time it was decided and then by the time it was recorded; where both are the same, the no. An objection
blocks advertising and profiling whatever was agreed to before. Where anybody could have entered somebody else's address, only a
confirmed double opt-in is a yes. The exception for existing customers holds for whoever never said no.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hanse.base.decision import Basis
from hanse.base.operation import Purpose
from hanse.data.consent.schemas import LegalBasis, Medium, State

BLOCKED_BY_OBJECTION = frozenset({Purpose.ADVERTISING, Purpose.PERSONALISATION})
"""What any objection ends (Art. 21(2) and (3) DSGVO: advertising, and profiling with it)."""


class Situation(StrEnum):
    """Where somebody stands with a purpose."""

    AGREED = "agreed"
    """There is consent that counts."""
    EXISTING_CUSTOMER = "existing_customer"
    """There is no consent, but the exception of § 7(3) UWG holds."""
    UNCONFIRMED = "unconfirmed"
    """They may have agreed, but the double opt-in is not complete."""
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"
    NEVER_ASKED = "never_asked"

    @property
    def allows(self) -> bool:
        """Return whether what is known of the person may be used."""
        return self in {Situation.AGREED, Situation.EXISTING_CUSTOMER}


MISSING = {
    Situation.AGREED: "",
    Situation.EXISTING_CUSTOMER: "",
    Situation.UNCONFIRMED: "Confirmation of the double opt-in is missing.",
    Situation.DENIED: "Consent is missing: it was refused.",
    Situation.WITHDRAWN: "Consent is missing: it was withdrawn.",
    Situation.OBJECTED: "Consent after the objection is missing.",
    Situation.NEVER_ASKED: "Consent is missing: nobody asked for it.",
}
"""What would have to come for a yes; German stands in `de.po`."""

BASES = {Situation.AGREED: Basis.CONSENT, Situation.EXISTING_CUSTOMER: Basis.LEGITIMATE_INTEREST}


@dataclass(frozen=True, kw_only=True)
class Act:
    """What of an entry decides."""

    consent_id: UUID
    profile_id: UUID
    purpose: Purpose
    medium: Medium | None
    state: State
    legal_basis: LegalBasis
    channel: str
    decided_at: datetime
    recorded_at: datetime

    @property
    def moment(self) -> tuple[datetime, datetime]:
        """Return by what the order goes."""
        return self.decided_at, self.recorded_at


@dataclass(frozen=True)
class Standing:
    """Where somebody stands with a purpose, and the act that put them there."""

    purpose: Purpose
    medium: Medium | None
    situation: Situation
    act: Act | None = None

    @property
    def basis(self) -> Basis:
        """Return on which basis what is known of the person may be used."""
        return BASES.get(self.situation, Basis.NONE)

    @property
    def missing(self) -> str:
        """Return what is missing for a yes, in English; empty where nothing is."""
        return MISSING[self.situation]


def stand(acts: Iterable[Act], purpose: Purpose, medium: Medium | None) -> Standing:
    """Decide what counts for a purpose, and for advertising a medium, of all acts of one person."""
    acts = list(acts)
    own = [each for each in acts if each.purpose == purpose and each.medium == medium and each.legal_basis is not LegalBasis.OBJECTION]
    refusal = _newest([*_objections(acts, purpose), *(each for each in own if each.state in {State.DENIED, State.WITHDRAWN})])
    agreement = _newest(each for each in own if _counts(each, medium))
    if agreement and (refusal is None or agreement.moment > refusal.moment):
        return Standing(purpose, medium, Situation.AGREED, agreement)
    if refusal:
        return Standing(purpose, medium, _refused(refusal), refusal)
    if exception := _newest(each for each in own if each.legal_basis is LegalBasis.EXISTING_CUSTOMER):
        return Standing(purpose, medium, Situation.EXISTING_CUSTOMER, exception)
    if pending := _newest(own):
        return Standing(purpose, medium, Situation.UNCONFIRMED, pending)
    return Standing(purpose, medium, Situation.NEVER_ASKED)


def _objections(acts: Iterable[Act], purpose: Purpose) -> list[Act]:
    return [each for each in acts if each.legal_basis is LegalBasis.OBJECTION and (each.purpose == purpose or purpose in BLOCKED_BY_OBJECTION)]


def _counts(act: Act, medium: Medium | None) -> bool:
    if act.legal_basis is not LegalBasis.CONSENT:
        return False
    return act.state is State.CONFIRMED or (act.state is State.GRANTED and not (medium and medium.needs_confirmation))


def _refused(refusal: Act) -> Situation:
    if refusal.legal_basis is LegalBasis.OBJECTION:
        return Situation.OBJECTED
    return Situation.DENIED if refusal.state is State.DENIED else Situation.WITHDRAWN


def _newest(acts: Iterable[Act]) -> Act | None:
    return max(acts, key=lambda each: (*each.moment, each.consent_id), default=None)
