"""Rules as they are kept: their table, the history of their changes, and taking changes back. Every change is announced.

Changes follow one another, as each looks at all rules; a change that was made without having seen the last one is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hanse.base import changes, database, ids
from hanse.base.database import Connection, Queries
from hanse.capabilities.recommend.rules.errors import NothingToUndo, RuleChanged, RulesChanged, TooManyRules, UnclearRule, UnknownRule
from hanse.capabilities.recommend.rules.schemas import Change, Draft, Rule

queries = Queries(__package__)

TOPIC = "recommendation_rules"
MOST_RULES = 500
SHOWN_CHANGES = 20


@dataclass(frozen=True)
class Author:
    """Who changes rules, and when."""

    name: str
    now: datetime


@dataclass(frozen=True)
class _Act:
    """What is done to which rule, and what the rules were before."""

    name: str
    there: list[Rule]
    old: Draft | None = None
    new: Draft | None = None
    rule_id: UUID | None = None


@dataclass(frozen=True)
class Made:
    """What a change made: the rule as it is now, if there is one, and the change."""

    change_id: UUID
    rule: Rule | None = None


async def rules(connection: Connection) -> list[Rule]:
    """Return all rules in their order."""
    return [_rule(row) async for row in await connection.execute(queries["rules"])]


async def history(connection: Connection, limit: int = SHOWN_CHANGES) -> list[Change]:
    """Return the latest changes, the newest first."""
    found = []
    async for row in await connection.execute(queries["changes"], {"limit": limit}):
        named = row["after"] or row["before"] or {}
        found.append(msgspec.convert({**row, "name": named.get("name", "")}, Change))
    return found


async def save(connection: Connection, author: Author, draft: Draft, rule_id: UUID | None = None, version: int | None = None) -> Made:
    """Make a rule at the end of the order, or change one that is there.

    Raises `UnclearRule`, `UnknownRule`, `TooManyRules`, and `RuleChanged` where somebody else changed it since that version.
    """
    if len(draft.given) != 1:
        raise UnclearRule(count=len(draft.given), given=", ".join(draft.given) or "none")
    before = await _locked(connection)
    if rule_id is None:
        if len(before) >= MOST_RULES:
            raise TooManyRules(limit=MOST_RULES)
        made = _made(draft, author, rule_id=ids.new(author.now), position=max((each.position for each in before), default=0) + 1, version=1)
        return await _write(connection, author, made, _Act("made", before, None, made, made.rule_id))
    old = _find(before, rule_id)
    if version is not None and old.version != version:
        raise RuleChanged(who=old.changed_by)
    made = _made(draft, author, rule_id=rule_id, position=old.position, version=old.version + 1)
    return await _write(connection, author, made, _Act("changed", before, old, made, rule_id))


async def delete(connection: Connection, author: Author, rule_id: UUID) -> Made:
    """Delete a rule; raises `UnknownRule`."""
    before = await _locked(connection)
    old = _find(before, rule_id)
    await connection.execute(queries["delete"], {"rule_id": rule_id})
    return Made(await _note(connection, author, _Act("deleted", before, old, None, rule_id)))


async def order(connection: Connection, author: Author, rule_ids: Sequence[UUID]) -> Made:
    """Give all rules the order they shall have; raises `RulesChanged` where that names others than there are."""
    before = await _locked(connection)
    if sorted(rule_ids) != sorted(each.rule_id for each in before):
        raise RulesChanged
    await connection.execute(queries["order"], {"rule_ids": list(rule_ids)})
    return Made(await _note(connection, author, _Act("ordered", before)))


async def undo(connection: Connection, author: Author, change_id: UUID | None = None) -> Made:
    """Take a change back, or the last one: what was before is there again.

    Raises `NothingToUndo`, and `RuleChanged` where somebody changed the rule since.
    """
    before = await _locked(connection)
    change = await (await connection.execute(queries["change"], {"change_id": change_id})).fetchone()
    if change is None:
        raise NothingToUndo
    later = await (await connection.execute(queries["later_change"], change)).fetchone()
    if later is not None:
        raise RuleChanged(who=later["changed_by"])
    await connection.execute(queries["mark_undone"], {"change_id": change["change_id"], "now": author.now})
    rule = await _restore(connection, author, change, before)
    after = await rules(connection)
    act = _Act("undone", before, _drafted(change["after"]), _drafted(change["before"]), change["rule_id"])
    return Made(await _note(connection, author, act), next((each for each in after if rule is not None and each.rule_id == rule.rule_id), None))


async def _restore(connection: Connection, author: Author, change: dict[str, Any], now_there: list[Rule]) -> Rule | None:
    """Put back what was before a change, as far as other changes leave it."""
    if change["rule_id"] is None:
        await _put_in_order(connection, change["order_before"], now_there)
        return None
    if change["before"] is None:
        await connection.execute(queries["delete"], {"rule_id": change["rule_id"]})
        return None
    old = next((each for each in now_there if each.rule_id == change["rule_id"]), None)
    last = max((each.position for each in now_there), default=0) + 1
    place = {"position": old.position, "version": old.version + 1} if old else {"position": last, "version": 1}
    rule = _made(msgspec.convert(change["before"], Draft), author, rule_id=change["rule_id"], **place)
    await _put(connection, rule)
    if old is None:
        await _put_in_order(connection, change["order_before"], [*now_there, rule])
    return rule


async def _put_in_order(connection: Connection, wanted: list[UUID], there: list[Rule]) -> None:
    """Order the rules as they once were; those that came since follow in the order they have."""
    place = {rule_id: number for number, rule_id in enumerate(wanted)}
    ordered = sorted(there, key=lambda each: (place.get(each.rule_id, len(place)), each.position))
    await connection.execute(queries["order"], {"rule_ids": [each.rule_id for each in ordered]})


async def _locked(connection: Connection) -> list[Rule]:
    await connection.execute(queries["lock"])
    return await rules(connection)


async def _write(connection: Connection, author: Author, rule: Rule, act: _Act) -> Made:
    await _put(connection, rule)
    return Made(await _note(connection, author, act), rule)


async def _put(connection: Connection, rule: Rule) -> None:
    values = {"rule_id": rule.rule_id, "position": rule.position, "version": rule.version, "changed_by": rule.changed_by, "now": rule.changed_at}
    await connection.execute(queries["put"], {**values, "draft": database.jsonb(draft_of(rule))})


async def _note(connection: Connection, author: Author, act: _Act) -> UUID:
    """Remember a change and announce it."""
    change_id = ids.new(author.now)
    old, new = (database.jsonb(draft_of(each)) if each else None for each in (act.old, act.new))
    values = {"change_id": change_id, "action": act.name, "rule_id": act.rule_id, "before": old, "after": new}
    order_before = [each.rule_id for each in act.there]
    await connection.execute(queries["note"], {**values, "order_before": order_before, "changed_by": author.name, "now": author.now})
    await changes.announce(connection, TOPIC)
    return change_id


def draft_of(rule: Draft) -> Draft:
    """Return what somebody wrote of a rule, without its place and history."""
    return Draft(**{name: getattr(rule, name) for name in Draft.__struct_fields__})


def _made(draft: Draft, author: Author, *, rule_id: UUID, position: int, version: int) -> Rule:
    written = {name: getattr(draft, name) for name in Draft.__struct_fields__}
    return Rule(**written, rule_id=rule_id, position=position, version=version, changed_by=author.name, changed_at=author.now)


def _rule(row: dict[str, Any]) -> Rule:
    draft = row.pop("draft")
    return msgspec.convert({**draft, **row}, Rule)


def _drafted(value: Any) -> Draft | None:
    return None if value is None else msgspec.convert(value, Draft)


def _find(found: list[Rule], rule_id: UUID) -> Rule:
    for each in found:
        if each.rule_id == rule_id:
            return each
    raise UnknownRule(rule_id=rule_id)
