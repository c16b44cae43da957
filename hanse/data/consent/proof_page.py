"""The proof of a person's consents as a page to print: self-contained HTML, German or English, no template engine.

Art. 7(1) DSGVO: whoever relies on consent must be able to show it. The concrete declaration counts, with its exact time, the text that
was shown, and both halves of the double opt-in; a description of how it usually goes is not enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import escape
from typing import Any
from uuid import UUID

import msgspec

from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.data.consent import frame, store, texts, words
from hanse.data.consent.chain import FORMAT, Fault, FaultKind
from hanse.data.consent.schemas import Consent, Entry, LegalBasis, Medium, State, TextVersion
from hanse.data.consent.standing import Situation, Standing

PAGE = frame.page(
    head='<meta name="robots" content="noindex">\n',
    style=""":root { color-scheme: light; }
body { font: 11pt/1.45 system-ui, sans-serif; color: #111; background: #fff; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; border-bottom: 2px solid #111; }
h3 { font-size: 1rem; margin: 0 0 .4rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; }
th { font-weight: 600; width: 13rem; } thead th { width: auto; border-bottom: 1px solid #111; } td { overflow-wrap: anywhere; }
section.entry { border: 1px solid #888; border-radius: 4px; padding: .7rem .9rem; margin: 0 0 .8rem; }
blockquote { margin: 0; padding: .4rem .7rem; border-left: 3px solid #888; white-space: pre-wrap; }
code { font: .85em/1.3 ui-monospace, monospace; }
.result { padding: .6rem .9rem; border: 2px solid #060; } .result.broken { border-color: #b00; color: #b00; font-weight: 600; }
.note { color: #444; font-size: .9em; }
@page { size: A4; margin: 18mm 16mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10pt; } section.entry, tr { break-inside: avoid; } h2, h3 { break-after: avoid; } }""",
)

PURPOSES = {
    Purpose.STATISTICS: "Statistics",
    Purpose.PERSONALISATION: "Personalisation",
    Purpose.ADVERTISING: "Advertising",
}
MEDIA = {
    Medium.EMAIL: "by e-mail",
    Medium.SMS: "by text message",
    Medium.PHONE: "by telephone",
    Medium.POST: "by post",
    Medium.PUSH: "by push message",
    Medium.SITE: "in ad slots",
}
STATES = {
    State.GRANTED: "Consent given",
    State.DENIED: "Refused",
    State.WITHDRAWN: "Consent withdrawn",
    State.REQUESTED: "Confirmation requested (double opt-in, first half)",
    State.CONFIRMED: "Confirmed (double opt-in, second half)",
}
SITUATIONS = {
    Situation.AGREED: "Consent is there",
    Situation.EXISTING_CUSTOMER: "Allowed for existing customers (§ 7(3) UWG)",
    Situation.UNCONFIRMED: "Not confirmed",
    Situation.DENIED: "Refused",
    Situation.WITHDRAWN: "Withdrawn",
    Situation.OBJECTED: "Objected (Art. 21 DSGVO)",
    Situation.NEVER_ASKED: "Never asked",
}
BASES = {
    LegalBasis.CONSENT: "Consent, Art. 6(1)(a) DSGVO",
    LegalBasis.EXISTING_CUSTOMER: "Existing customer, § 7(3) UWG with Art. 6(1)(f) DSGVO",
    LegalBasis.OBJECTION: "Objection, Art. 21 DSGVO",
}
FAULTS = {
    FaultKind.CHANGED: "entry {position} was changed after it was written",
    FaultKind.BROKEN: "entry {position} does not follow the one before it",
    FaultKind.MISSING: "entries are missing, or there are too many, from {position} on",
}
CONDITIONS = {
    "address_from_sale": "The address was given with the sale of goods or a service (No. 1)",
    "similar_goods_only": "It is used for similar goods only (No. 2)",
    "never_objected": "There was no objection (No. 3)",
    "told_of_objection": "The right to object was pointed out, then and in every message (No. 4)",
}


@dataclass(frozen=True)
class Collected:
    """All that the page shows."""

    made_at: datetime
    identities: Sequence[Mapping[str, str]]
    entries: Sequence[Entry]
    standings: Sequence[Standing]
    shown: Mapping[bytes, TextVersion]
    faults: Mapping[UUID, Sequence[Fault]]

    @property
    def intact(self) -> bool:
        """Return whether all chains are what was written."""
        return not any(self.faults.values())


async def collect(connection: Connection, people: Sequence[UUID], *, now: datetime) -> Collected:
    """Read all that the page shows of somebody, who may have several profiles."""
    entries = await store.history(connection, people)
    rows = await connection.execute(store.queries["identities"], {"profile_ids": list(people)})
    return Collected(
        made_at=now,
        identities=await rows.fetchall(),
        entries=entries,
        standings=await store.standings(connection, people),
        shown=await texts.find(connection, {each.consent.text_hash for each in entries if each.consent.text_hash}),
        faults=await store.verify(connection, people),
    )


def render(found: Collected, *, language: str, time_zone: str) -> str:
    """Return the page."""
    writing = _Writing(found, language, time_zone)
    return PAGE.substitute(language=language, title=writing.say("Proof of consent"), body="\n".join(writing.parts()))


@dataclass(frozen=True)
class _Writing:
    """One page in one language."""

    found: Collected
    language: str
    time_zone: str

    def say(self, text: str, **facts: object) -> str:
        return escape(words.say(text, self.language).format(**facts) if facts else words.say(text, self.language))

    def at(self, moment: datetime) -> str:
        return escape(words.moment(moment, self.language, self.time_zone))

    def parts(self) -> Iterator[str]:
        yield f'<p class="note">{self.say("For the proof that Art. 7(1) DSGVO and § 7 UWG ask for. Made {at}.", at=words.moment(self.found.made_at, self.language, self.time_zone))}</p>'
        yield f"<h2>{self.say('Person')}</h2>{self._person()}"
        yield f"<h2>{self.say('Check of the chain')}</h2>{self._check()}"
        yield f"<h2>{self.say('What counts today')}</h2>{self._today()}"
        for (purpose, medium), entries in self._by_purpose().items():
            yield f"<h2>{self._name(purpose, medium)}</h2>"
            yield from (self._entry(each) for each in entries)

    def _person(self) -> str:
        known = [(escape(each["kind"]), escape(each["value"])) for each in self.found.identities]
        return self._table([*known, *((self.say("Profile"), f"<code>{each}</code>") for each in self.found.faults)])

    def _check(self) -> str:
        if self.found.intact:
            result = f'<p class="result">{self.say("All {count} entries are unchanged, complete and in order.", count=len(self.found.entries))}</p>'
        else:
            wrong = [self.say(FAULTS[fault.kind], position=fault.position) for faults in self.found.faults.values() for fault in faults]
            result = f'<p class="result broken">{self.say("The chain is NOT what was written:")} {"; ".join(wrong)}.</p>'
        how = (
            "Each entry holds the SHA-256 hash of the one before it and of itself (format {format}), so that any change, removal or reordering shows."
        )
        return f'{result}<p class="note">{self.say(how, format=FORMAT)}</p>'

    def _today(self) -> str:
        rows = "".join(
            f"<tr><td>{self._name(each.purpose, each.medium)}</td><td>{self.say(SITUATIONS[each.situation])}</td>"
            f"<td>{self.at(each.act.decided_at) if each.act else ''}</td></tr>"
            for each in self.found.standings
        )
        head = "".join(f"<th>{self.say(each)}</th>" for each in ("Purpose", "State", "Since"))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _by_purpose(self) -> dict[tuple[Purpose, Medium | None], list[Entry]]:
        grouped: dict[tuple[Purpose, Medium | None], list[Entry]] = defaultdict(list)
        for each in self.found.entries:
            grouped[each.consent.purpose, each.consent.medium].append(each)
        return grouped

    def _entry(self, entry: Entry) -> str:
        given = entry.consent
        objection = given.legal_basis is LegalBasis.OBJECTION
        title = self.say("Objection" if objection else STATES[given.state or State.DENIED])
        return f'<section class="entry"><h3>{title}, {self.at(given.decided_at)}</h3>{self._table(list(self._facts(entry)))}</section>'

    def _facts(self, entry: Entry) -> Iterator[tuple[str, str]]:
        given, text = entry.consent, partial(escape, quote=True)
        yield self.say("Legal basis"), self.say(BASES[given.legal_basis])
        yield self.say("Given by way of"), text(given.channel)
        yield from ((self.say(label), text(value)) for label, value in _written(given) if value)
        if given.state in {State.REQUESTED, State.CONFIRMED} and not given.message_id:
            yield self.say("Message id of the mail"), self.say("Not in this ledger; the system named under further evidence keeps it.")
        yield from self._text(given)
        yield from self._evidence(given)
        yield self.say("Recorded"), self.at(entry.recorded_at)
        yield self.say("Entry"), f"{entry.position} · <code>{given.consent_id}</code>"
        if given.request_id:
            yield self.say("Confirms the request"), f"<code>{given.request_id}</code>"
        yield self.say("Hash"), f"<code>{entry.hash.hex()}</code>"
        yield self.say("Hash of the entry before"), f"<code>{entry.previous_hash.hex()}</code>"

    def _text(self, given: Consent) -> Iterator[tuple[str, str]]:
        shown = self.found.shown.get(given.text_hash) if given.text_hash else None
        if shown:
            yield self.say("Text that was shown"), f'<blockquote lang="{escape(shown.language)}">{escape(shown.text)}</blockquote>'
            yield self.say("Hash of the text"), f"<code>{shown.text_hash.hex()}</code>"
        elif given.state not in {State.DENIED, State.WITHDRAWN}:
            yield self.say("Text that was shown"), self.say("Not recorded.")

    def _evidence(self, given: Consent) -> Iterator[tuple[str, str]]:
        rest = dict(given.evidence)
        conditions = rest.pop("existing_customer", None)
        if isinstance(conditions, dict):
            listed = "".join(
                f"<li>{self.say(text)}: {self.say('yes' if conditions.get(name) is True else 'no')}</li>" for name, text in CONDITIONS.items()
            )
            yield self.say("Conditions of § 7(3) UWG"), f"<ul>{listed}</ul>"
        if rest:
            yield self.say("Further evidence"), f"<code>{escape(_json(rest))}</code>"

    def _name(self, purpose: Purpose, medium: Medium | None) -> str:
        name = self.say(PURPOSES.get(purpose, purpose.value))
        return f"{name} {self.say(MEDIA[medium])}" if medium else name

    def _table(self, rows: Sequence[tuple[str, str]]) -> str:
        return "<table><tbody>" + "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows) + "</tbody></table>"


def _written(given: Consent) -> tuple[tuple[str, str], ...]:
    """Return the labels and values of what is shown as it was given."""
    return (
        ("Form", given.form),
        ("Page", given.url),
        ("IP address", given.ip),
        ("Browser", given.user_agent),
        ("Message id of the mail", given.message_id),
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
