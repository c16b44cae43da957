"""From candidates to an answer: the rules of the shop, titles and prices from the catalog, and reasons in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from hanse.ai.models import Models
from hanse.base.context import Context
from hanse.base.decision import Arm
from hanse.capabilities.recommend import candidates, reasons, trained
from hanse.capabilities.recommend.candidates import Asked, Why
from hanse.capabilities.recommend.rules import answering
from hanse.capabilities.recommend.rules.answering import Shaped, Wish
from hanse.capabilities.recommend.rules.engine import Candidate
from hanse.capabilities.recommend.rules.plan import Asker
from hanse.capabilities.recommend.schemas import Placed, Ranking, Recommendation
from hanse.data.catalog.summaries import Summaries, Summary, title


@dataclass(frozen=True)
class Place:
    """Where products are shown; what is answered from there, in this order unless rules say otherwise, and the reason of each."""

    name: str
    names: Mapping[str, str]


async def answer(context: Context, request: Placed, place: Place, asked: Asked, **facts: object) -> Ranking:
    """Answer from the first name that has something left after the rules; profiles that are held out get what is popular.

    `facts` are what the reasons of the place tell of.
    """
    held_out = context.assignment.arm is Arm.HELD_OUT
    names = {candidates.POPULAR: reasons.HELD_OUT} if held_out else _names(request, place)
    chosen, (first, *others) = context.spoken(request.language), names
    asker = Asker(frozenset(request.segments), request.device, request.channel)
    wish = Wish(request.placement or place.name, first, request.limit, asked.at_hand, asker, chosen, tuple(others))
    try:
        shaped = await answering.answer(context, wish, asked.candidates)
    except TimeoutError:
        names = {candidates.POPULAR: reasons.TOO_LATE}
        shaped = await _from_memory(context, wish)
    items = await _items(context, shaped, chosen)
    if request.details:
        items = [msgspec.structs.replace(each, url=shaped.known[each.product_id].url) for each in items]
    template = names.get(shaped.source, reasons.PINNED)
    if not items and template != reasons.NOTHING_FOR_UNKNOWN:
        template = reasons.NOTHING
    reason = _said(context, shaped) or reasons.say(_open(context, template), chosen, **facts, category=asked.category)
    return Ranking(items=items, source=shaped.source, **context.decision(model_version=_version(context, shaped.source), reason=reason))


def _names(request: Placed, place: Place) -> Mapping[str, str]:
    """Return what is answered from, in order: what the request wants, then what is usual."""
    wanted = {name: reasons.BY_NAME.get(name) or place.names.get(name, reasons.PICKED) for name in request.answer_from}
    return wanted | {name: template for name, template in place.names.items() if name not in wanted}


async def _from_memory(context: Context, wish: Wish) -> Shaped:
    """Answer for nobody, in a transaction of its own, as the one of the request was given up."""
    async with Context(context.resources, context.caller, language=context.language) as fresh:
        asked = Asked(fresh, wish.language)
        return await answering.answer(fresh, replace(wish, first=candidates.POPULAR, at_hand=None, fallbacks=()), asked.candidates)


def recommendation(product_id: str, score: float, summary: Summary, chosen: str, reason: str) -> Recommendation:
    """Return one product as it is answered."""
    name = title(summary.title, chosen) or product_id
    return Recommendation(product_id=product_id, title=name, score=score, reason=reason, image_url=summary.image_url, price=summary.price)


def _said(context: Context, shaped: Shaped) -> str:
    """Return what the rules say of the answer; nothing where anybody may read it, as it names them."""
    return "" if context.caller.public else shaped.reason


def _open(context: Context, template: str) -> str:
    """Return a reason as whoever asks may read it."""
    return reasons.OPEN.get(template, template) if context.caller.public else template


async def _items(context: Context, shaped: Shaped, chosen: str) -> list[Recommendation]:
    because = [each.payload.because_id for each in shaped.items if isinstance(each.payload, Why) and each.payload.because_id]
    names = await context.resource(Summaries).get(context, list(dict.fromkeys(because))) if because else {}
    strongest = max([1e-9, *(each.score for each in shaped.items)])
    return [
        recommendation(
            each.product_id,
            min(1.0, max(0.0, each.score / max(strongest, 1.0))),
            shaped.known[each.product_id],
            chosen,
            _why(context, each, names, chosen),
        )
        for each in shaped.items
    ]


def _why(context: Context, found: Candidate, names: Mapping[str, Summary], chosen: str) -> str:
    why = found.payload
    if not isinstance(why, Why):
        return reasons.say(reasons.PINNED, chosen)
    summary = names.get(why.because_id or "")
    facts: dict[str, object] = {
        "title": (title(summary.title, chosen) if summary else "") or why.because_id or "",
        "times": why.times,
    }
    if why.total:
        facts |= {"orders": reasons.number(why.orders, chosen), "total": reasons.number(why.total, chosen)}
    if why.since and why.until:
        facts |= {"since": reasons.day(why.since, chosen), "until": reasons.day(why.until, chosen)}
    return reasons.say(_open(context, why.template), chosen, **facts)


def _version(context: Context, source: str) -> str | None:
    """Return the version of the model that a name answers from; null where it needs none."""
    found = context.resource(Models).current(_MODELS.get(source, source))
    return found.version if found is not None else None


_MODELS = {
    candidates.FOR_YOU: candidates.VIEWED,
    candidates.DUE_AGAIN: candidates.NEXT,
    candidates.POPULAR_IN_CATEGORY: trained.POPULAR,
}
