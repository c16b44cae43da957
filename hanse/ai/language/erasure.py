"""Erasing people from the record of language models: what was asked about them goes whole; `places` takes them out of all other texts."""

from __future__ import annotations

from hanse.ai.language.models import queries
from hanse.base.context import Context
from hanse.base.erasing import Erased, eraser


@eraser()
async def calls(person: Erased, context: Context) -> dict[str, int]:
    """Erase every call about a person."""
    cursor = await (await context.connection()).execute(queries["erase"], {"profile_ids": list(person.profile_ids)})
    return {"language_calls": cursor.rowcount}
