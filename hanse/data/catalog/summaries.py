"""What capabilities show of a product, remembered by each process, so that answering needs no database."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.data.catalog.schemas import Texts

queries = Queries(__package__)

CAPACITY = 200_000
FALLBACKS = ("de", "en", "und")


class Summary(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A product in one line."""

    product_id: str
    title: Texts
    category: Texts
    state: str
    image_url: str | None
    amount_minor: int | None
    """Net price of one piece for everybody, in minor units of `currency`; null where there is none."""
    currency: str | None


def title(texts: Texts, language: str) -> str:
    """Return a text in a language, or else in German, English or whatever there is; empty where there is none.

    >>> title({"de": "Bohrer", "en": "Drill bit"}, "en"), title({"de": "Bohrer"}, "en"), title({}, "en")
    ('Drill bit', 'Bohrer', '')
    """
    for each in (language, *FALLBACKS):
        if text := texts.get(each):
            return text
    return next(iter(texts.values()), "")


class Summaries:
    """The summaries that one process remembers, the ones used last; ids that nobody has are remembered as such, too."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Remember nothing yet, and never more than a number of products."""
        self._capacity = capacity
        self._known: OrderedDict[str, Summary | None] = OrderedDict()
        self._fresh_until: datetime | None = None
        self._forgotten = 0

    async def get(self, context: Context, product_ids: Sequence[str]) -> dict[str, Summary]:
        """Return the summaries of products by id, in the order asked, without those there are not."""
        if self._fresh_until is not None and context.clock.now() >= self._fresh_until:
            await self.forget()
        known = {product_id: self._recall(product_id) for product_id in product_ids if product_id in self._known}
        missing = [product_id for product_id in product_ids if product_id not in known]
        if missing:
            known.update(await self._load(context, missing))
        return {product_id: summary for product_id in product_ids if (summary := known[product_id]) is not None}

    async def forget(self, detail: str = "") -> None:
        """Forget everything, at news of the catalog."""
        del detail
        self._known.clear()
        self._fresh_until = None
        self._forgotten += 1

    def _recall(self, product_id: str) -> Summary | None:
        self._known.move_to_end(product_id)
        return self._known[product_id]

    async def _load(self, context: Context, product_ids: list[str]) -> dict[str, Summary | None]:
        connection, began = await context.connection(), self._forgotten
        loaded: dict[str, Summary | None] = dict.fromkeys(product_ids)
        wanted = {"product_ids": [each for each in loaded if "\x00" not in each], "now": context.clock.now()}
        changes: list[datetime] = []
        async for row in await connection.execute(queries["summaries"], wanted):
            if (fresh_until := row.pop("fresh_until")) is not None:
                changes.append(fresh_until)
            loaded[row["product_id"]] = Summary(**row)
        if began == self._forgotten:  # else the news came while we read, and what we read may be old
            self._remember(loaded, changes)
        return loaded

    def _remember(self, loaded: dict[str, Summary | None], changes: list[datetime]) -> None:
        self._known.update(loaded)
        self._fresh_until = min((each for each in (self._fresh_until, *changes) if each is not None), default=None)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)
