"""What answers are made from beside the recipients, as it is at one moment: models, rules and the catalog.

It can be sent to another machine, which then answers without a database. It has no secrets, and nobody's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from hanse.ai.models import Model, Models, files
from hanse.base.clock import Clock
from hanse.base.config import Settings
from hanse.base.context import Context, Resources
from hanse.base.database import Connection, Queries
from hanse.capabilities.recommend import candidates, trained
from hanse.capabilities.recommend.batch.foreseen import Unforeseen
from hanse.capabilities.recommend.rules import plan as plans
from hanse.capabilities.recommend.rules.plan import Asker, Plan
from hanse.capabilities.recommend.rules.rulebook import Rulebook
from hanse.capabilities.recommend.rules.schemas import Rule
from hanse.data.catalog.summaries import Summaries, Summary

queries = Queries(__package__)
NAMES = (candidates.VIEWED, candidates.BOUGHT, candidates.NEXT, candidates.SIMILAR, trained.POPULAR, trained.ALSO_BOUGHT, trained.AFTER_SEARCH)
"""The models that an answer may ask for."""


class _Files(NamedTuple):
    """Where a version of a model is."""

    version: str
    folder: Path


@dataclass(frozen=True)
class Snapshot:
    """All that is the same for everybody who is answered."""

    home: Path
    language: str
    moment: datetime
    rules: Sequence[Rule]
    """Those that hold where the recipients are answered, in their order."""
    catalog: Mapping[str, Summary | None]
    """The products that may be shown; null for one that is not sold any more."""
    models: Mapping[str, _Files]

    def now(self) -> datetime:
        """Return the moment that all answers are given at."""
        return self.moment

    def current(self, name: str) -> Model | None:
        """Return the version of a model that was in use; its files are opened once in each process."""
        found = self.models.get(name)
        return _model(name, *found) if found else None

    async def get(self, context: Context, product_ids: Sequence[str]) -> dict[str, Summary]:
        """Return the summaries of products by id; raises `Unforeseen` for one that nobody thought of."""
        del context
        if any(each not in self.catalog for each in product_ids):
            raise Unforeseen
        return {each: summary for each in product_ids if (summary := self.catalog[each]) is not None}

    async def plan(self, context: Context, placement: str, asker: Asker) -> Plan:
        """Return the plan of the rules."""
        del context, placement, asker
        return self._plan

    @cached_property
    def _plan(self) -> Plan:
        return plans.compile_plan(self.rules)

    def context(self) -> Context:
        """Return a context that has everything from here, and no database."""
        held: dict[type, object] = {Models: self, Summaries: self, Rulebook: self}
        nothing: Any = None
        return Context(Resources(Settings(home=self.home, language=self.language), cast("Clock", self), nothing, nothing, held))


async def take(context: Context, plan: Plan, product_ids: Sequence[str]) -> Snapshot:
    """Take one now, of what is in use, with some products more that may be shown."""
    found = {name: model for name in NAMES if (model := context.resource(Models).current(name)) is not None}
    wanted = dict.fromkeys((*(each for model in found.values() for each in model.texts["items"]), *plan.pinned, *product_ids))
    known = await context.resource(Summaries).get(context, list(wanted))
    folders = await _folders(await context.connection(), [each.version for each in found.values()])
    models = {name: _Files(model.version, context.settings.models / folders[model.version]) for name, model in found.items()}
    catalog = {each: known.get(each) for each in wanted}
    return Snapshot(context.settings.home, context.settings.language, context.clock.now(), plan.rules, catalog, models)


async def _folders(connection: Connection, versions: Sequence[str]) -> dict[str, str]:
    rows = await (await connection.execute(queries["folders"], {"versions": versions})).fetchall()
    return {row["model_version"]: row["directory"] for row in rows}


@lru_cache(maxsize=2 * len(NAMES))
def _model(name: str, version: str, folder: Path) -> Model:
    arrays, texts, card = files.read(folder)
    return Model(name, version, card, arrays, texts)
