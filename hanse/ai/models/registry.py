"""The models in use, in the memory of one process: asked by operations at every request, changed over when a new one is announced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
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
        """Return what a capability makes of the arrays to look things up in, made at the first call and kept."""
        if build not in self.views:
            self.views[build] = build(self)
        return cast("ViewT", self.views[build])

    def prepare_like(self, former: Model | None) -> Model:
        """Make the views that were in use of a former version, so that no request has to wait for them.

        Raises `UnreadableModel` where its arrays are not what the code in use expects.
        """
        try:
            for build in list(former.views) if former else ():
                self.view(build)
        except (KeyError, IndexError, ValueError) as error:
            raise UnreadableModel(folder=self.version, reason=error) from error
        return self


class Models:
    """The current version of every model; hold it with `Resources.hold(Models, ...)`, refresh it by `Changes.on("models", ...)`."""

    def __init__(self, pool: Pool, settings: Settings) -> None:
        """Start with none; `refresh` loads those in use."""
        self._pool = pool
        self._settings = settings
        self._current: dict[str, Model] = {}
        self._turn = asyncio.Lock()

    def current(self, name: str) -> Model | None:
        """Return the version of a name that is in use; null before the first training. Costs a dictionary lookup."""
        return self._current.get(name)

    async def refresh(self, detail: str = "") -> None:
        """Load what changed: one name, or all; a model that cannot be loaded leaves its predecessor in use."""
        async with self._turn, self._pool.connection() as connection:
            rows = await (await connection.execute(queries["current_models"], {"name": detail or None})).fetchall()
            for row in rows:
                await self._load(row["name"], row["model_version"], row["directory"])
            kept = {row["name"] for row in rows}
            for gone in [name for name in self._current if name not in kept and detail in {"", name}]:
                del self._current[gone]

    async def _load(self, name: str, version: str, directory: str) -> None:
        former = self._current.get(name)
        if former is not None and former.version == version:
            return
        try:
            self._current[name] = await asyncio.to_thread(self._read, name, version, directory)
        except UnreadableModel as error:
            structlog.get_logger().warning("model cannot be loaded, the one before stays in use", model=name, version=version, reason=error.detail())

    def _read(self, name: str, version: str, directory: str) -> Model:
        arrays, texts, card = files.read(self._settings.models / directory)
        return Model(name, version, card, arrays, texts).prepare_like(self._current.get(name))
