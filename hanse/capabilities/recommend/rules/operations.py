"""The operations on rules: list, save, order, delete, undo, and a preview before anybody sees what they do."""

from __future__ import annotations

from uuid import UUID

from hanse.base.context import Context
from hanse.base.operation import Effect, Purpose, operation
from hanse.capabilities.recommend.errors import NotTrained
from hanse.capabilities.recommend.rules import findings, previewing, store
from hanse.capabilities.recommend.rules.errors import NothingToUndo, RuleChanged, RulesChanged, TooManyRules, UnclearRule, UnknownRule
from hanse.capabilities.recommend.rules.previewing import PreviewCandidate, Previewed, PreviewRules
from hanse.capabilities.recommend.rules.schemas import DeleteRule, Draft, Filter, ListRules, OrderRules, Rules, Saved, SaveRule, UndoChange
from hanse.capabilities.recommend.rules.store import Author, Made

RULE = UUID("019ecb27-2200-707f-8163-0a7c4e500020")
"""The rule of the examples."""
IN_STOCK = Draft(name="Only what is in stock", placements=("product_page",), filter=Filter(in_stock=True))


@operation(purpose=Purpose.OPERATION, effect=Effect.READ, example=ListRules(placement="product_page"))
async def list(request: ListRules, context: Context) -> Rules:  # noqa: A001  # the operation is rules.list
    """List the rules by which recommendations are shaped, in their order, with what contradicts and the latest changes."""
    connection = await context.connection()
    found = await store.rules(connection)
    shown = [each for each in found if request.placement is None or not each.placements or request.placement in each.placements]
    return Rules(rules=shown, findings=findings.of(shown, _language(context)), changes=await store.history(connection))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.WRITE,
    errors=(UnclearRule, UnknownRule, RuleChanged, TooManyRules),
    example=SaveRule(rule=IN_STOCK, rule_id=RULE, version=1),
)
async def save(request: SaveRule, context: Context) -> Saved:
    """Make a rule, or change one that is there; it holds within a second, for all answers from then on.

    Contradictions with other rules are no errors: they come back as findings that say which rule wins.
    """
    return await _saved(context, await store.save(await context.connection(), _author(context), request.rule, request.rule_id, request.version))


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(UnknownRule,), example=DeleteRule(rule_id=RULE))
async def delete(request: DeleteRule, context: Context) -> Saved:
    """Delete a rule; that can be taken back with `rules.undo`."""
    return await _saved(context, await store.delete(await context.connection(), _author(context), request.rule_id))


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(RulesChanged,), example=OrderRules(rule_ids=(RULE,)))
async def order(request: OrderRules, context: Context) -> Saved:
    """Give all rules a new order; of two that contradict each other in the same way the first counts."""
    return await _saved(context, await store.order(await context.connection(), _author(context), request.rule_ids))


@operation(purpose=Purpose.OPERATION, effect=Effect.WRITE, errors=(NothingToUndo, RuleChanged), example=UndoChange())
async def undo(request: UndoChange, context: Context) -> Saved:
    """Take a change of the rules back: what was before it is there again."""
    return await _saved(context, await store.undo(await context.connection(), _author(context), request.change_id))


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.READ,
    errors=(NotTrained,),
    example=PreviewRules(
        placement="product_page",
        limit=5,
        candidates=[PreviewCandidate(product_id="85123A", score=0.9), PreviewCandidate(product_id="71053", score=0.4)],
        rule=IN_STOCK,
    ),
)
async def preview(request: PreviewRules, context: Context) -> Previewed:
    """Show what the rules make of a list, before and after, with what happened to each product and by which rule.

    A rule can be tried before it is saved. Nothing is logged as shown. For a person who did not agree to personalisation, it is what they
    would be shown.
    """
    return await previewing.preview(context, request)


async def _saved(context: Context, made: Made) -> Saved:
    found = await store.rules(await context.connection())
    return Saved(rule=made.rule, change_id=made.change_id, findings=findings.of(found, _language(context)))


def _author(context: Context) -> Author:
    return Author(context.caller.name, context.clock.now())


def _language(context: Context) -> str:
    language = context.language or context.settings.language
    return language if language in {"de", "en"} else "en"
