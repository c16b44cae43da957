"""Keeping the index as the catalog is: words within seconds, meaning as fast as texts can be encoded, and all of it anew each night."""

from __future__ import annotations

from typing import Any

import msgspec

from hanse.base.context import Context
from hanse.base.job import job
from hanse.capabilities.search import encoding, indexing, passages, training
from hanse.capabilities.search.search_rules import replaying
from hanse.capabilities.search.search_rules.replaying import ReplaySearches
from hanse.capabilities.search.synonyms import learning


@job(schedule="*/5 * * * *", on=("catalog",), quick=True, then=("search.encode",))
async def index(context: Context) -> dict[str, Any]:
    """Take what changed in the catalog into the search, within seconds."""
    return {**await indexing.index(context), **await passages.index(context)}


@job(schedule="15 3 * * *", then=("search.encode",))
async def rebuild(context: Context) -> dict[str, Any]:
    """Read the whole catalog anew for the search, with the words of the shop as they are now."""
    return {**await indexing.rebuild(context), **await passages.index(context, again=True)}


@job(schedule="45 * * * *")
async def encode(context: Context) -> dict[str, Any]:
    """Encode the texts of products and documents that are new, so that the search finds them by what they mean."""
    return await encoding.encode(context)


@job(schedule="30 4 * * *")
async def train(context: Context) -> dict[str, Any]:
    """Learn the order of what is found from what people looked at after they searched, and use it where it is better."""
    return await training.train(context)


@job(schedule="20 5 * * 1")
async def learn_synonyms(context: Context) -> dict[str, Any]:
    """Propose words that may mean the same, from what people searched for and came to; nothing is used before somebody confirms it."""
    return await learning.learn(context)


@job()
async def replay(context: Context, **wanted: Any) -> dict[str, Any]:
    """Answer the most frequent searches of a day with the rules of the shop and without, and tell what changes."""
    found = await replaying.replay(context, msgspec.convert(wanted, ReplaySearches, strict=False))
    told: dict[str, Any] = msgspec.to_builtins(found)
    return told
