"""What stood in the column of profiles before given traits had one place is in their table afterwards, and nothing of the table is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest
from psycopg.rows import tuple_row

from hanse.base import database
from hanse.base.postgres import EmbeddedPostgres
from hanse.data import traits
from hanse.data.profiles import reading
from tests.data.migrating import database_at, upgrade

ANNA, TWIN, BEN, FIRM, NOBODY = (UUID(int=each) for each in range(1, 6))
EARLY, LATE, LATEST = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))
ADDRESS = {"street": "Weg 1", "city": "Köln", "lines": ["a", {"b": None}]}

PROFILES: list[tuple[UUID, str, UUID | None, dict[str, Any]]] = [
    (ANNA, "person", None, {"firstName": "Anna", "email": "anna@example.com", "address": ADDRESS, "vip": True, "score": 1.50, "phone": None}),
    (TWIN, "person", ANNA, {"firstName": "Ann", "city": "Bonn"}),
    (BEN, "person", None, {"firstName": "Ben"}),
    (FIRM, "company", None, {"name": 'Müller "Söhne" GmbH'}),
    (NOBODY, "person", None, {}),
]
"""Updated in February, each with what stands in the column."""
IDENTITIES = [("user_id", "anna", ANNA, "shop", LATE), ("email", "anna@example.com", ANNA, "erp", EARLY), ("user_id", "twin", TWIN, "till", EARLY)]
TABLE: list[tuple[UUID, str, str, Any, str, datetime]] = [
    (ANNA, "email", "erp", "newer@example.com", "operation", LATEST),
    (ANNA, "firstName", "erp", "Older", "operation", EARLY),
    (ANNA, "lastName", "shop", "Weber", "operation", EARLY),
    (ANNA, "order_count", "computed", 3, "operation", LATE),
    (ANNA, "favourite_brand", "computed", "Wera", "personalisation", LATE),
    (NOBODY, "firstName", "form", None, "operation", LATE),
]


@pytest.fixture
def old_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database in which traits stand in a column and a table."""
    with database_at(postgres, "0015") as url:
        with psycopg.connect(url) as old, old.cursor() as cursor:
            profiles = [(profile_id, kind, merged_into, msgspec.json.encode(said).decode()) for profile_id, kind, merged_into, said in PROFILES]
            cursor.executemany(
                "INSERT INTO profiles (profile_id, kind, merged_into, traits, created_at, updated_at) VALUES (%s, %s, %s, %s, '2026-01-01', '2026-02-01')",
                profiles,
            )
            cursor.executemany("INSERT INTO identities (kind, value, profile_id, source, created_at) VALUES (%s, %s, %s, %s, %s)", IDENTITIES)
            rows = [(*each[:3], msgspec.json.encode(each[3]).decode(), *each[4:]) for each in TABLE]
            cursor.executemany("INSERT INTO traits (profile_id, name, source, value, purpose, observed_at) VALUES (%s, %s, %s, %s, %s, %s)", rows)
        yield url


def kept(url: str) -> dict[tuple[UUID, str, str], tuple[Any, str, datetime]]:
    with psycopg.connect(url, row_factory=tuple_row, options="-c timezone=UTC") as connection:
        rows = connection.execute("SELECT profile_id, name, source, value, purpose, observed_at, is_fallback FROM traits").fetchall()
    assert not any(row[6] for row in rows), "what was known before is no fallback"
    return {row[:3]: row[3:6] for row in rows}


def test_everything_of_the_column_and_of_the_table_is_kept(old_url: str) -> None:
    upgrade(old_url, "0016")
    sources = {ANNA: "erp", TWIN: "till", BEN: "record", FIRM: "record"}
    expected = {
        (profile_id, name, sources[profile_id]): (value, "operation", LATE) for profile_id, _, _, said in PROFILES for name, value in said.items()
    }
    expected |= {
        (who, name, source): (value, purpose, at) for who, name, source, value, purpose, at in TABLE if (name, source) != ("firstName", "erp")
    }
    assert kept(old_url) == expected


def test_of_the_same_source_the_newer_counts(old_url: str) -> None:
    upgrade(old_url, "0016")
    found = kept(old_url)
    assert found[ANNA, "email", "erp"][0] == "newer@example.com"
    assert found[ANNA, "firstName", "erp"][0] == "Anna"


async def test_customers_are_read_and_found_as_before(old_url: str) -> None:
    upgrade(old_url)
    async with await database.connect(old_url) as connection:
        anna = await reading.whole(connection, TWIN)
        assert (anna.profile_id, anna.members) == (ANNA, [ANNA, TWIN])
        assert anna.traits == {
            "address": ADDRESS,
            "city": "Bonn",
            "email": "newer@example.com",
            "firstName": "Ann",
            "lastName": "Weber",
            "score": 1.5,
            "vip": True,
        }
        assert (await traits.of(connection, ANNA))["order_count"].value == 3
        assert [each.profile_id for each in (await reading.find(connection, "söhne")).items] == [FIRM]
