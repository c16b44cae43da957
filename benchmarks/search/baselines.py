"""What the search is compared with, on the same texts: full text of PostgreSQL as it comes, and vectors alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from benchmarks.search.queries import Query
from hanse.ai.text import bulk, encoder
from hanse.ai.text.encoder import Public, Vectors
from hanse.ai.text.store import Form
from hanse.base.database import Connection
from hanse.data.catalog import passages
from hanse.serve.runtime import Runtime

LANGUAGES = {"de": "german", "en": "english"}
MOST = 10


class Words(StrEnum):
    """How words of a query are put together."""

    ALL = "full text, all words"
    ALL_ELSE_ANY = "full text, all words, else any"
    TITLE_FIRST = "full text, title weighs more, all words, else any"


FIND = """
SELECT ARRAY(
    SELECT product_id
    FROM benchmark_texts AS said
    WHERE said.language = asked.language AND words @@ query
    ORDER BY ts_rank_cd(CASE WHEN %(weighted)s THEN weighted ELSE words END, query) DESC, product_id LIMIT %(most)s
) AS found
FROM unnest(%(texts)s::text[], %(languages)s::text[], %(configs)s::text[]) WITH ORDINALITY AS asked (text, language, config, place)
CROSS JOIN LATERAL (SELECT websearch_to_tsquery(config::regconfig, text) AS every) AS parsed
CROSS JOIN LATERAL (
    SELECT CASE WHEN %(loosen)s AND NOT EXISTS (SELECT FROM benchmark_texts AS said WHERE said.language = asked.language AND words @@ every)
        THEN replace(replace(every::text, '<->', '|'), '&', '|')::tsquery ELSE every END AS query
) AS kept
ORDER BY place
"""
KEEP = """
INSERT INTO benchmark_texts
SELECT id, %(language)s, words, setweight(to_tsvector(%(config)s::regconfig, title ->> %(language)s), 'A') || words
FROM unnest(%(ids)s::text[], %(bodies)s::text[]) AS said (id, body)
JOIN products ON product_id = id
CROSS JOIN to_tsvector(%(config)s::regconfig, concat_ws(' ', body, id, gtin)) AS words
"""
CREATE = "CREATE TEMPORARY TABLE benchmark_texts (product_id text, language text, words tsvector, weighted tsvector)"


async def texts(connection: Connection, language: str) -> dict[str, str]:
    """Return title, category, brand, facts and description of what is sold, by product; full text gets the numbers too."""
    return {each.product_id: each.text async for page in passages.read(connection, language) for each in page}


async def by_words(running: Runtime, queries: Sequence[Query]) -> dict[str, list[list[str]]]:
    """Answer all queries by full text, in each of its ways."""
    async with running.context() as context:
        connection = await context.connection()
        await keep(connection)
        return {way.value: await found_by(connection, queries, way) for way in Words}


async def keep(connection: Connection) -> None:
    """Put the texts into a table of this connection, as PostgreSQL reads them."""
    await connection.execute(CREATE)
    for language, config in LANGUAGES.items():
        said = await texts(connection, language)
        await connection.execute(KEEP, {"language": language, "config": config, "ids": list(said), "bodies": list(said.values())})


async def found_by(connection: Connection, queries: Sequence[Query], way: Words) -> list[list[str]]:
    """Return what each query finds, the best first."""
    languages = [query.language for query in queries]
    asked = {"texts": [query.text for query in queries], "languages": languages, "configs": [LANGUAGES[each] for each in languages]}
    flags = {"loosen": way is not Words.ALL, "weighted": way is Words.TITLE_FIRST, "most": MOST}
    return [row["found"] for row in await (await connection.execute(FIND, asked | flags)).fetchall()]


@dataclass(frozen=True)
class Space:
    """Products and their vectors in one language."""

    product_ids: list[str]
    vectors: Vectors

    def nearest(self, vector: Vectors) -> list[str]:
        """Return the nearest products by cosine, exactly."""
        return [self.product_ids[place] for place in np.argsort(-(self.vectors @ vector), kind="stable")[:MOST]]


async def by_meaning(running: Runtime, queries: Sequence[Query]) -> list[list[str]]:
    """Answer all queries by the nearest vectors; what was encoded before is read from the table of vectors."""
    async with running.context() as context:
        connection = await context.connection()
        said = {language: await texts(connection, language) for language in LANGUAGES}
    spaces = {language: Space(list(each), await _vectors(running, list(each.values()), Form.PASSAGE)) for language, each in said.items()}
    asked = await _vectors(running, [query.text for query in queries], Form.QUERY)
    return [spaces[query.language].nearest(vector) for query, vector in zip(queries, asked, strict=True)]


async def _vectors(running: Runtime, wanted: Sequence[str], form: Form) -> Vectors:
    ours = await asyncio.to_thread(encoder.of_catalog, running.settings)
    resources, parts = running.resources, encoder.batches([Public(text) for text in wanted], bulk.PART)
    return np.concatenate([(await bulk.vectors(resources.pool, resources.clock, ours, part, form))[0] for part in parts])
