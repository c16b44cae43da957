"""The claims that the shop has banned: kept in the database, held in memory by each process."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from hanse.ai.language.checks.claims import Claim, Claims
from hanse.ai.language.checks.schemas import AskClaims, BannedClaim, NamedClaim, SaveClaim
from hanse.ai.language.errors import UnknownClaim
from hanse.base import changes
from hanse.base.context import Context
from hanse.base.database import Connection, Queries

queries = Queries(__package__)
TOPIC = "language_claims"
"""Topic of `hanse.base.changes` under which changes of the list are announced."""


class Banned:
    """The list in the memory of one process."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.claims: Claims | None = None
        self._news = 0

    async def forget(self, detail: str = "") -> None:
        """Read again at the next answer."""
        del detail
        self.claims = None
        self._news += 1

    async def read(self, connection: Connection) -> Claims:
        """Return the list, read now, and remember it unless there was news meanwhile."""
        news = self._news
        found = Claims([Claim(**row) async for row in await connection.execute(queries["on"])])
        if news == self._news:
            self.claims = found
        return found


def held(context: Context) -> Banned:
    """Return what this process holds of the list."""
    found = context.resources.held.get(Banned)
    return found if isinstance(found, Banned) else Banned()


async def listing(connection: Connection, request: AskClaims) -> list[BannedClaim]:
    """Return the claims that match."""
    return [BannedClaim(**row) async for row in await connection.execute(queries["claims"], msgspec.structs.asdict(request))]


async def save(context: Context, claims: Sequence[SaveClaim]) -> None:
    """Ban claims, or change them."""
    connection = await context.connection()
    facts = {"by": context.caller.name, "now": context.clock.now()}
    async with connection.cursor() as cursor:
        await cursor.executemany(queries["save"], [{**msgspec.structs.asdict(each), "phrase": plain(each.phrase), **facts} for each in claims])
    await _tell(context)


async def remove(context: Context, named: NamedClaim) -> BannedClaim:
    """Forget a claim and return what it was; raises `UnknownClaim`."""
    row = await (await (await context.connection()).execute(queries["remove"], msgspec.structs.asdict(named))).fetchone()
    if row is None:
        raise UnknownClaim(phrase=named.phrase)
    await _tell(context)
    return BannedClaim(**row)


def plain(phrase: str) -> str:
    """Return the words of a claim with one space between them, as it is kept."""
    return " ".join(phrase.split())


async def _tell(context: Context) -> None:
    """Have every process read the list again, this one at the latest when the change is committed."""
    await changes.announce(await context.connection(), TOPIC)
    context.after_commit(held(context).forget)
