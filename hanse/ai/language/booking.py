"""What belongs to every call besides asking: its budget is reserved before and settled after, and it is put on record."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from hanse.ai.language import budgets, endings, models, record
from hanse.ai.language.asking import Asking
from hanse.ai.language.budgets import Reserved, Spent
from hanse.ai.language.checks import checking
from hanse.ai.language.mark import Mark
from hanse.ai.language.model import Model
from hanse.ai.language.requests import Answer, NoAnswer, Request, Why
from hanse.ai.language.understanding import Understood
from hanse.base import ids
from hanse.base.context import Context

ANSWERED, FELL_BACK = "answered", "fell_back"


class Refused(Exception):
    """A call is not made."""

    def __init__(self, answer: NoAnswer) -> None:
        """Say what whoever asks is told."""
        super().__init__(answer.why.value)
        self.answer = answer


@dataclass
class Booking:
    """One call with its budget and its row in the record."""

    context: Context
    asking: Asking
    models: list[Model]
    """Those that can be asked, in their order."""
    call_id: UUID
    asked_at: datetime
    began: float
    reserved: Reserved | None = None
    """What of the budget; null of a call that was refused."""

    @property
    def milliseconds(self) -> int:
        """Return how long it takes so far."""
        return round(1_000 * (time.perf_counter() - self.began))

    async def answered(self, model: Model, found: Understood) -> Answer:
        """End with an answer."""
        asking, fell_back = self.asking, model is not self.models[0]
        await self.end(FELL_BACK if fell_back else ANSWERED, model)
        return Answer(
            call_id=self.call_id,
            text=found.text,
            value=found.value,
            tool_calls=found.tool_calls,
            model=model.name,
            fell_back=fell_back,
            is_cut=asking.last is not None and asking.last.finish == "length",
            tokens_in=asking.tokens_in,
            tokens_out=asking.tokens_out,
            milliseconds=self.milliseconds,
            mark=self._mark(model),
        )

    async def end(self, outcome: str, model: Model | None = None) -> None:
        """Settle the budget and put the call on record, behind the answer."""
        await endings.add(self.context, partial(self._end, outcome, model, self.milliseconds))

    async def _end(self, outcome: str, model: Model | None, milliseconds: int) -> None:
        """Settle and record; where that fails the budget counts the call at its most."""
        try:
            facts = await asyncio.to_thread(self._facts, outcome, model, milliseconds)
            async with record.apart(self.context) as connection:
                if self.reserved is not None:
                    await budgets.settle(connection, self.reserved, self.asking.tokens_in + self.asking.tokens_out, self.asking.cost_minor)
                await record.add(connection, facts)
        except (psycopg.Error, PoolTimeout) as error:
            structlog.get_logger().error("a call of a language model could not be put on record", kind=type(error).__name__)

    def _facts(self, outcome: str, model: Model | None, milliseconds: int) -> Mapping[str, Any]:
        asking, request = self.asking, self.asking.request
        return {
            **_asked(request),
            "call_id": self.call_id,
            "asked_at": self.asked_at,
            "model": model.name if model else None,
            "masked_prompt": asking.prompt.text,
            # What a model makes up or was taught may be somebody's; it is masked as what we send is.
            "masked_answer": request.conversation.mask_reply(asking.last.readable) if asking.last else "",
            "tokens_in": asking.tokens_in,
            "tokens_out": asking.tokens_out,
            "is_counted": asking.is_counted,
            "cost_minor": asking.cost_minor,
            "currency": self.context.settings.currency,
            "milliseconds": milliseconds,
            "outcome": outcome,
            "tried": asking.tried,
            "checks": {"attempts": [checking.noted(each, request.conversation.mask) for each in asking.checked]} if asking.checked else {},
        }

    def _mark(self, model: Model) -> Mark:
        request = self.asking.request
        return Mark(
            model=model.name, template=request.template, template_version=request.template_version, call_id=self.call_id, made_at=self.asked_at
        )


async def begin(context: Context, asking: Asking, chosen: Sequence[Model]) -> Booking:
    """Choose the models that the question is not too long for, and reserve its budget; raises `Refused`."""
    now = context.clock.now()
    needed = asking.prompt.tokens + asking.request.most_tokens
    open_to_it = [each for each in chosen if needed <= each.context_tokens]
    found = Booking(context, asking, open_to_it, ids.new(now), now, time.perf_counter())
    if not found.models:
        await found.end(Why.TOO_LONG.value)
        raise Refused(NoAnswer(Why.TOO_LONG, f"about {needed} tokens are more than any model takes", found.call_id))
    found.reserved = await _reserved(found, needed)
    return found


async def _reserved(found: Booking, tokens: int) -> Reserved:
    """Reserve what a call may use, where anything is limited; raises `Refused`."""
    prompt, request, day = found.asking.prompt, found.asking.request, budgets.today(found.context)
    if not models.available(found.context).is_limited:
        return Reserved(day, request.capability)
    cost = max((each.cost_minor(prompt.tokens, request.most_tokens) for each in found.models), default=Decimal(0))
    reserved = Reserved(day, request.capability, 1, tokens, cost)
    try:
        async with record.apart(found.context) as connection:
            await budgets.reserve(connection, reserved)
    except Spent as spent:
        await found.end(Why.BUDGET.value)
        raise Refused(NoAnswer(Why.BUDGET, str(spent), found.call_id)) from None
    except (psycopg.Error, PoolTimeout):
        raise Refused(NoAnswer(Why.FAILED, "the database is away")) from None
    return reserved


def _asked(request: Request) -> dict[str, Any]:
    return {
        "purpose": request.purpose.value,
        "capability": request.capability,
        "basis": request.basis.value if request.basis else None,
        "template": request.template,
        "template_version": request.template_version,
        "role": request.role.value,
        "profile_id": request.profile_id,
    }
