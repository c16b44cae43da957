"""The transactions of an import: its own, what others see at once, and the note why it came to nothing."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from uuid import UUID

import psycopg

from hanse.base.context import Context
from hanse.base.database import Connection
from hanse.base.errors import HanseError
from hanse.data.imports import store


@contextlib.asynccontextmanager
async def savepoint(context: Context) -> AsyncIterator[None]:
    """On a connection that somebody else ends, undo what a failed import did, so that its failure can be noted there."""
    if context.fixed_connection is None:
        yield
        return
    async with context.fixed_connection.transaction():
        yield


@contextlib.asynccontextmanager
async def own(context: Context) -> AsyncIterator[Connection]:
    """Give a connection whose writes others see at once, unless somebody else ends its transaction."""
    if context.fixed_connection is not None:
        yield context.fixed_connection
        return
    async with context.resources.pool.connection() as connection:
        yield connection


async def roll_back(context: Context) -> None:
    """Undo at once what a failed import did, as what it holds would keep its failure from being noted; a savepoint has done so already."""
    if context.fixed_connection is None:
        with contextlib.suppress(psycopg.Error):  # the connection may be why it failed
            await (await context.connection()).rollback()


async def note_failure(context: Context, import_id: UUID, error: BaseException) -> None:
    """Note why an import came to nothing."""
    text = str(error) if isinstance(error, HanseError) else f"It stopped: {type(error).__name__}. The log of the server says more."
    async with own(context) as connection:
        await store.fail(connection, import_id, error=text, now=context.clock.now())
