"""Histories from the lake: visits, orders as sets, and the orders of each customer one after another."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hanse.base.config import Settings
from hanse.capabilities.recommend.histories import Histories
from hanse.data import lake
from hanse.data.catalog import facts
from hanse.data.lake.searched import aware

WORD = re.compile(r"\w{3,}")
VISIT_GAP = np.timedelta64(30, "m")
"""A visit ends where nothing was looked at for so long, as web analytics counts it."""
MOST_IN_VISIT = 200
"""Longer visits are machines."""
BRAND = "brand "
"""How the feature of a product begins that names its brand."""
MOST_ROWS = 25_000_000
"""The newest rows that are learned from."""


@dataclass(frozen=True)
class AnyLog:
    """Histories, wherever they lie, with the ids of their items, and the time they are from."""

    histories: Any
    product_ids: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    owners: int
    """How many profiles they are of."""


@dataclass(frozen=True)
class Log(AnyLog):
    """A log in the memory of this process."""

    histories: Histories


@dataclass(frozen=True)
class Catalog:
    """What the catalog says of the products that are sold: words of the title, categories, brand and attributes, a list each."""

    product_ids: tuple[str, ...]
    features: tuple[tuple[str, ...], ...]

    def brands(self, product_ids: Sequence[str]) -> NDArray[np.int32]:
        """Return a number for the brand of each product, -1 where it has none or is not sold."""
        known = {
            product_id: next((each for each in said if each.startswith(BRAND)), "")
            for product_id, said in zip(self.product_ids, self.features, strict=True)
        }
        numbers = {brand: place for place, brand in enumerate(sorted({*known.values()} - {""}))}
        return np.array([numbers.get(known.get(each, ""), -1) for each in product_ids], np.int32)


@dataclass(frozen=True)
class Logs:
    """What there is to learn from."""

    visits: Log
    orders: Log
    customers: Log
    catalog: Catalog


def read(settings: Settings) -> Logs:
    """Read all of the lake that is learned from; not for the event loop."""
    from hanse.data.lake import expressions  # Ibis takes half a second to import

    with lake.session(settings) as session:
        views = expressions.product_views(session.tables.events, session.tables.merges).to_pyarrow()
        lines = expressions.baskets(session.tables.order_lines).to_pyarrow()
        merged = session.tables.merges.to_pyarrow()
        products = session.tables.products.to_pyarrow()
    return Logs(visits(views), orders(lines), customers(lines, merged), catalog(products))


def visits(views: pa.Table) -> Log:
    """Build visits from product views: columns profile_id, product_id, occurred_at."""
    at, person, item, product_ids = _columns(views, "profile_id")
    if len(at) > MOST_ROWS:
        newest = np.argsort(at, kind="stable")[-MOST_ROWS:]
        at, person, item = at[newest], person[newest], item[newest]
    order = np.lexsort((at, person))
    at, person, item = at[order], person[order], item[order]
    fresh = np.ones(len(at), bool)
    fresh[1:] = (person[1:] != person[:-1]) | (at[1:] - at[:-1] > VISIT_GAP)
    return _log(np.cumsum(fresh) - 1, at, item, product_ids, people=person, ordered=True)


def orders(lines: pa.Table) -> Log:
    """Build sets of what was bought together: columns order_id, product_id, occurred_at, profile_id."""
    at, order_id, item, product_ids = _columns(lines, "order_id")
    people = pc.dictionary_encode(lines["profile_id"], null_encoding="encode").combine_chunks().indices.to_numpy(zero_copy_only=False)
    order = np.lexsort((item, order_id))
    return _log(order_id[order], at[order], item[order], product_ids, people=people[order], ordered=False)


def customers(lines: pa.Table, merged: pa.Table) -> Log:
    """Build one history of orders for each customer; those who were merged are one."""
    lines = lines.filter(pc.is_valid(lines["profile_id"]))
    canonical = dict(zip(merged["profile_id"].to_pylist(), merged["canonical_id"].to_pylist(), strict=True))
    names = [canonical.get(each, each) for each in lines["profile_id"].to_pylist()]
    lines = lines.set_column(lines.schema.get_field_index("profile_id"), "profile_id", pa.array(names, pa.string()))
    at, person, item, product_ids = _columns(lines, "profile_id")
    order_id = pc.dictionary_encode(lines["order_id"]).combine_chunks().indices.to_numpy(zero_copy_only=False)
    first = np.full(order_id.max(initial=-1) + 1, np.datetime64("9999-12-31", "us"))
    np.minimum.at(first, order_id, at)
    order = np.lexsort((item, order_id, first[order_id], person))
    return _log(person[order], first[order_id][order], item[order], product_ids, people=person[order], groups=order_id[order], ordered=True)


def catalog(products: pa.Table) -> Catalog:
    """Build the features of the products that are sold: columns as in the lake's `products`."""
    sold = [row for row in products.to_pylist() if row["state"] == "active"]
    sold.sort(key=operator.itemgetter("product_id"))
    return Catalog(tuple(row["product_id"] for row in sold), tuple(tuple(_features(row)) for row in sold))


