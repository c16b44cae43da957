"""What an answer asks of one person, read for many of them by one statement, and who tells it in the place of the database.

Whoever is answered before that is read comes back with what it lacks; it is read for all of them together, and they are answered again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from hanse.base import database
from hanse.base.context import Context
from hanse.base.database import Connection, Queries
from hanse.capabilities.recommend.rules import facts
from hanse.capabilities.recommend.rules.facts import People
from hanse.data.profiles import asking

queries = Queries(__package__)
FOR_ALL = queries["known"].replace(
    "{one}", facts.queries["person"].replace("%(profile_id)s", "asked.person").replace("%(product_ids)s", "asked.product_ids").rstrip(";")
)


class Unforeseen(Exception):  # it is no error: who catches it reads what is lacking
    """An answer needs something of the database that was not read for it: what is known of a person, or else nobody knows what."""

    def __init__(self, lacking: Lacking | None = None) -> None:
        """Say what is lacking."""
        super().__init__()
        self.lacking = lacking or Lacking()


class Lacking(NamedTuple):
    """What an answer asks of a person; null where it asks for something else."""

    asked: Mapping[str, Any] | None = None


class Known(NamedTuple):
    """What is known of one person about some products."""

    asked: Mapping[str, Any]
    """What was asked when it was read first, such as since when."""
    product_ids: frozenset[str]
    rows: Sequence[dict[str, Any]]
    """Only of those products of which there is something to know."""

    def covers(self, asked: Mapping[str, Any]) -> bool:
        """Return whether nothing else would be found by asking now, for as many products and from the same moments on."""
        since = [(value, self.asked.get(name)) for name, value in asked.items() if isinstance(value, datetime)]
        return self.product_ids.issuperset(asked["product_ids"]) and all(read is not None and read <= wanted for wanted, read in since)


async def read(connection: Connection, lacking: Sequence[Lacking], known: Mapping[UUID, Known], first: Sequence[str]) -> dict[UUID, Known]:
    """Read what some answers lack, for all of them at once; return all that is known of these people then.

    `first` are the products that those are asked about next who have none of their own.
    """
    wanted = {each.asked["profile_id"]: each.asked for each in lacking if each.asked is not None}
    if not wanted:
        return {}
    lists = {person: _products(asked, first) for person, asked in wanted.items()}
    facts_of_all = dict(next(iter(wanted.values()))) | {"people": database.jsonb(lists)}
    found: dict[UUID, list[dict[str, Any]]] = {person: [] for person in wanted}
    for row in (await asking.ask(connection, {"known": (FOR_ALL, facts_of_all)}))["known"]:
        found[row.pop("person")].append(row)
    return {person: _known(known.get(person), wanted[person], lists[person], rows) for person, rows in found.items()}


def _products(asked: Mapping[str, Any], first: Sequence[str]) -> list[str]:
    own: Sequence[str] = asked["product_ids"]
    return list(own) if len(own) >= len(first) else list(dict.fromkeys((*own, *first)))


def _known(before: Known | None, asked: Mapping[str, Any], product_ids: Sequence[str], rows: Sequence[dict[str, Any]]) -> Known:
    if before is None or not before._replace(product_ids=frozenset(asked["product_ids"])).covers(asked):
        return Known(asked, frozenset(product_ids), rows)
    return Known(before.asked, before.product_ids.union(product_ids), [*before.rows, *rows])


@dataclass(frozen=True)
class Foreseen(People):
    """Tells what was read before; asking for more says what is lacking."""

    known: Mapping[UUID, Known]

    async def rows(self, context: Context, asked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Return what is known of a person; raises `Unforeseen`."""
        del context
        known = self.known.get(asked["profile_id"])
        if known is None or not known.covers(asked):
            raise Unforeseen(Lacking(asked))
        return known.rows


class _NoDatabase:
    """Stands where there is no database: whoever asks it wants something that nobody foresaw."""

    def __getattr__(self, name: str) -> Any:
        raise Unforeseen


NO_DATABASE = cast("Connection", _NoDatabase())
