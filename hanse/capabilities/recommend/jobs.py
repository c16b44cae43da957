"""Training: choose settings on the validation orders, measure on the test orders, learn from all, put it into use."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import hanse
from hanse.ai.models import Card
from hanse.base.context import Context
from hanse.base.job import job
from hanse.capabilities.recommend import evaluation, orders, trained
from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.evaluation import Evaluation
from hanse.capabilities.recommend.method import Method


@dataclass(frozen=True)
class _Run:
    """One training run: when it began, what it learned from and what it measured."""

    started_at: datetime
    baskets: Baskets
    measured: Evaluation


@job(schedule="40 2 * * *")
async def train(context: Context) -> dict[str, Any]:
    """Learn recommendations from the orders, measure them, and put them into use."""
    started_at = context.clock.now()
    baskets = await orders.read(context)
    await context.progress(0.2, "choosing settings on the validation orders")
    choice = await asyncio.to_thread(evaluation.choose, baskets)
    await context.progress(0.6, "measuring on the test orders")
    run = _Run(started_at, baskets, await asyncio.to_thread(evaluation.compare, baskets, choice))
    await context.progress(0.8, "learning from all orders")
    versions = {
        trained.POPULAR: await _publish(context, trained.POPULAR, choice.popularity, run),
        trained.ALSO_BOUGHT: await _publish(context, trained.ALSO_BOUGHT, choice.best, run),
    }
    await context.progress(1.0, "done")
    return {"versions": versions, "method": choice.best.name, "orders": baskets.orders, "products": len(baskets.product_ids)}


async def _publish(context: Context, name: str, method: Method, run: _Run) -> str:
    rankings = await asyncio.to_thread(method.fit, run.baskets)
    return await trained.publish(context, name, rankings, _card(context, name, method, run))


def _card(context: Context, name: str, method: Method, run: _Run) -> Card:
    now = context.clock.now()
    rows = [row for row in run.measured.rows if row.method == method.name]
    alternative = [row for row in run.measured.rows if row.method == "popularity"] if method.name != "popularity" else []
    return Card(
        name=name,
        method=method.name,
        parameters=method.parameters,
        trained_at=now,
        data_since=evaluation.aware(run.baskets.placed_at.min()),
        data_until=evaluation.aware(run.baskets.placed_at.max()),
        sizes=_sizes(run),
        measures={row.measure: row.value for row in rows},
        intervals={row.measure: (row.low, row.high) for row in rows if row.measure != evaluation.COVERAGE},
        baseline={row.measure: row.value for row in alternative},
        seconds=(now - run.started_at).total_seconds(),
        seed=evaluation.SEED,
        code_version=hanse.__version__,
        notes=_notes(run.measured),
    )


def _sizes(run: _Run) -> dict[str, int]:
    return {
        "orders": run.baskets.orders,
        "orders of two or more products": int((run.baskets.sizes >= 2).sum()),
        "products": len(run.baskets.product_ids),
        "customers": run.baskets.customers,
        "test orders": run.measured.orders,
    }


def _notes(measured: Evaluation) -> tuple[str, ...]:
    if measured.test_since is None or measured.test_until is None:
        return ("The newest fifth of the period has no orders of two or more products, so nothing could be measured.",)
    period = f"from {measured.test_since.date()} to {measured.test_until.date()}"
    return (
        f"Measured on {measured.orders} orders {period}: given one product of an order, name the others.",
        "Settings were chosen on the fifth of the period before. The model in use learned from all orders.",
    )
