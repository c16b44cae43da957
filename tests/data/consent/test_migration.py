"""What stood in the ledger before it was chained is kept and chained, and counts as it did where the law allows."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from hanse.base import database
from hanse.base.operation import Purpose
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import consent
from tests.data.migrating import database_at, upgrade

OLD = """
INSERT INTO profiles (profile_id, created_at, updated_at) VALUES (%(one)s, now(), now()), (%(other)s, now(), now());
INSERT INTO consents (consent_id, profile_id, purpose, granted, channel, evidence, decided_at, recorded_at) VALUES
    (gen_random_uuid(), %(one)s, 'personalisation', true, 'banner', '{"a": 1.5}', '2026-01-01', '2026-01-02'),
    (gen_random_uuid(), %(one)s, 'advertising', true, 'shop e-mail', '{"opt_in_level": "confirmed_opt_in"}', '2026-01-01', '2026-01-01'),
    (gen_random_uuid(), %(other)s, 'advertising', true, 'checkout', '{}', '2026-01-01', '2026-01-01'),
    (gen_random_uuid(), %(other)s, 'statistics', false, 'banner', '{}', '2026-01-01', '2026-01-01');
"""


@pytest.fixture
def old_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database from before the ledger was chained."""
    with database_at(postgres, "0009") as url:
        yield url


async def test_old_entries_are_chained_and_keep_what_they_say(old_url: str) -> None:
    one, other = uuid4(), uuid4()
    with psycopg.connect(old_url) as old:
        for statement in OLD.split(";\n")[:-1]:
            psycopg.ClientCursor(old).execute(statement.encode(), {"one": one, "other": other})
    upgrade(old_url)
    async with await database.connect(old_url) as connection:
        assert await consent.verify_all(connection) == {}
        assert len(await consent.history(connection, [one, other])) == 4
        assert await consent.state(connection, one, Purpose.PERSONALISATION) is True
        assert await consent.state(connection, one, Purpose.ADVERTISING) is True
        assert await consent.state(connection, other, Purpose.ADVERTISING) is False
        assert await consent.state(connection, other, Purpose.STATISTICS) is False
