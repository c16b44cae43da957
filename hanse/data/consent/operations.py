"""Operations on the consent ledger: what people said is recorded, asked for, confirmed, withdrawn, shown and proved."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from hanse.base import ids
from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.data.access import audit
from hanse.data.consent import banner, confirmation, people, processing, proof_page, store, tcf, texts, words
from hanse.data.consent.errors import (
    AlreadyRequested,
    MissingConditions,
    MissingRequest,
    NotElectronicMail,
    UnknownPerson,
    UnknownText,
    UnknownToken,
    UnlawfulConsent,
    UnreadableTCString,
)
from hanse.data.consent.requests import (
    EXAMPLE_AT,
    AskHistory,
    AskProcessing,
    AskProof,
    AskState,
    Confirm,
    HistoryEntry,
    HistoryOf,
    KeptText,
    ProcessingRecord,
    Proof,
    PutText,
    Record,
    Recorded,
    RecordTCF,
    RequestConfirmation,
    Requested,
    StateOf,
    States,
    Withdraw,
)
from hanse.data.consent.schemas import Consent, Entry, LegalBasis, Medium, State
from hanse.data.consent.standing import Standing

EXAMPLE_TEXT = PutText(language="de", text="Ja, ich möchte den Newsletter per E-Mail erhalten. Ich kann mich jederzeit wieder abmelden.")
EXAMPLE_HASH = texts.text_hash(EXAMPLE_TEXT.language, EXAMPLE_TEXT.text).hex()


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownPerson, UnknownText, UnlawfulConsent, MissingConditions, NotElectronicMail, MissingRequest),
    example=Record(
        user_id="customer-0",
        purpose="personalisation",
        state=State.GRANTED,
        channel="cookie banner",
        url="https://shop.example/",
        consent_id=UUID("019ecb27-2200-707f-8163-043bedd2707d"),
        decided_at=EXAMPLE_AT,
    ),
)
async def record(request: Record, context: Context) -> Recorded:
    """Write what somebody did about a purpose to the consent ledger.

    Nothing that is written is ever changed; the same `consent_id`, or the same `message_id` and state, is written once. A
    confirmation is taken only with the request that it confirms, found by the message id of the mail. Mail to existing customers
    needs all four conditions of § 7(3) UWG.
    """
    connection, now = await context.connection(), context.clock.now()
    evidence = dict(request.evidence)
    if request.legal_basis is LegalBasis.EXISTING_CUSTOMER:
        if request.existing_customer is None:
            raise MissingConditions
        evidence["existing_customer"] = {name: getattr(request.existing_customer, name) for name in request.existing_customer.__struct_fields__}
    shown = await texts.known(connection, request.text_hash) if request.text_hash else None
    profile_id = await people.find_or_make(request, context)
    everybody = await people.everybody(profile_id, context)
    given = _given(
        request,
        consent_id=_consent_id(request) or ids.new(now),
        profile_id=profile_id,
        state=request.state,
        legal_basis=request.legal_basis,
        text_hash=shown,
        message_id=request.message_id or "",
        request_id=await _request_id(request, everybody, context),
        evidence=evidence,
        decided_at=request.decided_at or now,
    )
    new = await store.put(connection, [given], now=now)
    if given.state in {State.DENIED, State.WITHDRAWN}:
        await confirmation.void(connection, everybody, given.purpose, given.medium, now=now)
    return await _recorded(given, everybody, context, new=bool(new))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownPerson, UnreadableTCString),
    example=RecordTCF(
        anonymous_id="b-1",
        tc_string="CP1R2oAP1R23oAFACBENBNFoAPAAAEIAAAYgD6QAoAAgAGAfQAAAAIQAFAAEAAwAEgAA.IJYQAYAAglgA.QADgIAAA.cYAAAAAAAUgA",
    ),
)
async def record_tcf(request: RecordTCF, context: Context) -> States:
    """Take over what somebody chose in a consent banner that follows the IAB's TCF.

    Statistics, personalisation and ad slots count as agreed to where every TCF purpose they need has consent; a legitimate interest is
    none, and no banner is consent to e-mail. A string that says nothing about the site or the vendor changes nothing.
    """
    connection, now = await context.connection(), context.clock.now()
    found = tcf.decode(request.tc_string)
    profile_id = await people.find_or_make(request, context)
    before = await store.standings(connection, [profile_id], media=[Medium.SITE])
    await store.put(connection, banner.entries(request, found, profile_id, before, now=now), now=now)
    return States(states=[_state(each, context) for each in await store.standings(connection, [profile_id])])


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, tool=True, example=AskState(user_id="customer-0"))
async def state(request: AskState, context: Context) -> States:
    """Tell where somebody stands with every purpose that needs consent, and what is missing for a yes.

    For mail only a confirmed double opt-in counts, or the exception for existing customers; an objection blocks advertising and
    profiling whatever was agreed to before. Whoever is not known was never asked.
    """
    profile_id = await people.find(request, context)
    everybody = await people.everybody(profile_id, context) if profile_id else []
    found = await store.standings(await context.connection(), everybody)
    return States(states=[_state(each, context) for each in found if request.purpose in {None, each.purpose.value}])


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, errors=(UnknownPerson,), example=AskHistory(user_id="customer-0"))
async def history(request: AskHistory, context: Context) -> HistoryOf:
    """Show every entry of the ledger about somebody, and whether their chain is intact."""
    connection, everybody = await context.connection(), await people.members(request, context)
    faults = await store.verify(connection, everybody)
    entries = await store.history(connection, everybody)
    return HistoryOf(entries=[_shown(each) for each in entries], intact=not any(faults.values()))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownPerson, UnknownText, AlreadyRequested),
    example=RequestConfirmation(
        email="anna.petersen@shop.example",
        channel="newsletter form",
        form="footer",
        url="https://shop.example/",
        text_hash=EXAMPLE_HASH,
        message_id="<welcome-1@shop.example>",
        decided_at=EXAMPLE_AT,
    ),
)
async def request_confirmation(request: RequestConfirmation, context: Context) -> Requested:
    """Begin a double opt-in: note the request and get the secret of the link for the mail.

    Send one mail with the link and the `message_id`, without any advertising. Nothing counts before consent.confirm. The secret is
    told once, only a hash of it is kept.
    """
    connection, now = await context.connection(), context.clock.now()
    shown = await texts.known(connection, request.text_hash)
    profile_id = await people.find_or_make(request, context)
    everybody = await people.everybody(profile_id, context)
    if request.message_id and await store.known_message(connection, everybody, request.message_id, State.REQUESTED):
        raise AlreadyRequested(message_id=request.message_id)
    consent_id = ids.new(now)
    given = _given(
        request,
        consent_id=consent_id,
        profile_id=profile_id,
        state=State.REQUESTED,
        text_hash=shown,
        message_id=request.message_id or f"<{consent_id}@hanse>",
        decided_at=request.decided_at or now,
    )
    expires_at = now + timedelta(seconds=request.expires_in_seconds)
    token = await confirmation.request(connection, given, expires_at=expires_at, now=now)
    return Requested(consent_id=consent_id, token=token, message_id=given.message_id, expires_at=expires_at)


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownToken,), example=Confirm(token="the-secret-of-the-link"))  # noqa: S106  # no secret
async def confirm(request: Confirm, context: Context) -> Recorded:
    """Complete a double opt-in by the secret of its link, once.

    Call it when the person presses a button on the page of the link: programs that look into mails follow links by themselves.
    """
    connection, now = await context.connection(), context.clock.now()
    given = await confirmation.confirm(connection, request.token, ip=request.ip, user_agent=request.user_agent, now=now)
    return await _recorded(given, await people.everybody(given.profile_id, context), context, new=True)


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnknownPerson,),
    example=Withdraw(user_id="customer-0", purpose="advertising", channel="unsubscribe link", decided_at=EXAMPLE_AT),
)
async def withdraw(request: Withdraw, context: Context) -> States:
    """Take consent back, for one purpose or all, or note an objection; as easy as giving it (Art. 7(3) DSGVO).

    Open links of the double opt-in work no more. The same withdrawal told twice is written once.
    """
    connection, now = await context.connection(), context.clock.now()
    everybody = await people.members(request, context)
    profile_id = await people.find(request, context) or everybody[0]
    before = await store.standings(connection, everybody)
    await store.put(connection, [_withdrawal(request, profile_id, *each, context) for each in _withdrawn(request, before)], now=now)
    purpose = Purpose(request.purpose or "advertising") if (request.purpose or request.medium) and not request.objection else None
    await confirmation.void(connection, everybody, purpose, request.medium, now=now)
    after = await store.standings(connection, everybody)
    return States(states=[_state(each, context) for each in after])


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, example=EXAMPLE_TEXT)
async def text(request: PutText, context: Context) -> KeptText:
    """Keep a version of a text that people agree to, once and whole; entries refer to it by its hash."""
    key, _ = await texts.put(await context.connection(), request.language, request.text, now=context.clock.now())
    return KeptText(text_hash=key.hex())


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, errors=(UnknownPerson,), example=AskProof(user_id="4711", language="de"))
async def proof(request: AskProof, context: Context) -> Proof:
    """Prove who agreed to what: a page to print, with every entry, the texts in full and the check of the chain.

    It meets Art. 7(1) DSGVO and the burden of proof of § 7 UWG: exact times, what was shown, request and confirmation of the double
    opt-in. It shows personal data, so that who asked for it is noted in the audit log.
    """
    connection, now = await context.connection(), context.clock.now()
    everybody = await people.members(request, context)
    await audit.note(
        connection,
        actor_kind=context.caller.kind,
        actor=context.caller.name,
        action="consent.proof",
        effect=Effect.READ,
        subject=str(everybody[0]),
        now=now,
    )
    language = request.language or context.language or context.settings.language
    made = await proof_page.collect(connection, everybody, now=now)
    return Proof(html=proof_page.render(made, language=language, time_zone=context.settings.time_zone), intact=made.intact)


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=AskProcessing(language="de"))
async def record_of_processing(request: AskProcessing, context: Context) -> ProcessingRecord:
    """Write the record of processing activities (Art. 30 DSGVO) from what every operation declares.

    The controller, the processors and transfers out of the EU are to be completed by hand.
    """
    language = request.language or context.language or context.settings.language
    found = processing.activities(context.resource(processing.Declared), language)
    return ProcessingRecord(activities=found, html=processing.render(found, language))


def _given(request: Record | RequestConfirmation, **more: Any) -> Consent:
    """Return an entry with the proof that a request brings."""
    proof = {name: getattr(request, name) for name in ("medium", "channel", "form", "url", "ip", "user_agent")}
    return Consent(purpose=Purpose(request.purpose), **proof, **more)


def _consent_id(request: Record) -> UUID | None:
    if request.consent_id or not request.message_id:
        return request.consent_id
    return confirmation.identifier("record", request.message_id, request.state, request.purpose, request.medium)


async def _request_id(request: Record, everybody: Collection[UUID], context: Context) -> UUID | None:
    """Return the request that a confirmation confirms; raises `MissingRequest` where there is none."""
    if request.state is not State.CONFIRMED:
        return None
    asked = request.message_id and await store.known_message(await context.connection(), everybody, request.message_id, State.REQUESTED)
    if not asked:
        raise MissingRequest
    return asked


def _withdrawn(request: Withdraw, before: Collection[Standing]) -> list[tuple[Purpose, Medium | None]]:
    """Return which purposes and media a withdrawal is about: all that were ever asked for, and e-mail."""
    if request.objection:
        return [(Purpose(request.purpose or "advertising"), request.medium)]
    if request.medium and request.purpose in {None, "advertising"}:
        return [(Purpose.ADVERTISING, request.medium)]
    return [(each.purpose, each.medium) for each in before if request.purpose in {None, each.purpose.value}]


def _withdrawal(request: Withdraw, profile_id: UUID, purpose: Purpose, medium: Medium | None, context: Context) -> Consent:
    decided_at = request.decided_at or context.clock.now()
    return Consent(
        consent_id=confirmation.identifier("withdraw", profile_id, purpose, medium, request.objection, decided_at, request.message_id),
        profile_id=profile_id,
        purpose=purpose,
        medium=medium,
        state=State.DENIED if request.objection else State.WITHDRAWN,
        legal_basis=LegalBasis.OBJECTION if request.objection else LegalBasis.CONSENT,
        channel=request.channel,
        message_id=request.message_id or "",
        decided_at=decided_at,
    )


async def _recorded(given: Consent, everybody: Collection[UUID], context: Context, *, new: bool) -> Recorded:
    found = await store.stand(await context.connection(), everybody, given.purpose, given.medium)
    return Recorded(consent_id=given.consent_id, recorded=new, state=_state(found, context))


def _state(found: Standing, context: Context) -> StateOf:
    act = found.act
    return StateOf(
        purpose=found.purpose,
        medium=found.medium,
        situation=found.situation,
        allowed=found.situation.allows,
        basis=found.basis,
        since=act.decided_at if act else None,
        channel=act.channel if act else "",
        missing=words.say(found.missing, context.language or context.settings.language),
    )


def _shown(entry: Entry) -> HistoryEntry:
    given = entry.consent
    same = ("consent_id", "purpose", "medium", "legal_basis", "channel", "form", "url", "message_id", "request_id", "decided_at")
    return HistoryEntry(
        **{name: getattr(given, name) for name in same},
        state=given.state or State.DENIED,
        text_hash=given.text_hash.hex() if given.text_hash else None,
        recorded_at=entry.recorded_at,
        hash=entry.hash.hex(),
    )
