"""What a model is asked about searches that found nothing."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from hanse.ai.language.commands import Command, Grammar
from hanse.ai.language.prompts import Prompt, Untrusted
from hanse.ai.language.requests import Role
from hanse.data.lake.searched import LONGEST

ShopWord = Annotated[Untrusted, Meta(max_length=LONGEST)]


class Means(Command, frozen=True):
    """A word of the query means the same as a word of the shop."""

    query_word: Annotated[str, Meta(max_length=LONGEST, description="The word of the query, as it stands there.")]
    shop_word: Annotated[str, Meta(max_length=LONGEST, description="The word of the shop, as it stands there.")]


class Nothing(Command, frozen=True):
    """No word of the shop means the same, or that is not sure."""


PROPOSALS = Grammar(Means, Nothing, most=3)


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A query that found nothing."""

    query: Annotated[Untrusted, Meta(max_length=LONGEST, description="What people typed.")]
    shop_words: Annotated[tuple[ShopWord, ...], Meta(description="Words that products of the shop have.")]


PROPOSE = Prompt(
    package=__name__,
    file="propose",
    summary="Find the word of the shop that means the same as one that people searched for in vain.",
    inputs=Missed,
    example=Missed(query="flex 125", shop_words=("winkelschleifer", "kreissäge", "trennscheibe", "bohrmaschine")),
    answer={"commands": [{"command": "means", "query_word": "flex", "shop_word": "winkelschleifer"}]},
    shape=PROPOSALS.shape,
    role=Role.SMALL,
)
