"""Every table is either gone through, erased with the person, or known to hold nobody."""

from __future__ import annotations

from hanse.base.database import Connection
from hanse.data.privacy.places import ERASED_WHOLE, PLACES, WITHOUT_PEOPLE


async def test_every_table_has_a_way_of_erasure(connection: Connection) -> None:
    names = "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND relkind IN ('r', 'p')"
    whole = """SELECT DISTINCT conrelid::regclass::text AS name FROM pg_constraint WHERE confrelid = 'profiles'::regclass AND confdeltype = 'c'"""
    tables = {row["name"] async for row in await connection.execute(f"{names} AND NOT relispartition".encode())}
    cascading = {row["name"] async for row in await connection.execute(whole.encode())}
    assert tables - {place.table for place in PLACES} - WITHOUT_PEOPLE - ERASED_WHOLE - cascading == set()


async def test_every_place_is_there(connection: Connection) -> None:
    for place in PLACES:
        columns = ", ".join((*place.key, *place.json, *place.text))
        await connection.execute(f"SELECT {columns} FROM {place.table} LIMIT 0".encode())
