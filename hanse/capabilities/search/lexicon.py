"""The words of the shop, as one process holds them: how many products have each, compounds, and what a typing error was meant to be."""

from __future__ import annotations

import asyncio
import bisect
import math
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

import psycopg
from psycopg_pool import PoolTimeout
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hanse.ai.text import words
from hanse.ai.text.compounds import Compounds
from hanse.base.context import Context
from hanse.base.database import Connection, Pool, Queries
from hanse.capabilities.search.analysis import LANGUAGES, Analyser

queries = Queries(__package__)

TOPIC = "search"
"""News that the index has changed."""
ENTRIES = "entries"
"""What these news say where no word is new."""
ERRORS_BY_LENGTH = ((9, 2), (4, 1))
"""From how many letters on how many typing errors are mended; shorter words are taken as they are."""
PROPOSALS = 3
LIKELIER = 20
"""How many times the products of a known word another one must have to be offered instead."""
LEAST_PART = 3
"""Letters of a part of a compound."""
REMEMBERED = 20_000


class Lexicon:
    """The words of a shop at one time."""

    def __init__(self, written: Mapping[str, int], products: Mapping[str, int], total: int) -> None:
        """Take how many products have each word as it stands, and in any form, and how many products there are."""
        self.written = written
        self.products = products
        self.total = total
        self.analyser = Analyser(Compounds(written))
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in products:
            self._by_length[len(words.expanded(word))].append(word)
        self._sorted = sorted(products)
        self._spelled: dict[str, int] = {}
        for word, count in products.items():
            for each in words.variants(word):
                self._spelled[each] = max(count, self._spelled.get(each, 0))
        self._folded = {length: [words.stripped(words.expanded(each)) for each in found] for length, found in self._by_length.items()}
        self.corrections = lru_cache(maxsize=REMEMBERED)(self._corrections)

    def __len__(self) -> int:
        """Return how many words there are."""
        return len(self.products)

    def rarity(self, products: int) -> float:
        """Return how much a word says that so many products have (Robertson and Sparck Jones 1976, as BM25 has it)."""
        return math.log(1 + (self.total - min(products, self.total) + 0.5) / (products + 0.5))

    def count(self, word: str) -> int:
        """Return how many products have a word in any form and spelling; 0 where it is not known."""
        return self._spelled.get(word, 0)

    def begins(self, prefix: str) -> bool:
        """Return whether a word begins so."""
        place = bisect.bisect_left(self._sorted, prefix)
        return place < len(self._sorted) and self._sorted[place].startswith(prefix)

    def _corrections(self, word: str) -> tuple[str, ...]:
        """Return known words that somebody may have meant, the likeliest first; or compounds of known words."""
        return self._nearest(word) or self._compounds(word)

    def likelier(self, word: str) -> str | None:
        """Return a word one error away that very many more products have than a known one, which may be a typing error itself."""
        near = [each for each in self._nearest(word, exact=False) if self.count(each) >= LIKELIER * self.count(word)]
        return near[0] if near else None

    def _compounds(self, word: str) -> tuple[str, ...]:
        """Return the word with one of its two parts mended, where the other one is known: `akuschrauber` is `akkuschrauber`."""
        found: list[tuple[int, str]] = []
        for place in range(LEAST_PART, len(word) - LEAST_PART + 1):
            first, second = word[:place], word[place:]
            if second in self.written:
                found += [(-self.products[each], f"{each}{second}") for each in self._nearest(first, least=LEAST_PART)]
            if first in self.written:
                found += [(-self.products[each], f"{first}{each}") for each in self._nearest(second, least=LEAST_PART)]
        whole = (each for _, each in sorted(found) if len(self.analyser.compounds.split(each)) > 1)
        return tuple(dict.fromkeys(whole))[:PROPOSALS]

    def _nearest(self, word: str, *, least: int = 0, exact: bool = True) -> tuple[str, ...]:
        """Return known words with the fewest errors, of these the ones that most products have; the word itself only where `exact`.

        `least` letters are enough for one error.
        """
        folded = words.stripped(words.expanded(word))
        most = next((errors for length, errors in ERRORS_BY_LENGTH if len(folded) >= length), int(0 < least <= len(folded)))
        if not most or not folded.isalpha():
            return ()
        found: list[tuple[int, bool, int, str]] = []
        for length in range(len(folded) - most, len(folded) + most + 1):
            known = self._by_length.get(length, [])
            for _, errors, place in process.extract(folded, self._folded.get(length, []), scorer=OSA.distance, score_cutoff=most, limit=50):
                found.append((int(errors), self._folded[length][place][:1] != folded[:1], -self.products[known[place]], known[place]))
        found = [each for each in found if exact or each[0]]
        fewest = min((errors for errors, *_ in found), default=0)
        return tuple(dict.fromkeys(each for errors, _, _, each in sorted(found) if errors == fewest))[:PROPOSALS]


EMPTY = Lexicon({}, {}, 0)


class Words:
    """Holds the lexicon of a process; after news of a change the old one answers until the new one is there."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lexicon: Lexicon | None = None
        self._is_old = False
        self._reading = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None

    async def forget(self, detail: str = "") -> None:
        """Take what is known for old, at news of a change; entries that have no new words change nothing."""
        self._is_old = self._is_old or detail != ENTRIES

    async def get(self, context: Context) -> Lexicon:
        """Return the words there are; where they changed, those before for a moment longer."""
        if self._lexicon is None:
            await self.warm(context)
        elif self._is_old and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh(context.resources.pool))
        return self._lexicon or EMPTY

    async def warm(self, context: Context) -> None:
        """Read the words now, where they are not known or old."""
        async with self._reading:
            if self._lexicon is None or self._is_old:
                self._is_old = False
                self._lexicon = await read(await context.connection())
                await asyncio.to_thread(_warm, self._lexicon)

    async def _refresh(self, pool: Pool) -> None:
        async with self._reading:
            self._is_old = False
            try:
                async with pool.connection() as connection:
                    self._lexicon = await read(connection)
            except (psycopg.Error, PoolTimeout):  # the database is away; the next one who asks tries again
                self._is_old = True


async def read(connection: Connection) -> Lexicon:
    """Return the words that the index has."""
    rows = await (await connection.execute(queries["words"], binary=True)).fetchall()
    total = await (await connection.execute(queries["count_entries"])).fetchone()
    # A part that stands nowhere alone, such as the schrauber of a bohrschrauber, makes compounds, too.
    written = {row["word"]: row["written"] or row["products"] for row in rows}
    products = {row["word"]: row["products"] for row in rows}
    return await asyncio.to_thread(Lexicon, written, products, int(total["count"]) if total else 0)


def _warm(found: Lexicon) -> None:
    """Load the dictionaries, so that the first search does not wait for them."""
    for language in LANGUAGES if len(found) else ():
        found.analyser.word("bohrern", language)
