"""The operations on rules of the search: list, save, delete, undo, and a preview before anybody sees what they do."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.capabilities.search import query
from hanse.capabilities.search.lexicon import Words
from hanse.capabilities.search.search_rules import findings, previewing, replaying, rulebook, store
from hanse.capabilities.search.search_rules.errors import (
    NoSearchRuleToUndo,
    SearchRuleChanged,
    SearchRuleWithoutQuery,
    TooManySearchRules,
    UnclearSearchRule,
    UnknownSearchRule,
)
from hanse.capabilities.search.search_rules.previewing import PreviewSearch, SearchPreviewed
from hanse.capabilities.search.search_rules.replaying import ReplaySearches, SearchesReplayed
from hanse.capabilities.search.search_rules.schemas import (
    DeleteSearchRule,
    ListSearchRules,
    PinnedPlace,
    PinProducts,
    SaveSearchRule,
    SearchDraft,
    SearchRule,
    SearchRules,
    SearchRuleSaved,
    UndoSearchRule,
)
from hanse.capabilities.search.search_rules.store import Author, Made

RULE = UUID("019ecb27-2200-707f-8163-0a7c4e500028")
"""The rule of the examples."""
CUPS_FIRST = SearchDraft(name="Our cups first", queries=("cup",), pin=PinProducts(places=(PinnedPlace(product_id="85123A", place=1),)))


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=ListSearchRules(query="cup"))
async def list(request: ListSearchRules, context: Context) -> SearchRules:  # noqa: A001  # the operation is search_rules.list
    """List the rules of the search in the order in which they count, with what contradicts or is not there and the latest changes."""
    connection = await context.connection()
    found = await store.rules(connection)
    shown = found if request.query is None else [*await _holding(context, found, request.query)]
    told = await findings.of(connection, shown, context.spoken(None))
    return SearchRules(rules=shown, findings=told, changes=await store.history(connection))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnclearSearchRule, SearchRuleWithoutQuery, UnknownSearchRule, SearchRuleChanged, TooManySearchRules),
    example=SaveSearchRule(rule=CUPS_FIRST, rule_id=RULE, version=1),
)
async def save(request: SaveSearchRule, context: Context) -> SearchRuleSaved:
    """Make a rule of the search, or change one that is there; it holds within a second, for all searches from then on.

    Contradictions with other rules, and products that are not there, are no errors: they come back as findings.
    """
    return await _saved(context, await store.save(await context.connection(), author(context), request.rule, request.rule_id, request.version))


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownSearchRule,), example=DeleteSearchRule(rule_id=RULE))
async def delete(request: DeleteSearchRule, context: Context) -> SearchRuleSaved:
    """Delete a rule of the search; that can be taken back with `search_rules.undo`."""
    return await _saved(context, await store.delete(await context.connection(), author(context), request.rule_id))


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(NoSearchRuleToUndo, SearchRuleChanged), example=UndoSearchRule())
async def undo(request: UndoSearchRule, context: Context) -> SearchRuleSaved:
    """Take a change of the rules of the search back: what was before it is there again."""
    return await _saved(context, await store.undo(await context.connection(), author(context), request.change_id))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.READ,
    errors=(UnclearSearchRule, SearchRuleWithoutQuery),
    example=PreviewSearch(query="cup", limit=5, rule=CUPS_FIRST),
)
async def preview(request: PreviewSearch, context: Context) -> SearchPreviewed:
    """Show what a search finds without rules and with them, with what happened to each product and by which rule.

    A rule can be tried before it is saved. Nothing is logged as shown.
    """
    return await previewing.preview(context, request)


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.READ,
    errors=(UnclearSearchRule, SearchRuleWithoutQuery),
    example=ReplaySearches(rule=CUPS_FIRST, most=10),
)
async def replay(request: ReplaySearches, context: Context) -> SearchesReplayed:
    """Answer the most frequent searches of a day with rules and without: how many change, and how what people came to moves.

    Each takes some hundredths of a second; the job `search.replay` does the same with progress.
    """
    return await replaying.replay(context, request)


def author(context: Context) -> Author:
    """Return who changes something, and when."""
    return Author(context.caller.name, context.clock.now())


async def _holding(context: Context, rules: Sequence[SearchRule], text: str) -> Sequence[SearchRule]:
    """Return the rules that hold for a query, now."""
    language, now = context.spoken(None), context.clock.now()
    edition = await rulebook.edition(await context.connection(), rules)
    asked = query.read(text, language, await context.resource(Words).get(context))
    return [edition.rules[place] for place in edition.holding(asked, language, now)]


async def _saved(context: Context, made: Made) -> SearchRuleSaved:
    connection = await context.connection()
    told = await findings.of(connection, await store.rules(connection), context.spoken(None))
    return SearchRuleSaved(rule=made.rule, change_id=made.change_id, findings=told)
