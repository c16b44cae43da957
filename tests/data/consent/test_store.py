"""The consent ledger only grows, and the newest entry of a purpose counts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from hanse.base import ids
from hanse.base.database import Connection
from hanse.base.operation import Purpose
from hanse.data import consent, profiles
from hanse.data.consent import Consent
from hanse.data.profiles import Profile
from tests.conftest import NOW


@pytest.fixture
async def profile_id(connection: Connection) -> UUID:
    made = Profile(profile_id=ids.new(NOW), created_at=NOW)
    await profiles.put(connection, [made], source="shop", now=NOW)
    return made.profile_id


def entry(profile_id: UUID, *, granted: bool, days: float = 0, purpose: Purpose = Purpose.PERSONALISATION) -> Consent:
    decided_at = NOW + timedelta(days=days)
    return Consent(
        consent_id=ids.new(decided_at), profile_id=profile_id, purpose=purpose, granted=granted, channel="cookie banner", decided_at=decided_at
    )


async def test_who_was_never_asked_has_no_state(connection: Connection, profile_id: UUID) -> None:
    assert await consent.state(connection, profile_id, Purpose.PERSONALISATION) is None


async def test_the_newest_entry_counts_in_whatever_order_they_arrive(connection: Connection, profile_id: UUID) -> None:
    granted, withdrawn = entry(profile_id, granted=True), entry(profile_id, granted=False, days=3)
    await consent.put(connection, [withdrawn], now=NOW)
    await consent.put(connection, [granted], now=NOW)
    assert await consent.state(connection, profile_id, Purpose.PERSONALISATION) is False
    await consent.put(connection, [entry(profile_id, granted=True, days=4)], now=NOW)
    assert await consent.state(connection, profile_id, Purpose.PERSONALISATION) is True


async def test_each_purpose_stands_for_itself(connection: Connection, profile_id: UUID) -> None:
    await consent.put(connection, [entry(profile_id, granted=True, purpose=Purpose.STATISTICS)], now=NOW)
    assert await consent.state(connection, profile_id, Purpose.STATISTICS) is True
    assert await consent.state(connection, profile_id, Purpose.ADVERTISING) is None


async def test_an_entry_is_never_changed(connection: Connection, profile_id: UUID) -> None:
    granted = entry(profile_id, granted=True)
    changed = Consent(consent_id=granted.consent_id, profile_id=profile_id, purpose=granted.purpose, granted=False, channel="x", decided_at=NOW)
    assert await consent.put(connection, [granted], now=NOW) == 1
    assert await consent.put(connection, [changed], now=NOW) == 0
    assert await consent.state(connection, profile_id, Purpose.PERSONALISATION) is True


async def test_the_evidence_is_kept_as_it_came(connection: Connection, profile_id: UUID) -> None:
    evidence = {"text_version": "2026-05", "form": "Prospekt \x00"}
    given = Consent(
        consent_id=ids.new(NOW),
        profile_id=profile_id,
        purpose=Purpose.ADVERTISING,
        granted=True,
        channel="letter",
        evidence=evidence,
        decided_at=NOW - timedelta(days=7),
    )
    await consent.put(connection, [given], now=NOW)
    row = await (await connection.execute("SELECT channel, evidence, decided_at, recorded_at FROM consents")).fetchone()
    assert row == {
        "channel": "letter",
        "evidence": {"text_version": "2026-05", "form": "Prospekt \ufffd"},
        "decided_at": NOW - timedelta(days=7),
        "recorded_at": NOW,
    }
