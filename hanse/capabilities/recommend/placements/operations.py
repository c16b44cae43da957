"""The operation behind the console's page of placements: each is answered the way the shop's pages are, and nothing is logged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import msgspec

from hanse.base import context as contract
from hanse.base.context import Context
from hanse.base.operation import Effect, Operation, Purpose, operation
from hanse.capabilities.recommend import operations
from hanse.capabilities.recommend.placements.schemas import Kind, PlacementPreview, PreviewPlacement
from hanse.capabilities.recommend.schemas import Placed, Ranking

COMMON = tuple(name for name in Placed.__struct_fields__ if name not in {"profile_id", "user_id", "anonymous_id", "user_hash"})


class _Asked(NamedTuple):
    """The operation behind a kind, and what it is told of the moment."""

    operation: Operation[Any, Ranking]
    fields: tuple[str, ...] = ("product_id",)
    belongs: str = ""


ASKED: dict[Kind, _Asked] = {
    "for_you": _Asked(operations.for_you, ("viewed", "cart")),
    "popular": _Asked(operations.popular, ("category",)),
    "also_bought": _Asked(operations.also_bought),
    "also_viewed": _Asked(operations.also_viewed, ("product_id", "viewed")),
    "similar": _Asked(operations.similar),
    "alternatives": _Asked(operations.alternatives),
    "accessories": _Asked(operations.belonging, belongs="accessory"),
    "consumables": _Asked(operations.belonging, belongs="consumable"),
    "spare_parts": _Asked(operations.belonging, belongs="spare_part"),
    "successors": _Asked(operations.belonging, belongs="successor"),
    "complete_cart": _Asked(operations.complete_cart, ("cart",)),
    "after_search": _Asked(operations.after_search, ("query",)),
    "reorder": _Asked(operations.due_again, ()),
    "reminder": _Asked(operations.forgotten, ("viewed", "cart")),
}


@operation(
    purpose=Purpose.OPERATION,
    effect=Effect.READ,
    example=PreviewPlacement(kind="similar", product_id="85123A", limit=3),
)
async def preview(request: PreviewPlacement, context: Context) -> PlacementPreview:
    """Show what a placement of the shop would show now, for a product, a person or a cart.

    It is answered as the shop's page would be, by the same rules and for everybody as for those who are not held out. Of a person only what
    they agreed to is used. Nothing is logged.
    """
    context.subject = await context.resources.ports.subject(request, Purpose.PERSONALISATION, context)
    asked = ASKED[request.kind]
    told = {name: getattr(request, name) for name in (*COMMON, *asked.fields) if getattr(request, name) not in {None, ()}}
    told |= {"kind": asked.belongs} if asked.belongs else {}
    context.caller = replace(context.caller, public=True)  # from here on it is said as it stands on a page that anybody may read
    found = await asked.operation.function(contract.parse(asked.operation, msgspec.to_builtins(told)), context)
    return PlacementPreview(
        items=found.items, source=found.source, reason=found.reason, basis=context.subject.basis, model_version=found.model_version
    )
