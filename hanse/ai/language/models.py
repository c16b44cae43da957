"""The language models that are set up: kept in the database with their keys sealed, held in memory by each process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog

from hanse.ai.language.errors import InvalidModelAddress, OpenModelAddress, UnknownLanguageModel, UnreadableModelKey
from hanse.ai.language.model import Model
from hanse.ai.language.requests import Role
from hanse.ai.language.schemas import LanguageModel, SaveModel, Trial
from hanse.base import changes, sealing
from hanse.base.context import Context
from hanse.base.database import Connection, Queries

queries = Queries(__package__)
TOPIC = "language"
"""Topic of `hanse.base.changes` under which changes of models, of the switch and of budgets are announced."""
KEY = "key"
PRICES = ("input_price_minor", "output_price_minor")


@dataclass(frozen=True)
class _State:
    """What is set up, as it was read last."""

    is_on: bool
    is_limited: bool
    """Whether there is any budget."""
    models: Mapping[Role, Sequence[Model]]


class Available:
    """The models that can be asked, in the memory of one process: the usual case, that there are none, costs no call to the database."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._state: _State | None = None
        self._news = 0

    async def forget(self, detail: str = "") -> None:
        """Read again at the next question."""
        del detail
        self._state = None
        self._news += 1

    def known(self, role: Role) -> tuple[bool, Sequence[Model]] | None:
        """Return whether models are to be asked at all, and those of a role in their order; null where nothing was read yet."""
        return None if self._state is None else (self._state.is_on, self._state.models.get(role, ()))

    @property
    def is_limited(self) -> bool:
        """Return whether there may be a budget; unless it is known that there is none."""
        return self._state is None or self._state.is_limited

    async def read(self, context: Context, connection: Connection, role: Role) -> tuple[bool, Sequence[Model]]:
        """Return the same, read now, and remember it unless there was news meanwhile."""
        news = self._news
        state = await _read(context, connection)
        if news == self._news:
            self._state = state
        return state.is_on, state.models.get(role, ())


async def listing(connection: Connection) -> list[LanguageModel]:
    """Return the models, without their keys."""
    return [_shown(row) async for row in await connection.execute(queries["models"])]


async def find(context: Context, name: str) -> Model:
    """Return one model with its key, on or off; raises `UnknownLanguageModel` and `UnreadableModelKey`."""
    row = await (await (await context.connection()).execute(queries["model"], {"name": name})).fetchone()
    if row is None:
        raise UnknownLanguageModel(name=name)
    return _model(row, context.settings.home)


async def save(context: Context, request: SaveModel) -> None:
    """Make a model or change it; raises `InvalidModelAddress` and `OpenModelAddress`."""
    _check(request)
    connection = await context.connection()
    before = await (await connection.execute(queries["model"], {"name": request.name})).fetchone()
    facts = msgspec.structs.asdict(request)
    prices = {name: Decimal(str(facts[name])) for name in PRICES}
    await connection.execute(queries["save_model"], {**facts, **prices, "key": _key(context, request, before), "now": context.clock.now()})
    await tell(context)


async def remove(context: Context, name: str) -> None:
    """Forget a model; raises `UnknownLanguageModel`."""
    if not (await (await context.connection()).execute(queries["remove_model"], {"name": name})).rowcount:
        raise UnknownLanguageModel(name=name)
    await tell(context)


async def note_trial(context: Context, name: str, found: Trial) -> None:
    """Note what was found out by trying a model."""
    facts = {"structured": found.structured, "streams": found.streams, "milliseconds": found.milliseconds, "problem": found.problem}
    await (await context.connection()).execute(queries["note_trial"], {"name": name, "now": context.clock.now(), **facts})
    await tell(context)


async def switch(context: Context, *, is_on: bool) -> None:
    """Switch all models on or off, in every process, from the moment this is committed."""
    connection = await context.connection()
    await connection.execute(queries["switch"], {"is_on": is_on, "by": context.caller.name, "now": context.clock.now()})
    await tell(context)


def available(context: Context) -> Available:
    """Return what this process holds of the models."""
    found = context.resources.held.get(Available)
    return found if isinstance(found, Available) else Available()


async def tell(context: Context) -> None:
    """Have every process read the models and whether there are budgets again, this one at the latest when its change is committed."""
    await changes.announce(await context.connection(), TOPIC)
    context.after_commit(available(context).forget)


def _check(request: SaveModel) -> None:
    """Refuse what could not work, or would show the key on the way; raises `InvalidModelAddress` and `OpenModelAddress`."""
    try:
        address = urlsplit(request.url)
        is_whole = address.scheme in {"http", "https"} and bool(address.hostname) and address.port != 0
    except ValueError as error:
        raise InvalidModelAddress from error
    if not is_whole or address.query or address.fragment or address.username or not request.url.isprintable() or " " in request.url:
        raise InvalidModelAddress
    if address.scheme == "http" and not request.in_house:
        raise OpenModelAddress


def _key(context: Context, request: SaveModel, before: Mapping[str, Any] | None) -> bytes | None:
    """Return the sealed key: the one given, else the one that was kept, unless it would go to another machine now."""
    if request.key:
        return sealing.seal(context.settings.home, {KEY: request.key})
    stays = before and urlsplit(before["url"]).hostname == urlsplit(request.url).hostname
    return before[KEY] if before and stays else None


async def _read(context: Context, connection: Connection) -> _State:
    settings = await (await connection.execute(queries["settings"])).fetchone()
    found: dict[Role, list[Model]] = {}
    async for row in await connection.execute(queries["models"]):
        if row["is_on"] and (model := _readable(row, context.settings.home)):
            found.setdefault(model.role, []).append(model)
    limits = await (await connection.execute(queries["has_budgets"])).fetchone()
    return _State(settings is None or settings["is_on"], limits is None or limits["found"], found)


def _readable(row: Mapping[str, Any], home: Path) -> Model | None:
    try:
        return _model(row, home)
    except UnreadableModelKey:
        structlog.get_logger().warning("the key of a language model cannot be read; it is left out", model=row["name"])
        return None


def _model(row: Mapping[str, Any], home: Path) -> Model:
    facts = {name: row[name] for name in Model.__dataclass_fields__ if name not in {"role", KEY}}
    try:
        key = sealing.unseal(home, row[KEY]).get(KEY, "")
    except sealing.Unreadable as error:
        raise UnreadableModelKey(name=row["name"]) from error
    return Model(**facts, role=Role(row["role"]), key=key)


def _shown(row: Mapping[str, Any]) -> LanguageModel:
    facts = {name: row[name] for name in LanguageModel.__struct_fields__ if name != "has_key"}
    prices = {name: float(row[name]) for name in PRICES}
    return LanguageModel(**{**facts, **prices, "has_key": row[KEY] is not None})
