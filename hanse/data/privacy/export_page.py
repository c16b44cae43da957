"""All that is kept of a person as a page to read: self-contained HTML, German or English, no template engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

import msgspec

from hanse.data.consent.processing import Activity
from hanse.data.consent.proof_page import PAGE
from hanse.data.consent.words import moment
from hanse.data.privacy.words import say

Rows = Sequence[Mapping[str, Any]]
MOST = 5_000
"""Rows of a table on the page; the files beside it have all."""

SECTIONS = (
    ("identities", "What you are known by", {"kind": "Kind", "value": "Value", "source": "Source", "created_at": "Since"}),
    (
        "conclusions",
        "What is known of you, and what was concluded",
        {"name": "What", "value": "Value", "source": "Source", "purpose": "Purpose", "observed_at": "Since"},
    ),
    ("notes", "Notes about you", {"written_at": "When", "text": "Note"}),
    (
        "matches",
        "Whether a record of yours and another one are the same person",
        {"found_at": "When", "probability": "Probability", "decision": "What was decided", "decided_at": "Since"},
    ),
    ("companies", "For whom you act", {"company": "Company", "role": "Role", "created_at": "Since"}),
    ("members", "Who acts for the company", {"role": "Role", "created_at": "Since"}),
    (
        "installations",
        "Machines that stand at your place",
        {"product_id": "Product", "serial_number": "Serial number", "place": "Place", "installed_at": "Since"},
    ),
    (
        "contracts",
        "What was agreed with you",
        {"kind": "Kind", "number": "Number", "begins_on": "From", "ends_on": "Until", "terms": "Terms"},
    ),
    ("price_lists", "Your price list", {"price_list": "Price list"}),
    ("events", "What happened", {"occurred_at": "When", "name": "What", "source": "Source", "properties": "Details"}),
    ("decisions", "What was decided for you, and why", {"decided_at": "When", "operation": "What", "reason": "Why", "basis": "Legal basis"}),
    (
        "language",
        "What language models were asked about you",
        {"asked_at": "When", "purpose": "Purpose", "masked_prompt": "Question", "masked_answer": "Answer"},
    ),
    ("requests", "For which rights you asked", {"received_at": "When", "kind": "Kind", "state": "State", "closing_reason": "Why"}),
)
RIGHTS = (
    "You may ask for access and a copy (Art. 15 DSGVO), for correction (Art. 16), erasure (Art. 17), restriction (Art. 18) and portability (Art. 20).",
    "You may object to processing for legitimate interests, and to advertising at any time without a reason (Art. 21 DSGVO).",
    "What you agreed to can be taken back at any time (Art. 7(3) DSGVO).",
    "No decision with legal effect is made about you by a program alone (Art. 22 DSGVO).",
    "You may complain to a data protection supervisory authority (Art. 77 DSGVO).",
)


def render(tables: Mapping[str, Rows], purposes: Sequence[Activity], *, language: str, time_zone: str) -> str:
    """Return the page."""
    writing = _Writing(tables, purposes, language, time_zone)
    return PAGE.substitute(language=language, title=writing.say("What is kept of you"), body="\n".join(writing.parts()))


@dataclass(frozen=True)
class _Writing:
    """One page in one language."""

    tables: Mapping[str, Rows]
    purposes: Sequence[Activity]
    language: str
    time_zone: str

    def say(self, text: str, **facts: object) -> str:
        return escape(say(text, self.language).format(**facts) if facts else say(text, self.language))

    def parts(self) -> Iterator[str]:
        yield f'<p class="note">{self.say("Access under Art. 15 DSGVO and portability under Art. 20. The files beside this page have the same for machines.")}</p>'
        yield from self._who()
        for name, title, columns in SECTIONS:
            if self.tables[name]:
                yield f"<h2>{self.say(title)}</h2>{self._table(self.tables[name], columns)}"
        yield f"<h2>{self.say('Consents')}</h2><p>{self._consents()}</p>"
        yield from self._rest()
        yield f"<h2>{self.say('What it is used for, and who gets it')}</h2>"
        yield from map(self._purpose, self.purposes)
        yield f"<h2>{self.say('How long it is kept')}</h2><p>{self._retention()}</p>"
        yield f"<h2>{self.say('Your rights')}</h2>" + "".join(f"<p>{self.say(each)}</p>" for each in RIGHTS)

    def _who(self) -> Iterator[str]:
        yield f"<h2>{self.say('Who you are to us')}</h2>"
        sources: dict[Any, set[str]] = {}
        for each in self.tables["identities"]:
            sources.setdefault(each["profile_id"], set()).add(each["source"])
        for each in self.tables["profiles"]:
            told = ", ".join(sorted(sources.get(each["profile_id"], ())))
            heading = self.say("Record of {at}, told by: {sources}", at=self._at(each["created_at"]), sources=told or "–")
            traits = "".join(f"<tr><th>{escape(name)}</th><td>{self._value(value)}</td></tr>" for name, value in each["traits"].items())
            nothing = self.say("Nothing but the keys below.")
            yield f'<section class="entry"><h3>{heading}</h3>{f"<table><tbody>{traits}</tbody></table>" if traits else f"<p>{nothing}</p>"}</section>'
            if each["restricted_at"]:
                yield f"<p>{self.say('Processing has been restricted since {at}.', at=self._at(each['restricted_at']))}</p>"

    def _consents(self) -> str:
        count = len(self.tables["consents"])
        if not count:
            return self.say("None is recorded.")
        return f'<a href="consents.html">{self.say("{count} entries, with every text and proof", count=count)}</a>'

    def _rest(self) -> Iterator[str]:
        if rows := self.tables["as_it_came"]:
            items = "".join(f"<li><code>{self._value(each['content'])}</code></li>" for each in rows[:MOST])
            yield f"<h2>{self.say('What came in and lies as it came')}</h2><ul>{items}</ul>"

    def _purpose(self, each: Activity) -> str:
        facts = (("Legal basis", each.legal_basis), ("Who gets it", each.recipients), ("Outside the EU", each.transfers), ("Erased", each.retention))
        rows = "".join(f"<tr><th>{self.say(name)}</th><td>{escape(text)}</td></tr>" for name, text in facts)
        return f'<section class="entry"><h3>{escape(each.title)}</h3><table><tbody>{rows}</tbody></table></section>'

    def _retention(self) -> str:
        rules = [self.say("{what}: {days} days", what=f"{each['type']} {each['name']}", days=each["keep_days"]) for each in self.tables["retention"]]
        return "<br>".join(rules) or self.say("There is no fixed period: it is kept until it is no longer needed, or until you have it erased.")

    def _table(self, rows: Rows, columns: Mapping[str, str]) -> str:
        head = "".join(f"<th>{self.say(title)}</th>" for title in columns.values())
        newest = list(rows)[-MOST:]
        body = "".join("<tr>" + "".join(f"<td>{self._value(row[name])}</td>" for name in columns) + "</tr>" for row in newest)
        more = f"<p>{self.say('The newest {shown} of {count}; the files have all.', shown=MOST, count=len(rows))}</p>" if len(rows) > MOST else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"

    def _value(self, value: Any) -> str:
        if isinstance(value, datetime):
            return escape(self._at(value))
        if isinstance(value, dict | list):
            return escape(msgspec.json.encode(value).decode())
        return "–" if value is None or value == "" else escape(str(value))

    def _at(self, at: datetime) -> str:
        return moment(at, self.language, self.time_zone)
