"""What capabilities show of a product, remembered by each process, so that answering needs no database."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.data.catalog import facts
from hanse.data.catalog.schemas import Texts

queries = Queries(__package__)

CAPACITY = 200_000
FALLBACKS = ("de", "en", "und")


class UnitPrice(msgspec.Struct, kw_only=True, frozen=True):
    """What one piece of a product costs."""

    amount_minor: Annotated[int, Meta(description="The net price of one piece for whom the answer is, in minor units: cents for EUR.")]
    currency: Annotated[str, Meta(description="The currency (ISO 4217) of the amount.")]


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
    url: str | None = None
    """Where its page is."""
    parent_id: str | None = None
    brand: str | None = None
    categories: tuple[str, ...] = ()
    """The keys of its categories in every language and of those above them; of one path the narrowest first."""
    stock: float | None = None
    """Pieces at all places; null where nobody counts them."""
    margin_score: float | None = None
    """The share of the net price that is left after cost; null where the catalog does not say it (see `facts.margin_score`)."""
    created_at: datetime | None = None
    """When it was first written."""
    attributes: Mapping[str, tuple[str, ...]] = {}
    """What those attributes say, as keys, that somebody mentioned to `Summaries.mention`."""

    @property
    def group_id(self) -> str:
        """Return the product that it is a variant of; itself where it is none."""
        return self.parent_id or self.product_id

    @property
    def price(self) -> UnitPrice | None:
        """Return what one piece costs; null where no price is known."""
        if self.amount_minor is None or self.currency is None:
            return None
        return UnitPrice(amount_minor=self.amount_minor, currency=self.currency)


def spoken(texts: Texts, language: str) -> str:
    """Return in which language a text is told to who asks for one; empty where there is no text.

    >>> spoken({"de": "Bohrer", "en": "Drill bit"}, "en"), spoken({"de": "Bohrer"}, "en"), spoken({}, "en")
    ('en', 'de', '')
    """
    return next((each for each in (language, *FALLBACKS) if texts.get(each)), next(iter(texts), ""))


def title(texts: Texts, language: str) -> str:
    """Return a text in a language, or else in German, English or whatever there is; empty where there is none.

    >>> title({"de": "Bohrer", "en": "Drill bit"}, "en"), title({"de": "Bohrer"}, "en"), title({}, "en")
    ('Drill bit', 'Bohrer', '')
    """
    return texts.get(spoken(texts, language), "")


class Summaries:
    """The summaries that one process remembers, the ones used last; ids that nobody has are remembered as such, too."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Remember nothing yet, and never more than a number of products."""
        self._capacity = capacity
        self._known: OrderedDict[str, Summary | None] = OrderedDict()
        self._fresh_until: datetime | None = None
        self._forgotten = 0
        self._mentioned: frozenset[str] = frozenset()

    def mention(self, attributes: Iterable[str]) -> None:
        """Remember from now on also what these attributes say; what is remembered without them is read anew."""
        wanted = self._mentioned.union(attributes)
        if wanted != self._mentioned:
            self._mentioned = wanted
            self._clear()

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
        self._clear()

    def _clear(self) -> None:
        self._known.clear()
        self._fresh_until = None
        self._forgotten += 1

    def _recall(self, product_id: str) -> Summary | None:
        self._known.move_to_end(product_id)
        return self._known[product_id]

    async def _load(self, context: Context, product_ids: list[str]) -> dict[str, Summary | None]:
        connection, began = await context.connection(), self._forgotten
        loaded: dict[str, Summary | None] = dict.fromkeys(product_ids)
        mentioned = self._mentioned
        wanted = {
            "product_ids": [each for each in loaded if "\x00" not in each],
            "now": context.clock.now(),
            "attributes": [facts.MARGIN, facts.COST, *mentioned],
        }
        changes: list[datetime] = []
        async for row in await connection.execute(queries["summaries"], wanted):
            if (fresh_until := row.pop("fresh_until")) is not None:
                changes.append(fresh_until)
            loaded[row["product_id"]] = _summary(row, mentioned)
        if began == self._forgotten:  # else the news came while we read, and what we read may be old
            self._remember(loaded, changes)
        return loaded

    def _remember(self, loaded: dict[str, Summary | None], changes: list[datetime]) -> None:
        self._known.update(loaded)
        self._fresh_until = min((each for each in (self._fresh_until, *changes) if each is not None), default=None)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)


def _summary(row: dict[str, Any], mentioned: frozenset[str]) -> Summary:
    attributes: dict[str, Any] = row.pop("attributes") or {}
    said = {name: facts.values(value) for name, value in attributes.items() if name in mentioned}
    return Summary(
        **row,
        categories=_categories(row["category"]),
        margin_score=facts.margin_score(attributes, row["amount_minor"]),
        attributes=said,
    )


def _categories(category: Texts) -> tuple[str, ...]:
    """Return the keys of all paths; those in German or English first, so that the first one means the same for every product."""
    languages = sorted(category, key=lambda each: (FALLBACKS.index(each) if each in FALLBACKS else len(FALLBACKS), each))
    return tuple(dict.fromkeys(each for language in languages for each in facts.category_keys(category[language])))
