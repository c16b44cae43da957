"""The models in use, in the memory of one process: asked by operations at every request, changed over when a new one is announced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar, cast

import structlog
from numpy.typing import NDArray

from hanse.ai.models import files
from hanse.ai.models.errors import UnreadableModel
from hanse.ai.models.schemas import Card
from hanse.ai.models.store import queries
from hanse.base.config import Settings
from hanse.base.database import Pool

ViewT = TypeVar("ViewT")


@dataclass(frozen=True)
class Model:
    """One version of a model, ready to answer; its arrays are mapped from disk and read-only."""

    name: str
    version: str
    card: Card
    arrays: dict[str, NDArray[Any]]
    texts: dict[str, list[str]]
    views: dict[Callable[[Model], Any], object] = field(default_factory=dict, repr=False, compare=False)
    """What was made of the arrays, by what made it."""

    def view(self, build: Callable[[Model], ViewT]) -> ViewT:
        """Return what a capability makes of the arrays to look things up in, made at the first call and kept.

        Raises `UnreadableModel` where the arrays are not what the code in use expects.
        """
        if build not in self.views:
            try:
                self.views[build] = build(self)
            except (KeyError, IndexError, TypeError, ValueError) as error:
                raise UnreadableModel(folder=self.version, reason=error) from error
        return cast("ViewT", self.views[build])


@dataclass(frozen=True)
class View:
    """What a capability makes of models of certain names before it answers from them; declared in its module `views`."""

    names: frozenset[str]
    build: Callable[[Model], Any]


@dataclass(frozen=True)
class Problem:
    """A model that should be in use and cannot be read."""

    name: str
    version: str
    reason: str
    instead: str | None
    """The version that is in use in its stead: the latest one that can be read; null where there is none."""


class Models:
    """The current version of every model; hold it with `Resources.hold(Models, ...)`, refresh it by `Changes.on("models", ...)`."""

    def __init__(self, pool: Pool, settings: Settings, views: Iterable[View] = ()) -> None:
        """Start with none; `refresh` loads those in use."""
        self._pool = pool
        self._settings = settings
        self._views = tuple(views)
        self._prepared = False
        self._current: dict[str, Model] = {}
        self._problems: dict[str, Problem] = {}
        self._turn = asyncio.Lock()

    def current(self, name: str) -> Model | None:
        """Return the version of a name that is in use; null before the first training. Costs a dictionary lookup."""
        return self._current.get(name)

    @property
    def problems(self) -> Sequence[Problem]:
        """Return the models that should be in use and cannot be read."""
        return tuple(self._problems.values())

    async def prepare(self) -> None:
        """Load those in use with their views, and from now on each new one before it comes into use, so that no request waits for that."""
        self._prepared = True
        self._current.clear()
        await self.refresh()

    async def refresh(self, detail: str = "") -> None:
        """Load what changed: one name, or all; where a model cannot be loaded, the latest one before it that can is in use."""
        async with self._turn, self._pool.connection() as connection:
            rows = await (await connection.execute(queries["usable_models"], {"name": detail or None})).fetchall()
            found = {name: list(versions) for name, versions in groupby(rows, itemgetter("name"))}
            for name, versions in found.items():
                await self._load(name, versions)
            for gone in [name for name in self._current if name not in found and detail in {"", name}]:
                del self._current[gone]

    async def _load(self, name: str, versions: Sequence[Mapping[str, Any]]) -> None:
        """Put the first version into use that can be read."""
        reason = ""
        for row in versions:
            try:
                await self._put_into_use(name, row["model_version"], row["directory"])
            except UnreadableModel as error:
                reason = reason or error.detail()
            else:
                break
        self._problems.pop(name, None)
        if reason:
            used = self._current.get(name)
            problem = self._problems[name] = Problem(name, versions[0]["model_version"], reason, used.version if used else None)
            structlog.get_logger().warning(
                "model cannot be loaded, an older one is used", model=name, version=problem.version, instead=problem.instead, reason=reason
            )

    async def _put_into_use(self, name: str, version: str, directory: str) -> None:
        former = self._current.get(name)
        if former is None or former.version != version:
            self._current[name] = await asyncio.to_thread(self._read, name, version, directory)

    def _read(self, name: str, version: str, directory: str) -> Model:
        arrays, texts, card = files.read(self._settings.models / directory)
        model, former = Model(name, version, card, arrays, texts), self._current.get(name)
        declared = [view.build for view in self._views if name in view.names] if self._prepared else []
        for build in dict.fromkeys((*(former.views if former else ()), *declared)):
            model.view(build)
        return model