def _features(row: Mapping[str, Any]) -> Iterator[str]:
    for word in WORD.findall((row["title"] or "").casefold()):
        yield f"word {word}"
    for path in (row["category_de"], row["category_en"]):
        for key in facts.category_keys(path or ""):
            yield f"category {key}"
    if row["brand"]:
        yield f"{BRAND}{facts.key(row['brand'])}"
    attributes: dict[str, Any] = msgspec.json.decode(row["attributes"] or "{}")
    for name, value in attributes.items():
        for said in facts.likeness(value):
            yield f"{name} {said}"


def _columns(table: pa.Table, key: str) -> tuple[NDArray[np.datetime64], NDArray[np.int64], NDArray[np.int32], tuple[str, ...]]:
    """Return when, of whom and what, as numbers, and the ids of the products in the order of their numbers."""
    owners = pc.dictionary_encode(table[key], null_encoding="encode").combine_chunks().indices.to_numpy(zero_copy_only=False)
    encoded = pc.dictionary_encode(table["product_id"]).combine_chunks()
    found = encoded.dictionary.to_pylist()
    ranked = sorted(range(len(found)), key=found.__getitem__)
    number = np.empty(len(found), np.int32)
    number[ranked] = np.arange(len(found))
    at = table["occurred_at"].to_numpy().astype("datetime64[us]")
    return at, owners.astype(np.int64), number[encoded.indices.to_numpy(zero_copy_only=False)], tuple(found[each] for each in ranked)


def _log(
    owner: NDArray[np.int64],
    at: NDArray[np.datetime64],
    item: NDArray[np.int32],
    product_ids: tuple[str, ...],
    *,
    people: NDArray[np.int64],
    groups: NDArray[np.int64] | None = None,
    ordered: bool,
) -> Log:
    """Build histories of rows that stand together by owner; they come in the order of their last row."""
    border = np.flatnonzero(np.append(True, owner[1:] != owner[:-1])) if len(owner) else np.empty(0, np.int64)
    start = np.append(border, len(owner)).astype(np.int64)
    place = np.arange(len(owner)) - np.repeat(border, np.diff(start))
    if groups is not None:
        fresh = np.append(False, groups[1:] != groups[:-1]) if len(groups) else np.empty(0, bool)
        counted = np.cumsum(fresh)
        place = counted - np.repeat(counted[border], np.diff(start))
    days = (at - np.datetime64("2000-01-01")) / np.timedelta64(1, "D")
    made = Histories(start, item, (place if ordered else np.zeros_like(place)).astype(np.int32), days, len(product_ids))
    sensible = np.flatnonzero(made.lengths <= MOST_IN_VISIT) if groups is None and ordered else np.arange(len(made))
    last = at[start[1:] - 1] if len(at) else at
    histories = made.pick(sensible[np.argsort(last[sensible], kind="stable")])
    return Log(histories, product_ids, aware(at.min()) if len(at) else None, aware(at.max()) if len(at) else None, len(np.unique(people)))
