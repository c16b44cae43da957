"""How the contract of operations reaches the data: who a request names, on what basis, which arm, and the logs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from hanse.base.config import Settings
from hanse.base.context import Assignment, Context, Subject
from hanse.base.decision import Basis, Decision, Personal, unlogged
from hanse.base.operation import Effect, Operation, Purpose
from hanse.data import consent, entries
from hanse.data.access import audit, proofs
from hanse.data.access.proofs import UnprovenPerson
from hanse.data.consent import people
from hanse.data.consent.people import Person
from hanse.data.decisions import experiment
from hanse.data.decisions.log import DecisionLog
from hanse.data.decisions.schemas import DecisionRecord
from hanse.data.experiments import running
from hanse.data.privacy import restriction
from hanse.data.profiles import identity, keys
from hanse.data.profiles.keys import Key
from hanse.serve.registry import Registry

PERSON_FIELDS = frozenset(Personal.__struct_fields__)
STAMP_FIELDS = frozenset(Decision.__struct_fields__)

UNGUESSABLE = 20
"""Characters from which on the id of a browser is taken for a secret of its own; a UUID has 36."""

BASIS_WITHOUT_CONSENT = {
    Purpose.CONTRACT: Basis.CONTRACT,
    Purpose.OPERATION: Basis.LEGITIMATE_INTEREST,
    Purpose.SECURITY: Basis.LEGITIMATE_INTEREST,
}


class DataPorts:
    """The ports of a running Hanse."""

    def __init__(self, registry: Registry, settings: Settings, log: DecisionLog) -> None:
        """Serve the contract from the database."""
        self._registry = registry
        self._settings = settings
        self._log = log

    async def subject(self, request: Personal, purpose: Purpose, context: Context) -> Subject:
        """Find the person a request names, and whether what is known of them may be used for a purpose."""
        if context.caller.public:
            return await self._unseen(request, purpose, context)
        return await self._known(await _profile_id(request, context), purpose, context)

    async def _unseen(self, request: Personal, purpose: Purpose, context: Context) -> Subject:
        """Find whom somebody names who may be anybody: with proof as ever; a browser only what it did itself, before anybody signed in on it.

        Who has a public key can also send an event that says that a browser of theirs and a customer are one. So what is known of the
        customer is not used for a browser; the answer counts for them in the measures all the same.
        """
        proved = _proved(request, context)
        if proved is not None:
            return await self._known(await identity.find(await context.connection(), *proved), purpose, context)
        browser = keys.key("anonymous_id", request.anonymous_id) if len(request.anonymous_id or "") >= UNGUESSABLE else None
        found = await identity.find(await context.connection(), *browser) if browser else None
        subject = await self._known(found, purpose, context)
        if found is None or await identity.is_alone(await context.connection(), found):
            return subject
        return Subject(measured_id=subject.profile_id)

    async def _known(self, profile_id: UUID | None, purpose: Purpose, context: Context) -> Subject:
        if profile_id is None:
            return Subject()
        if purpose is not Purpose.OPERATION and await restriction.is_restricted(await context.connection(), profile_id):
            return Subject(None, Basis.NONE)  # Art. 18(2) DSGVO
        if not purpose.needs_consent:
            return Subject(profile_id, BASIS_WITHOUT_CONSENT[purpose])
        found = await consent.stand(await context.connection(), profile_id, purpose)
        return Subject(profile_id, found.basis) if found.situation.allows else Subject(None, Basis.NONE)

    def assign(self, capability: str, profile_id: UUID | None) -> Assignment:
        """Draw the arm of a profile, always the same one."""
        return experiment.assign(capability, profile_id, self._settings.holdout_share)

    def vary(self, operation: Operation[Any, Any], request: Any, context: Context) -> Any:
        """Return a request as the variant of a running experiment has it; one that no longer fits leaves the usual answer."""
        return running.varied(context, operation.name, request)

    async def record(self, operation: Operation[Any, Any], request: Any, answer: Decision, context: Context) -> None:
        """Log a decision, without the fields that name the person; the profile's id stands beside it where there is a basis."""
        variant = context.variant
        await self._log.add(
            DecisionRecord(
                decision_id=answer.decision_id,
                operation=operation.name,
                profile_id=context.subject.counted_id,
                model_version=answer.model_version,
                arm=answer.arm,
                arm_probability=answer.arm_probability,
                basis=answer.basis,
                reason=answer.reason,
                request=_json_without(request, PERSON_FIELDS),
                answer=_json_without(answer, STAMP_FIELDS | unlogged(type(answer))),
                decided_at=context.clock.now(),
                experiment_id=variant.experiment_id if variant else None,
                variant=variant.name if variant else None,
                variant_probability=variant.probability if variant else None,
            )
        )

    async def audit(self, operation: Operation[Any, Any], request: Any, context: Context) -> None:
        """Note who did what, in the transaction that does it; of what reaches a person also whom, for the entry in the CRM."""
        person = await _person(request, context) if operation.name in entries.TOLD or operation.effect is Effect.ACT else None
        await audit.note(
            await context.connection(),
            actor_kind=context.caller.kind,
            actor=context.caller.name,
            action=operation.name,
            effect=operation.effect,
            subject=str(person or ""),
            facts={"purpose": operation.purpose} if operation.effect is Effect.ACT else {},
            now=context.clock.now(),
        )

    def find(self, name: str) -> Operation[Any, Any]:
        """Find an operation by name."""
        return self._registry.find(name)


async def _person(request: Any, context: Context) -> UUID | None:
    """Return whom a request is about, whatever the basis: an action that is done has to be told."""
    if isinstance(request, Person):
        return await people.find(request, context)
    return await _profile_id(request, context) if isinstance(request, Personal) else None


def _proved(request: Personal, context: Context) -> Key | None:
    """Return the customer number that a public key names with proof, null where it names none; raises `UnprovenPerson`."""
    if request.profile_id is not None:
        raise UnprovenPerson(field="profile_id")
    if request.user_id is None:
        return None
    if not proofs.holds(context.settings.home, context.caller.name, request.user_id, request.user_hash or ""):
        raise UnprovenPerson(field="user_id")
    return keys.key("user_id", request.user_id)


async def _profile_id(request: Personal, context: Context) -> UUID | None:
    if request.profile_id is not None:
        return request.profile_id
    for key in identity.named(request):
        if found := await identity.find(await context.connection(), *key):
            return found
    return None


def _json_without(value: msgspec.Struct, left_out: frozenset[str]) -> msgspec.Raw:
    fields = {name: getattr(value, name) for name in value.__struct_fields__ if name not in left_out}
    return msgspec.Raw(msgspec.json.encode(fields))
