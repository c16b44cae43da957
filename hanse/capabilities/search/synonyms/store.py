"""Proposals of synonyms as they are kept, and the decisions about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import ids
from hanse.base.database import Connection, Queries
from hanse.capabilities.search.search_rules import store as rules
from hanse.capabilities.search.search_rules.schemas import SameWords, SearchDraft
from hanse.capabilities.search.search_rules.store import Author
from hanse.capabilities.search.synonyms.errors import SynonymDecided, UnknownSynonym
from hanse.capabilities.search.synonyms.evidence import Evidence
from hanse.capabilities.search.synonyms.schemas import DecideSynonym, State, SynonymDecision, SynonymProposal

queries = Queries(__package__)
STATES: dict[str, State] = {"confirm": "confirmed", "decline": "declined", "reopen": "proposed"}


async def propose(connection: Connection, found: Iterable[Evidence], author: Author) -> int:
    """Note what may mean the same and no rule says yet; return how many proposals are there that wait."""
    said = {frozenset((word, means)) for rule in await rules.rules(connection) for word, means in _pairs(rule)}
    made = 0
    for each in found:
        if frozenset((each.word, each.means)) not in said:
            values = {name: getattr(each, name) for name in Evidence.__dataclass_fields__}
            values |= {"proposal_id": ids.new(author.now), "now": author.now}
            made += len(await (await connection.execute(queries["propose"], values)).fetchall())
    return made


def _pairs(rule: SearchDraft) -> list[tuple[str, str]]:
    return [(word, means) for word in rule.synonyms.words for means in rule.synonyms.means] if rule.synonyms else []


async def proposals(connection: Connection, state: State, limit: int) -> list[SynonymProposal]:
    """Return proposals in a state, those of most people first."""
    rows = await (await connection.execute(queries["list"], {"state": state, "limit": limit})).fetchall()
    return [msgspec.convert(row, SynonymProposal) for row in rows]


async def waiting(connection: Connection) -> int:
    """Return how many proposals wait for a decision."""
    row = await (await connection.execute(queries["count_waiting"])).fetchone()
    return int(row["count"]) if row else 0


async def decide(connection: Connection, author: Author, wanted: DecideSynonym) -> SynonymDecision:
    """Decide about a proposal; what is confirmed becomes a rule. Raises `UnknownSynonym`, and `SynonymDecided` where somebody was faster."""
    row = await (await connection.execute(queries["lock_one"], {"proposal_id": wanted.proposal_id})).fetchone()
    if row is None:
        raise UnknownSynonym(proposal_id=wanted.proposal_id)
    if row["state"] != ("declined" if wanted.decision == "reopen" else "proposed"):
        raise SynonymDecided(who=row["decided_by"] or "somebody")
    both_ways = row["both_ways"] if wanted.both_ways is None else wanted.both_ways
    change_id, rule_id = await _rule(connection, author, row, both_ways=both_ways) if wanted.decision == "confirm" else (None, None)
    is_decided = wanted.decision != "reopen"
    noted = {"proposal_id": wanted.proposal_id, "state": STATES[wanted.decision], "rule_id": rule_id, "both_ways": both_ways}
    by = {"decided_by": author.name if is_decided else None, "decided_at": author.now if is_decided else None}
    now = await (await connection.execute(queries["decide"], {**noted, **by})).fetchone()
    return SynonymDecision(proposal=msgspec.convert(now, SynonymProposal), change_id=change_id)


async def _rule(connection: Connection, author: Author, row: dict[str, Any], *, both_ways: bool) -> tuple[UUID, UUID | None]:
    words = SameWords(words=(row["word"],), means=(row["means"],), both_ways=both_ways)
    name = f"{row['word']} {'=' if both_ways else '→'} {row['means']}"
    made = await rules.save(connection, author, SearchDraft(name=name[:200], match="any", synonyms=words))
    return made.change_id, made.rule.rule_id if made.rule else None
