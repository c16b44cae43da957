"""Saving models, choosing which one is in use, and reading their cards; called by training jobs, the command line and the console."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import msgspec

from hanse.ai.models import files
from hanse.ai.models.errors import ModelFilesMissing, UnknownModel
from hanse.ai.models.files import Arrays, Texts
from hanse.ai.models.schemas import Card, Entry
from hanse.base import changes, database, ids
from hanse.base.context import Context
from hanse.base.database import Connection, Queries

queries = Queries(__package__)
TOPIC = "models"
"""Topic of `hanse.base.changes` under which a new current version is announced; the detail is the model's name."""
KEPT = 5
"""How many versions of a name stay on disk, the current one included."""


async def save(context: Context, name: str, arrays: Arrays, texts: Texts, card: Card) -> str:
    """Write a model to disk and register it as `ready`; return its version."""
    now = context.clock.now()
    version = _version(now)
    directory = f"{name}/{version}"
    await asyncio.to_thread(files.write, context.settings.models / directory, arrays, texts, card)
    values = {"version": version, "name": name, "card": database.jsonb(card), "directory": directory, "now": now}
    await (await context.connection()).execute(queries["insert_model"], values)
    return version


async def activate(context: Context, version: str) -> None:
    """Put a version into use instead of its predecessor; every process changes over when this is committed.

    Raises `UnknownModel`, and `ModelFilesMissing` for a version too old to be on disk.
    """
    connection = await context.connection()
    name, directory = await _found(connection, version)
    if not (context.settings.models / directory).is_dir():
        raise ModelFilesMissing(version=version)
    await connection.execute(queries["lock_name"], {"name": name})
    await connection.execute(queries["retire_current"], {"name": name, "version": version})
    await connection.execute(queries["make_current"], {"version": version, "now": context.clock.now()})
    await changes.announce(connection, TOPIC, name)
    await _remove_outdated(context, connection, name)


async def listing(connection: Connection, name: str | None = None) -> list[Entry]:
    """Return all models, or those of one name, newest first."""
    rows = await (await connection.execute(queries["list_models"], {"name": name})).fetchall()
    return [_entry(row) for row in rows]


async def card(connection: Connection, version: str) -> Card:
    """Return the card of a version.

    Raises `UnknownModel`.
    """
    row = await (await connection.execute(queries["find_model"], {"version": version})).fetchone()
    if row is None:
        raise UnknownModel(version=version)
    return _entry(row).card


def _version(now: datetime) -> str:
    return f"{now:%Y%m%d-%H%M%S}-{ids.new(now).hex[-4:]}"


async def _found(connection: Connection, version: str) -> tuple[str, str]:
    row = await (await connection.execute(queries["find_model"], {"version": version})).fetchone()
    if row is None:
        raise UnknownModel(version=version)
    return row["name"], row["directory"]


async def _remove_outdated(context: Context, connection: Connection, name: str) -> None:
    rows = await (await connection.execute(queries["outdated"], {"name": name, "kept": KEPT - 1})).fetchall()
    folders = [context.settings.models / row["directory"] for row in rows]

    async def remove() -> None:
        for folder in folders:
            await asyncio.to_thread(files.remove, folder)

    context.after_commit(remove)


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        version=row["model_version"],
        name=row["name"],
        state=row["state"],
        card=msgspec.convert(row["card"], Card),
        created_at=row["created_at"],
        activated_at=row["activated_at"],
    )
