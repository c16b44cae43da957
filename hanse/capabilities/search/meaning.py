"""What a query means, as a vector, within a time: whoever searches does not wait for it longer than it is worth."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from hanse.ai.text import encoder
from hanse.ai.text.errors import EncoderMissing
from hanse.ai.text.memory import Remembered
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.search import encoding

queries = Queries(__package__)

HURRIED_SECONDS = 0.025
"""How long an answer waits whose words found enough; what comes later is remembered for the next one who asks the same."""
PATIENT_SECONDS = 5.0
"""The same where words found nothing: enough to load the encoder, as in a command that asks once. A query alone takes some hundredths of a second."""
MOST_WAITING = 2
"""Queries at the encoder at a time; more would wait in vain, and take the processors from those who answer."""


class Meaning:
    """The encoder of a process for queries, one at a time, with what it was asked lately."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._remembered: Remembered | None = None
        self._is_missing = False
        self._turn = asyncio.Lock()
        self._running: set[asyncio.Task[str | None]] = set()

    async def forget(self, detail: str = "") -> None:
        """Keep everything: what a query means depends on nothing that may change."""
        del detail

    async def warm(self, context: Context) -> None:
        """Load the encoder, which takes seconds, where there is something that it could find."""
        row = await (await (await context.connection()).execute(queries["has_vectors"])).fetchone()
        if context.settings.encode and row and row["has_vectors"]:
            async with self._turn:
                await self._encoder(context)

    def begin(self, context: Context, text: str) -> Awaitable[str | None] | None:
        """Begin to encode a query; null where there is no encoder, or too many wait for it."""
        if self._is_missing or not context.settings.encode or not text or len(self._running) >= MOST_WAITING:
            return None
        task = asyncio.create_task(self._encode(context, text))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _encode(self, context: Context, text: str) -> str | None:
        async with self._turn:
            found = await self._encoder(context)
            return encoding.text((await found.encode_queries([text]))[0]) if found is not None else None

    async def _encoder(self, context: Context) -> Remembered | None:
        """Return the encoder, loaded once; null where there is none."""
        if self._remembered is None and not self._is_missing:
            try:
                self._remembered = Remembered(await asyncio.to_thread(encoder.of_people), context.clock)
            except EncoderMissing:  # the doctor tells
                self._is_missing = True
        return self._remembered


async def wait(begun: Awaitable[str | None] | None, *, is_hurried: bool) -> str | None:
    """Return what was begun, as the text of a vector; null where it takes too long."""
    if begun is None:
        return None
    try:
        return await asyncio.wait_for(asyncio.shield(begun), HURRIED_SECONDS if is_hurried else PATIENT_SECONDS)
    except TimeoutError:
        return None
