"""In which order the blocks of a page stand: a contextual bandit for each page, learned anew from the logged answers and their clicks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

import hanse
from hanse.ai import models
from hanse.ai.models import Card, Model, Models
from hanse.base.context import Context
from hanse.base.database import Queries
from hanse.base.errors import FieldProblem, InvalidRequest
from hanse.capabilities.recommend.schemas import Arrange
from hanse.data.decisions.bandit import MOST_ARMS, Bandit, Ranking
from hanse.data.decisions.experiment import position

queries = Queries(__package__)
PREFIX = "recommend.page."
FEATURES = ("mobile", "known", "evening")
"""What tells one moment from another, each 0 or 1; the order is that of the weights, so new ones go to the end."""
EVENING_HOUR = 18
WINDOW = timedelta(days=60)
MOST_ANSWERS = 200_000
LEAST_ANSWERS = 50
"""Answers below which every order stays as likely as any other."""


def check(blocks: Sequence[str]) -> None:
    """Raise `InvalidRequest` where a block is named twice."""
    if twice := [each for each, times in Counter(blocks).items() if times > 1]:
        problem = FieldProblem(field="blocks", message=f"{twice[0]} is named twice", remedy="Name each block once.")
        raise InvalidRequest(reason=f"blocks: {problem.message}", fields=(problem,))


def features(request: Arrange, context: Context) -> tuple[float, ...]:
    """Return what is known of the moment, as the bandit takes it."""
    hour = context.clock.now().astimezone(ZoneInfo(context.settings.time_zone)).hour
    known = context.subject.profile_id is not None
    return float(request.device in {"mobile", "tablet"}), float(known), float(hour >= EVENING_HOUR)


def arrange(request: Arrange, context: Context, moment: Sequence[float]) -> tuple[Ranking, str | None]:
    """Draw an order of blocks by what was learned of the page, and return the version of the model.

    Within an hour a person, or a visit of somebody unknown, gets the same one, so that nothing jumps about from page to page.
    """
    model = context.resource(Models).current(PREFIX + request.page)
    bandit = of_blocks(model.view(_bandit) if model else None, request.blocks)
    whose = context.subject.profile_id or request.visit
    draw = position(f"arrange:{request.page}:{whose}:{context.clock.now():%Y-%m-%dT%H}")
    return bandit.rank(moment, np.random.default_rng(int(draw * 2**64))), model.version if model else None


def of_blocks(known: Bandit | None, blocks: tuple[str, ...]) -> Bandit:
    """Return what is known of some blocks; of new ones that is nothing, so they are tried."""
    fresh = Bandit.new(blocks, len(FEATURES), known.settings if known else None)
    if known is None:
        return fresh
    precision, moment = fresh.precision.copy(), fresh.moment.copy()
    for place, block in enumerate(blocks):
        if block in known.arms:
            precision[place], moment[place] = known.precision[known.arms.index(block)], known.moment[known.arms.index(block)]
    return replace(fresh, precision=precision, moment=moment)


async def learn(context: Context) -> dict[str, str]:
    """Learn each page from its answers of the last weeks; return the versions by name."""
    connection, since = await context.connection(), context.clock.now() - WINDOW
    pages = await (await connection.execute(queries["arranged_pages"], {"since": since, "least": LEAST_ANSWERS})).fetchall()
    versions = {}
    for place, row in enumerate(pages):
        await context.progress(place / len(pages), f"learning the page {row['page']}")
        facts = {"page": row["page"], "since": since, "most": MOST_ANSWERS}
        rows = await (await connection.execute(queries["arranged"], facts)).fetchall()
        versions[PREFIX + row["page"]] = await _publish(context, PREFIX + row["page"], rows)
    return versions


async def _publish(context: Context, name: str, rows: Sequence[dict[str, Any]]) -> str:
    arms = sorted({each for row in rows for each in row["blocks"]})[:MOST_ARMS]
    seen = [row for row in rows if row["blocks"][0] in arms and len(row["features"]) == len(FEATURES)]
    firsts = [row["blocks"][0] for row in seen]
    bandit = Bandit.new(arms, len(FEATURES))
    bandit = await asyncio.to_thread(bandit.update, [row["features"] for row in seen], firsts, [float(row["clicked"]) for row in seen])
    arrays, _ = bandit.state
    version = await models.save(context, name, arrays, {"arms": arms}, _card(context, name, seen, firsts))
    await models.activate(context, version)
    return version


def _card(context: Context, name: str, seen: Sequence[dict[str, Any]], firsts: Sequence[str]) -> Card:
    clicked = {arm: [row["clicked"] for row, first in zip(seen, firsts, strict=True) if first == arm] for arm in sorted(set(firsts))}
    return Card(
        name=name,
        method="contextual bandit, Thompson sampling",
        parameters={"features": list(FEATURES)},
        trained_at=context.clock.now(),
        data_since=min((row["decided_at"] for row in seen), default=None),
        data_until=max((row["decided_at"] for row in seen), default=None),
        sizes={"answers": len(seen), "clicks": sum(bool(row["clicked"]) for row in seen)},
        measures={f"click rate of {arm} in the first place": sum(hits) / len(hits) for arm, hits in clicked.items()},
        code_version=hanse.__version__,
        notes=("The click rates are as they were seen; moments differ, so a lower one need not be worse. Every order keeps a chance.",),
    )


def _bandit(model: Model) -> Bandit:
    arms = tuple(model.texts["arms"])
    return replace(Bandit.new(arms, len(FEATURES)), precision=np.asarray(model.arrays["precision"]), moment=np.asarray(model.arrays["moment"]))
