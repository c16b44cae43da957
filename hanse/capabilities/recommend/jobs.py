"""Training: choose settings on the validation orders, measure on the test orders, learn from all, put it into use."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

import hanse
from hanse.ai.models import Card
from hanse.base import context as contract
from hanse.base.context import Context
from hanse.base.job import job
from hanse.capabilities.recommend import arranging, blends, cards, evaluation, learning, likeness, looks, orders, patience, reading, searches, trained
from hanse.capabilities.recommend.baskets import Baskets
from hanse.capabilities.recommend.batch import running
from hanse.capabilities.recommend.batch.schemas import Wanted
from hanse.capabilities.recommend.choice import Tell
from hanse.capabilities.recommend.errors import NotEnoughOrders
from hanse.capabilities.recommend.evaluation import Evaluation
from hanse.capabilities.recommend.method import Method
from hanse.capabilities.recommend.questions import Kind
from hanse.capabilities.recommend.reading import Catalog, Log
from hanse.data.lake import searched


@dataclass(frozen=True)
class _Run:
    """One training run: when it began, what it learned from and what it measured."""

    started_at: datetime
    baskets: Baskets
    measured: Evaluation


@job(schedule="40 2 * * *")
async def train(context: Context) -> dict[str, Any]:
    """Learn recommendations from orders, visits, searches and the catalog, measure them, and put them into use.

    What there is too little of is left out, and what was learned of it before stays in use. Raises `NotEnoughOrders` where there is too
    little of everything.
    """
    baskets = await orders.read(context)
    told = await _rankings(context, baskets)
    versions = {**told["versions"], **await _searches(context), **await _blends(context)}
    if not versions:
        orders.check(baskets)
    await context.progress(1.0, "done")
    return {**told, "versions": versions}


async def _rankings(context: Context, baskets: Baskets) -> dict[str, Any]:
    """Learn what is popular and bought together, as far as there is enough of each."""
    if baskets.orders < orders.LEAST_ORDERS:
        return {"versions": {}, "left_out": _left_out(baskets)}
    started_at = context.clock.now()
    await context.progress(0.1, "choosing settings on the validation orders")
    choice = await asyncio.to_thread(evaluation.choose, baskets)
    await context.progress(0.2, "measuring on the test orders")
    run = _Run(started_at, baskets, await asyncio.to_thread(evaluation.compare, baskets, choice))
    await context.progress(0.25, "learning from all orders")
    versions = {trained.POPULAR: await _publish(context, trained.POPULAR, choice.popularity, run)}
    told = {"versions": versions, "orders": baskets.orders, "products": len(baskets.product_ids)}
    if left_out := _left_out(baskets):
        return {**told, "left_out": left_out}
    versions[trained.ALSO_BOUGHT] = await _publish(context, trained.ALSO_BOUGHT, choice.best, run)
    return {**told, "method": choice.best.name}


def _left_out(baskets: Baskets) -> str:
    """Return why what is bought together cannot be learned; empty where it can."""
    try:
        orders.check(baskets)
    except NotEnoughOrders as error:
        return error.detail()
    return ""


@job(schedule="20 * * * *")
async def arrange(context: Context) -> dict[str, Any]:
    """Learn from clicks in which order the blocks of pages shall stand."""
    return {"versions": await arranging.learn(context)}


@job(schedule="10 * * * *")
async def encode(context: Context) -> dict[str, int]:
    """Read the texts of products that are new or changed, so that what means the same is found alike; the next training takes it up."""
    return await likeness.encode(context)


@job(schedule="15 * * * *")
async def look(context: Context) -> dict[str, object]:
    """Look at the pictures of products that are new, so that what looks alike is found alike; the next training takes it up."""
    return await looks.look(context)


@job()
async def batch(context: Context, **wanted: Any) -> dict[str, Any]:
    """Recommend products to many recipients at once, such as those of a newsletter, as Parquet files or a table."""
    try:
        asked = msgspec.convert(wanted, Wanted)
    except msgspec.ValidationError as error:
        raise contract.invalid(error) from error
    with patience.unlimited():
        made: dict[str, Any] = msgspec.to_builtins(await running.run(context, asked))
    return made


async def _searches(context: Context) -> dict[str, str]:
    """Learn what comes of searches, where several people searched for the same."""
    await context.progress(0.28, "learning from searches")
    log = await asyncio.to_thread(searched.read, context.settings)
    learned = await asyncio.to_thread(searches.learn, log)
    if learned is None:
        return {}
    card = cards.of_searches(context.clock.now(), log, learned)
    return {trained.AFTER_SEARCH: await trained.publish(context, trained.AFTER_SEARCH, learned.rankings, card)}


async def _blends(context: Context) -> dict[str, str]:
    """Learn what comes next from visits, orders and customers, as far as there is enough of each; return the versions by name."""
    await context.progress(0.3, "comparing the products of the catalog")
    if context.settings.lake_engine == "spark":
        return await _blends_in_spark(context)
    logs = await asyncio.to_thread(reading.read, context.settings)
    wanted = {
        blends.VIEWED: (Kind.SESSION, logs.visits, "learning what is looked at next"),
        blends.BOUGHT: (Kind.TOPN, logs.orders, "learning what is ordered together"),
        blends.NEXT: (Kind.BASKET, logs.customers, "learning what is ordered next"),
    }
    versions = {blends.SIMILAR: await _similar(context, logs.catalog, logs.visits)} if logs.catalog.product_ids else {}
    for place, (name, (kind, log, note)) in enumerate(wanted.items()):
        tell = _from_thread(context, 0.3 + 0.7 * place / len(wanted), 0.7 / len(wanted), note)
        brands = logs.catalog.brands(log.product_ids)
        learned = await asyncio.to_thread(learning.learn, kind, log.histories, brands=brands, tell=tell)
        if learned is not None:
            versions[name] = await blends.publish(
                context, name, learned.blend, log.product_ids, cards.of_blend(context.clock.now(), name, log, learned)
            )
    return versions


async def _blends_in_spark(context: Context) -> dict[str, str]:
    """Do the same in Spark, for logs that one machine cannot hold."""
    from hanse.capabilities.recommend.spark import training  # Spark is imported only where it is wanted

    tell = _from_thread(context, 0.3, 0.7, "learning in Spark")
    catalog, made = await asyncio.to_thread(training.learn_all, context.settings, tell)
    versions = {blends.SIMILAR: await _similar(context, catalog)} if catalog.product_ids else {}
    for each in made:
        versions[each.name] = await blends.publish(context, each.name, each.blend, each.product_ids, each.card(context.clock.now()))
    return versions


async def _similar(context: Context, catalog: Catalog, visits: Log | None = None) -> str:
    """Compare all products that are sold."""
    texts, pictures = await likeness.vectors(context, catalog.product_ids), await looks.vectors(context, catalog.product_ids)
    learned = await asyncio.to_thread(likeness.learn, catalog, texts, pictures, visits)
    return await blends.publish(context, blends.SIMILAR, learned.blend, catalog.product_ids, likeness.card(context.clock.now(), catalog, learned))


def _from_thread(context: Context, begin: float, share: float, note: str) -> Tell:
    """Return what tells the progress of work in a thread."""
    loop = asyncio.get_running_loop()

    async def pass_on(score: float) -> None:
        await context.progress(score, note)

    def tell(score: float, step: str) -> None:
        del step
        asyncio.run_coroutine_threadsafe(pass_on(begin + share * score), loop).result()

    return tell


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
        data_since=searched.aware(run.baskets.placed_at.min()),
        data_until=searched.aware(run.baskets.placed_at.max()),
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
    if measured.test_since is None:
        return ("The newest fifth of the period has no orders of two or more products, so nothing could be measured.",)
    return (
        f"Measured on {measured.orders} orders at the end of the log: given one product of an order, name the others.",
        "Settings were chosen on the fifth of the period before. The model in use learned from all orders.",
    )
