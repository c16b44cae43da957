"""What stood in the ledger before it was chained is kept and chained, and counts as it did where the law allows."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config

from hanse.base import database
from hanse.base.operation import Purpose
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import consent, migrations

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
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        url = postgres.conninfo(name)
        upgrade(url, "0009")
        yield url
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def upgrade(conninfo: str, step: str) -> None:
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=sqlalchemy.NullPool)
    config = Config()
    config.set_main_option("script_location", str(migrations.folder().parent))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, step)


async def test_old_entries_are_chained_and_keep_what_they_say(old_url: str) -> None:
    one, other = uuid4(), uuid4()
    with psycopg.connect(old_url) as old:
        for statement in OLD.split(";\n")[:-1]:
            psycopg.ClientCursor(old).execute(statement.encode(), {"one": one, "other": other})
    upgrade(old_url, "head")
    async with await database.connect(old_url) as connection:
        assert await consent.verify_all(connection) == {}
        assert len(await consent.history(connection, [one, other])) == 4
        assert await consent.state(connection, one, Purpose.PERSONALISATION) is True
        assert await consent.state(connection, one, Purpose.ADVERTISING) is True
        assert await consent.state(connection, other, Purpose.ADVERTISING) is False
        assert await consent.state(connection, other, Purpose.STATISTICS) is False
