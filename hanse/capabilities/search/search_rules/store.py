"""Rules of the search as they are kept: their table, the history of their changes, and taking changes back. Every change is announced.

Changes follow one another, as each looks at all rules; a change that was made without having seen the last one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from hanse.base import changes, database, ids
from hanse.base.database import Connection, Queries
from hanse.capabilities.search.search_rules import forms
from hanse.capabilities.search.search_rules.errors import (
    NoSearchRuleToUndo,
    SearchRuleChanged,
    SearchRuleWithoutQuery,
    TooManySearchRules,
    UnclearSearchRule,
    UnknownSearchRule,
)
from hanse.capabilities.search.search_rules.schemas import MATCHES, SearchDraft, SearchRule, SearchRuleChange

queries = Queries(__package__)

TOPIC = "search_rules"
UNSAVED = UUID(int=0)
"""The id of a rule that is tried before it is saved; it counts as the youngest."""
MOST_RULES = 1_000
SHOWN_CHANGES = 20


@dataclass(frozen=True)
class Author:
    """Who changes rules, and when."""

    name: str
    now: datetime


@dataclass(frozen=True)
class Made:
    """What a change made: the rule as it is now, if there is one, and the change."""

    change_id: UUID
    rule: SearchRule | None = None


class _Act(NamedTuple):
    """What is done to which rule."""

    name: str
    rule_id: UUID
    old: SearchDraft | None
    new: SearchDraft | None


async def rules(connection: Connection) -> list[SearchRule]:
    """Return all rules, those for exact queries before those for some words, before those for any; of each kind the oldest first."""
    found = [_rule(row) async for row in await connection.execute(queries["rules"])]
    return ordered(found)


def ordered(found: list[SearchRule]) -> list[SearchRule]:
    """Return rules in the order in which they count."""
    return sorted(found, key=lambda each: (MATCHES.index(each.match), each.rule_id == UNSAVED, each.rule_id))


async def history(connection: Connection, limit: int = SHOWN_CHANGES) -> list[SearchRuleChange]:
    """Return the latest changes, the newest first."""
    found = []
    async for row in await connection.execute(queries["changes"], {"limit": limit}):
        named = row["after"] or row["before"] or {}
        found.append(msgspec.convert({**row, "name": named.get("name", "")}, SearchRuleChange))
    return found


async def save(connection: Connection, author: Author, draft: SearchDraft, rule_id: UUID | None = None, version: int | None = None) -> Made:
    """Make a rule, or change one that is there.

    Raises `UnclearSearchRule`, `SearchRuleWithoutQuery`, `UnknownSearchRule`, `TooManySearchRules`, and `SearchRuleChanged` where somebody
    else changed it since that version.
    """
    check(draft)
    before = await _locked(connection)
    if rule_id is None:
        if len(before) >= MOST_RULES:
            raise TooManySearchRules(limit=MOST_RULES)
        made = _made(draft, author, rule_id=ids.new(author.now), version=1)
        return await _write(connection, author, made, "made", None)
    old = _find(before, rule_id)
    if version is not None and old.version != version:
        raise SearchRuleChanged(who=old.changed_by)
    return await _write(connection, author, _made(draft, author, rule_id=rule_id, version=old.version + 1), "changed", old)


def check(draft: SearchDraft) -> None:
    """Refuse what is no rule; raises `UnclearSearchRule`, `SearchRuleWithoutQuery`."""
    if len(draft.given) != 1:
        raise UnclearSearchRule(count=len(draft.given), given=", ".join(draft.given) or "none")
    if draft.kind != "synonyms" and draft.match != "any" and not any(forms.of_text(each, draft.language) for each in draft.queries):
        raise SearchRuleWithoutQuery


async def delete(connection: Connection, author: Author, rule_id: UUID) -> Made:
    """Delete a rule; raises `UnknownSearchRule`."""
    old = _find(await _locked(connection), rule_id)
    await connection.execute(queries["delete"], {"rule_id": rule_id})
    return Made(await _note(connection, author, _Act("deleted", rule_id, old, None)))


async def undo(connection: Connection, author: Author, change_id: UUID | None = None) -> Made:
    """Take a change back, or the last one: what was before is there again.

    Raises `NoSearchRuleToUndo`, and `SearchRuleChanged` where somebody changed the rule since.
    """
    there = await _locked(connection)
    change = await (await connection.execute(queries["change"], {"change_id": change_id})).fetchone()
    if change is None:
        raise NoSearchRuleToUndo
    later = await (await connection.execute(queries["later_change"], change)).fetchone()
    if later is not None:
        raise SearchRuleChanged(who=later["changed_by"])
    await connection.execute(queries["mark_undone"], {"change_id": change["change_id"], "now": author.now})
    rule = await _restore(connection, author, change, there)
    act = _Act("undone", change["rule_id"], _drafted(change["after"]), _drafted(change["before"]))
    noted = await _note(connection, author, act)
    return Made(noted, rule)


async def _restore(connection: Connection, author: Author, change: dict[str, Any], there: list[SearchRule]) -> SearchRule | None:
    """Put back what was before a change."""
    if change["before"] is None:
        await connection.execute(queries["delete"], {"rule_id": change["rule_id"]})
        return None
    old = next((each for each in there if each.rule_id == change["rule_id"]), None)
    draft = msgspec.convert(change["before"], SearchDraft)
    rule = _made(draft, author, rule_id=change["rule_id"], version=old.version + 1 if old else 1)
    await _put(connection, rule)
    return rule


async def _locked(connection: Connection) -> list[SearchRule]:
    await connection.execute(queries["lock"])
    return await rules(connection)


async def _write(connection: Connection, author: Author, rule: SearchRule, action: str, old: SearchDraft | None) -> Made:
    await _put(connection, rule)
    return Made(await _note(connection, author, _Act(action, rule.rule_id, old, rule)), rule)


async def _put(connection: Connection, rule: SearchRule) -> None:
    values = {"rule_id": rule.rule_id, "version": rule.version, "changed_by": rule.changed_by, "now": rule.changed_at}
    await connection.execute(queries["put"], {**values, "draft": database.jsonb(draft_of(rule))})


async def _note(connection: Connection, author: Author, act: _Act) -> UUID:
    """Remember a change and announce it."""
    change_id = ids.new(author.now)
    before, after = (database.jsonb(draft_of(each)) if each else None for each in (act.old, act.new))
    values = {"change_id": change_id, "action": act.name, "rule_id": act.rule_id, "before": before, "after": after}
    await connection.execute(queries["note"], {**values, "changed_by": author.name, "now": author.now})
    await changes.announce(connection, TOPIC)
    return change_id


def draft_of(rule: SearchDraft) -> SearchDraft:
    """Return what somebody wrote of a rule, without its history."""
    return SearchDraft(**{name: getattr(rule, name) for name in SearchDraft.__struct_fields__})


def _made(draft: SearchDraft, author: Author, *, rule_id: UUID, version: int) -> SearchRule:
    written = {name: getattr(draft, name) for name in SearchDraft.__struct_fields__}
    return SearchRule(**written, rule_id=rule_id, version=version, changed_by=author.name, changed_at=author.now)


def _rule(row: dict[str, Any]) -> SearchRule:
    draft = row.pop("draft")
    return msgspec.convert({**draft, **row}, SearchRule)


def _drafted(value: Any) -> SearchDraft | None:
    return None if value is None else msgspec.convert(value, SearchDraft)


def _find(found: list[SearchRule], rule_id: UUID) -> SearchRule:
    for each in found:
        if each.rule_id == rule_id:
            return each
    raise UnknownSearchRule(rule_id=rule_id)
