"""Suggestions while somebody types: searches, categories and brands that begin so, and products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from psycopg import sql

from hanse.ai.text import words
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.capabilities.search import analysis, query, recent
from hanse.capabilities.search.analysis import quoted
from hanse.capabilities.search.finding import Filters
from hanse.capabilities.search.lexicon import Lexicon, Words
from hanse.capabilities.search.recent import RecentSuggestions
from hanse.capabilities.search.schemas import Suggest, Suggested, SuggestedCategory, SuggestedProduct, SuggestedSearch
from hanse.capabilities.search.search_rules.rulebook import Rulebook
from hanse.capabilities.search.search_rules.shaping import Target
from hanse.data.catalog.summaries import Summaries, title

queries = Queries(__package__)
LONGEST = 60
LEAST = 2
"""Letters from which products are suggested."""
VARIANTS = 8
"""How many times as many products are looked at where variants of a few took the places of others."""


async def suggest(context: Context, request: Suggest) -> Suggested:
    """Return what somebody may be typing; what is popular where they have not begun yet."""
    language = context.spoken(request.language)
    typed = " ".join(words.normal(request.query[: 2 * LONGEST]).split())[:LONGEST]
    lexicon = await context.resource(Words).get(context)
    hidden = await _hidden(context, typed, lexicon, language)

    async def look() -> _Found:
        phrases = await _phrases(context, typed, language, request.limit)
        product_ids = await _products(context, _beginning(typed, lexicon), typed, request.limit, hidden)
        return _Found(_searches(phrases, request.limit), _categories(phrases, request.limit), product_ids)

    key = recent.key(typed, language, request.limit, hidden)
    found = await context.resource(RecentSuggestions).get(key, look, keep=lambda _: len(lexicon) > 0)
    return Suggested(searches=found.searches, categories=found.categories, products=await _shown(context, found.product_ids, language))


class _Found(NamedTuple):
    """What is suggested to everybody who typed the same."""

    searches: list[SuggestedSearch]
    categories: list[SuggestedCategory]
    product_ids: list[str]


async def _phrases(context: Context, typed: str, language: str, limit: int) -> Sequence[Mapping[str, Any]]:
    escaped = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    facts = {"prefix": f"{escaped}%", "inside": f"% {escaped}%", "language": language, "languages": [language, "und"], "most": 3 * limit}
    return await (await (await context.connection()).execute(queries["phrases_beginning"], facts)).fetchall()


def _searches(phrases: Sequence[Mapping[str, Any]], limit: int) -> list[SuggestedSearch]:
    said = dict.fromkeys(row["shown"] for row in phrases if row["kind"] != "category")
    return [SuggestedSearch(query=each) for each in list(said)[:limit]]


def _categories(phrases: Sequence[Mapping[str, Any]], limit: int) -> list[SuggestedCategory]:
    found = [row for row in phrases if row["kind"] == "category"]
    names = Counter(row["shown"] for row in found[:limit])
    return [
        SuggestedCategory(value=row["value"], title=row["shown"] if names[row["shown"]] == 1 else row["value"], count=row["products"])
        for row in found[:limit]
    ]


async def _shown(context: Context, product_ids: Sequence[str], language: str) -> list[SuggestedProduct]:
    known = await context.resource(Summaries).get(context, product_ids)
    return [
        SuggestedProduct(
            product_id=each.product_id,
            title=title(each.title, language) or each.product_id,
            image_url=each.image_url,
            url=each.url,
            price=each.price,
        )
        for each in known.values()
    ]


async def _products(context: Context, asked: str, typed: str, limit: int, hidden: tuple[Target, ...]) -> list[str]:
    """Return the products that sell best of those that begin so, one of each group of variants; more are read only where that takes some away."""
    if typed and (len(typed) < LEAST or not asked):
        return []
    statement = sql.SQL(queries["beginning"]).format(filters=Filters(hidden=hidden).condition)
    best: dict[str, str] = {}
    for most in (limit, VARIANTS * limit):
        rows = await (await (await context.connection()).execute(statement, {"query": asked or None, "most": most})).fetchall()
        for row in rows:
            best.setdefault(row["group_id"], row["product_id"])
        if len(best) >= limit or len(rows) < most:
            break
    return list(best.values())[:limit]


async def _hidden(context: Context, typed: str, lexicon: Lexicon, language: str) -> tuple[Target, ...]:
    """Return what rules never show for what was typed so far."""
    rules = await context.resource(Rulebook).get(context)
    if not rules.has_hidden:
        return ()
    read = query.read(typed, language, lexicon)
    return rules.shaping(None if read.is_empty else read, language, context.clock.now()).hidden


def _beginning(typed: str, lexicon: Lexicon) -> str:
    """Return what finds products that have all words but the last, and one that begins with the last."""
    tokens = list(words.tokens(typed))
    if not tokens:
        return ""
    *whole, last = tokens
    read = query.read(" ".join(whole), "de", lexicon)
    begins = " | ".join(f"{quoted(each)}:*" for each in dict.fromkeys((words.expanded(last), last, *_number(typed))))
    return " & ".join([*(each.anywhere for each in read.groups), f"({begins})"])


def _number(typed: str) -> list[str]:
    return [analysis.number_lexeme(typed)] if analysis.is_number(typed) else []
