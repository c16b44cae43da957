"""The proof shows the whole chain of a person: exact times, the text in full, both halves of the double opt-in, and that nothing was changed."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from babel.messages.pofile import read_po

from hanse.base import ids
from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.data import consent, profiles
from hanse.data.consent import Consent, LegalBasis, State, confirmation, proof_page, standing, texts, words
from hanse.data.profiles import Identity, Profile
from tests.conftest import NOW

TEXT = "Ja, ich möchte <b>den</b> Newsletter & Angebote.\nWiderruf jederzeit."
CONDITIONS = {"address_from_sale": True, "similar_goods_only": True, "never_objected": True, "told_of_objection": True}
VOID = {"meta", "br"}


class Checked(HTMLParser):
    """Reads a page, notes its text, and finds tags that are not closed and addresses that it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag in {"script", "link", "img", "iframe"}:
            self.loaded.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.said.append(data)


@pytest.fixture
async def anna(connection: Connection) -> UUID:
    """Somebody with a double opt-in, a withdrawal and a purchase."""
    made = Profile(profile_id=ids.new(NOW), identities=(Identity("email", "anna@petersen.example"),), created_at=NOW)
    await profiles.put(connection, [made], source="shop", now=NOW)
    text_hash, _ = await texts.put(connection, "de", TEXT, now=NOW)
    asked = Consent(
        consent_id=ids.new(NOW),
        profile_id=made.profile_id,
        purpose=Purpose.ADVERTISING,
        state=State.REQUESTED,
        channel="newsletter form",
        text_hash=text_hash,
        form="footer",
        url="https://shop.example/?a=1&b=<2>",
        ip="192.0.2.7",
        user_agent="<script>alert(1)</script>",
        message_id="<doi-1@shop.example>",
        decided_at=NOW,
    )
    token = await confirmation.request(connection, asked, expires_at=NOW + timedelta(days=1), now=NOW)
    await confirmation.confirm(connection, token, ip="192.0.2.8", user_agent="Thunderbird", now=NOW + timedelta(hours=1))
    for days, state, legal_basis in ((2, State.WITHDRAWN, LegalBasis.CONSENT), (3, State.DENIED, LegalBasis.OBJECTION)):
        moment = NOW + timedelta(days=days)
        given = Consent(
            consent_id=ids.new(moment),
            profile_id=made.profile_id,
            purpose=Purpose.ADVERTISING,
            state=state,
            legal_basis=legal_basis,
            channel="letter",
            evidence={"letter": "A-17"},
            decided_at=moment,
        )
        await consent.put(connection, [given], now=moment)
    bought = Consent(
        consent_id=ids.new(NOW),
        profile_id=made.profile_id,
        purpose=Purpose.ADVERTISING,
        state=State.GRANTED,
        legal_basis=LegalBasis.EXISTING_CUSTOMER,
        channel="checkout",
        evidence={"existing_customer": CONDITIONS},
        decided_at=NOW - timedelta(days=1),
    )
    await consent.put(connection, [bought], now=NOW)
    return made.profile_id


async def page(connection: Connection, anna: UUID, language: str = "de") -> str:
    return proof_page.render(await proof_page.collect(connection, [anna], now=NOW), language=language, time_zone="Europe/Berlin")


def read(html: str) -> Checked:
    checked = Checked()
    checked.feed(html)
    assert checked.open == []
    return checked


@pytest.mark.parametrize("language", ["de", "en"])
async def test_it_holds_all_that_a_court_asks_for(connection: Connection, anna: UUID, language: str) -> None:
    said = "\n".join(read(await page(connection, anna, language)).said)
    for fact in ("anna@petersen.example", TEXT, "newsletter form", "footer", "https://shop.example/?a=1&b=<2>", "192.0.2.7", "192.0.2.8"):
        assert fact in said
    for fact in ("<script>alert(1)</script>", "Thunderbird", '{"letter":"A-17"}', texts.text_hash("de", TEXT).hex()):
        assert fact in said
    assert said.count("<doi-1@shop.example>") == 2
    for each in await consent.history(connection, anna):
        assert each.hash.hex() in said
        assert str(each.consent.consent_id) in said
        assert words.moment(each.consent.decided_at, language, "Europe/Berlin") in said


async def test_times_are_exact_and_name_their_zone(connection: Connection, anna: UUID) -> None:
    assert "15.06.2026, 14:00:00 MESZ" in await page(connection, anna)
    assert "2026-06-15, 15:00:00 CEST" in await page(connection, anna, "en")


async def test_it_loads_nothing_and_can_be_printed(connection: Connection, anna: UUID) -> None:
    html = await page(connection, anna)
    assert read(html).loaded == []
    assert "@media print" in html
    assert "@page" in html
    assert "url(" not in html
    assert html.count("<script>") == 0


async def test_entries_stand_in_the_order_in_which_they_were_decided(connection: Connection, anna: UUID) -> None:
    titles = re.findall(r"<h3>(.+?), ", await page(connection, anna))
    assert titles == [
        "Einwilligung erteilt",
        "Bestätigung angefragt (Double-Opt-in",
        "Bestätigt (Double-Opt-in",
        "Einwilligung widerrufen",
        "Widerspruch",
    ]
    assert "Widersprochen (Art. 21 DSGVO)" in await page(connection, anna)


async def test_it_says_that_the_chain_is_intact_or_that_it_is_not(connection: Connection, anna: UUID) -> None:
    assert "Alle 5 Einträge sind unverändert, vollständig und in der richtigen Reihenfolge." in await page(connection, anna)
    await connection.execute("ALTER TABLE consents DISABLE TRIGGER USER")
    await connection.execute("UPDATE consents SET decided_at = decided_at - interval '1 day' WHERE position = 1")
    html = await page(connection, anna)
    assert "Die Kette ist NICHT, was geschrieben wurde: Eintrag 1 wurde nach dem Schreiben geändert." in "".join(read(html).said)
    assert "unverändert" not in html


async def test_what_is_not_in_the_ledger_is_said(connection: Connection, anna: UUID) -> None:
    """As of a newsletter whose double opt-in a shop system ran."""
    moment = NOW + timedelta(days=9)
    told = Consent(
        consent_id=ids.new(moment), profile_id=anna, purpose=Purpose.ADVERTISING, state=State.CONFIRMED, channel="shop e-mail", decided_at=moment
    )
    await consent.put(connection, [told], now=moment)
    html = await page(connection, anna, "en")
    assert "Not recorded." in html
    assert "Not in this ledger; the system named under further evidence keeps it." in html


def test_every_word_is_there_in_german() -> None:
    folder = Path(words.__file__).parent
    with (folder / "de.po").open("rb") as file:
        german = {str(message.id) for message in read_po(file, locale="de") if message.id and message.string}
    said = [text for table in TABLES for text in table.values() if text]
    assert [text for text in said if text not in german] == []
    source = (folder / "proof_page.py").read_text(encoding="utf-8")
    assert [text for text in re.findall(r'self\.say\("(.+?)"[,)]', source) if text not in german] == []


TABLES = (
    *(proof_page.PURPOSES, proof_page.MEDIA, proof_page.STATES, proof_page.SITUATIONS, proof_page.BASES, proof_page.FAULTS, proof_page.CONDITIONS),
    standing.MISSING,
)


def test_labels_of_tables_are_german_on_the_german_page() -> None:
    assert {words.say(text, "de") for text in ("Purpose", "State", "Since", "Form", "Page")} == {"Zweck", "Stand", "Seit", "Formular", "Seite"}
