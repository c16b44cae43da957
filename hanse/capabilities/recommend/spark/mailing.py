"""Answering many recipients in Spark: what they did is read from the lake and stays there, and the blends and rules work beside it.

The log, consent and the rights of people stay with the database: the driver reads from it who is answered and what the rules ask, for a page at
once, and writes what comes back. Only what those did for whom there is a basis is brought together.
"""

from __future__ import annotations

import asyncio
import io
import pickle
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

import pyarrow as pa

from hanse.base.context import Context
from hanse.capabilities.recommend import blends
from hanse.capabilities.recommend.batch import answering, engines, foreseen, recipients, snapshot
from hanse.capabilities.recommend.batch.answering import Answer, Answering
from hanse.capabilities.recommend.batch.foreseen import Known
from hanse.capabilities.recommend.batch.recipients import Recipient
from hanse.capabilities.recommend.batch.schemas import Wanted
from hanse.capabilities.recommend.batch.snapshot import Snapshot
from hanse.capabilities.recommend.batch.suggesting import TEMPLATES
from hanse.capabilities.recommend.blends import Past, Recommender
from hanse.capabilities.recommend.candidates import MOST_BOUGHT, MOST_SEEN, NEWEST, Asked
from hanse.capabilities.recommend.spark import parts
from hanse.data import lake
from hanse.data.lake import Session

SLICE = 1_000
"""Recipients that are answered at once by who works on them."""
OWNERS = 20_000
"""Profiles that are looked through at once for those with a basis."""
DAY_SECONDS = 86_400.0
FoundT = TypeVar("FoundT")


@dataclass
class InSpark:
    """Answers recipients where their histories are."""

    wanted: Wanted
    histories: Any
    """A DataFrame of all who may be answered personally: person, seen and bought; kept in Spark by ranges of persons."""
    page: int = 20_000

    async def propose(self, context: Context, people: Sequence[Recipient]) -> Proposed:
        """Take what is the same for all as it is now, and have the blends propose to each slice; that stays in Spark for the rounds."""
        async with Context(context.resources, context.caller) as inner:
            newest = await Asked(inner, "").candidates(NEWEST, answering.reach(self.wanted))
            plan = await engines.plan(inner, self.wanted)
            shop = await snapshot.take(inner, plan, [each.product_id for each in newest])
        return await asyncio.to_thread(self._propose, shop, people)

    async def answer(self, context: Context, proposed: Proposed, known: Mapping[UUID, Known], left: Sequence[int]) -> dict[int, Answer]:
        """Answer those at some places, slice by slice."""
        del context
        return await asyncio.to_thread(proposed.answer, self.wanted, known, set(left))

    async def forget(self, proposed: Proposed) -> None:
        """Free what lies in Spark."""
        await asyncio.to_thread(proposed.forget)

    def _propose(self, shop: Snapshot, people: Sequence[Recipient]) -> Proposed:
        spark = self.histories.sparkSession
        given, wanted = spark.sparkContext.broadcast(shop), self.wanted
        persons = [str(each.profile_id) for each in people]
        packed = [pickle.dumps(each, pickle.HIGHEST_PROTOCOL) for each in people]
        page = spark.createDataFrame(pa.table([persons, list(range(len(people))), packed], schema=PAGE))
        inside = self.histories.where(self.histories.person.between(min(persons, default=""), max(persons, default="")))
        number = max(spark.sparkContext.defaultParallelism, -(-len(people) // SLICE))
        joined = page.join(inside, "person", "left").repartition(number).select("place", "packed", "seen", "bought")

        def propose(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return _each(rows, lambda batch: _proposed(given.value, wanted, batch))

        slices = joined.mapInArrow(propose, "packed binary").persist()
        slices.count()
        return Proposed(slices, given)


@dataclass(frozen=True)
class Proposed:
    """What the blends propose to the recipients of a page, in slices that lie in Spark."""

    slices: Any
    shop: Any
    """The snapshot, sent to all who work."""

    def answer(self, wanted: Wanted, known: Mapping[UUID, Known], left: set[int]) -> dict[int, Answer]:
        """Answer some of them."""
        shop, told = self.shop, self.slices.sparkSession.sparkContext.broadcast((dict(known), left))

        def answer(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return _each(rows, lambda batch: _answered(shop.value, wanted, batch, told.value))

        found = self.slices.mapInArrow(answer, "packed binary").toArrow()
        told.destroy()
        return {place: made for row in found["packed"] for place, made in pickle.loads(row.as_py()).items()}  # noqa: S301  # packed below

    def forget(self) -> None:
        """Free what lies in Spark."""
        self.slices.unpersist()
        self.shop.destroy()


@asynccontextmanager
async def opened(context: Context, wanted: Wanted, after_id: UUID | None) -> AsyncIterator[InSpark]:
    """Bring together what the recipients after one did, and answer them there.

    Raises `MissingExtra` where Spark is not installed.
    """
    session = await asyncio.to_thread(lake.session, context.settings)
    try:
        owners = await _owners(context, wanted, after_id)
        histories = await asyncio.to_thread(_histories, session, owners)
        yield InSpark(wanted, histories)
        await asyncio.to_thread(histories.unpersist)
    finally:
        await asyncio.to_thread(session.close)


PAGE = pa.schema([("person", pa.string()), ("place", pa.int32()), ("packed", pa.binary())])
OWNER = pa.schema([("profile_id", pa.string()), ("person", pa.string())])


@dataclass(frozen=True)
class Owners:
    """Whose views and whose orders are those of which person; profiles and persons, one beside the other."""

    members: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))
    buyers: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a person."""
        for (owners, persons), found in ((self.members, row["members"]), (self.buyers, row["buyers"])):
            owners.extend(map(str, found))
            persons.extend([str(row["person"])] * len(found))


async def _owners(context: Context, wanted: Wanted, after_id: UUID | None) -> Owners:
    """Look through all recipients for those with a basis: nothing of anybody else is brought together."""
    found = Owners()
    while True:
        async with Context(context.resources, context.caller) as inner:
            page = await recipients.read(inner, wanted, after_id, OWNERS)
            if page is None:
                return found
            people = [each.profile_id for each in page.recipients if each.subject.profile_id is not None]
            async for row in await (await inner.connection()).execute(recipients.queries["owners"], {"people": people}):
                found.add(row)
        after_id = page.after_id


def _histories(session: Session, owners: Owners) -> Any:
    """Bring together what each person looked at and ordered last, the oldest first."""
    from pyspark.sql import functions as f

    spark = session.backend._session  # noqa: SLF001  # Ibis gives no other way to it
    parts.use_this_python(spark.sparkContext)
    events = spark.table("events").select("profile_id", "event_id", "name", "occurred_at", "properties")
    viewed = events.where(f.col("name").isin("Product Viewed", "Product Added"))
    viewed = viewed.withColumn("product_id", f.get_json_object("properties", "$.product_id"))
    ordered = events.where(f.col("name") == "Order Completed")
    lines = f.from_json(f.get_json_object("properties", "$.products"), "array<string>")
    ordered = ordered.withColumn("line", f.explode(lines)).withColumn("product_id", f.get_json_object("line", "$.product_id"))
    members, buyers = (spark.createDataFrame(pa.table(list(each), schema=OWNER)) for each in (owners.members, owners.buyers))
    seen = _newest(viewed.join(members, "profile_id"), ["occurred_at"], MOST_SEEN, "seen")
    bought = _newest(ordered.join(buyers, "profile_id"), ["occurred_at", "event_id"], MOST_BOUGHT, "bought")
    number = 2 * spark.sparkContext.defaultParallelism
    together = seen.join(bought, "person", "full").repartitionByRange(number, "person").sortWithinPartitions("person").persist()
    together.count()
    return together


def _newest(rows: Any, order: list[str], most: int, name: str) -> Any:
    """Return the newest rows of each person as one list, in order."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    latest = Window.partitionBy("person").orderBy(*(f.col(each).desc() for each in order))
    kept = rows.where(f.col("product_id") != "").withColumn("newness", f.row_number().over(latest)).where(f.col("newness") <= most)
    return kept.groupBy("person").agg(f.sort_array(f.collect_list(f.struct("occurred_at", "event_id", "product_id"))).alias(name))


def _each(rows: Iterable[pa.RecordBatch], work: Callable[[pa.RecordBatch], bytes]) -> Iterator[pa.RecordBatch]:
    """Do some work for each batch, and pass on what comes of it."""
    for batch in rows:
        if batch.num_rows:
            yield pa.record_batch([pa.array([work(batch)], pa.binary())], ["packed"])


class _Packing(pickle.Pickler):
    """Packs proposals without the models, which everybody has who unpacks them."""

    def persistent_id(self, value: object) -> str | None:
        return value.version if isinstance(value, Recommender) else None


class _Unpacking(pickle.Unpickler):
    """Unpacks proposals, with the models of a snapshot."""

    def __init__(self, packed: bytes, shop: Snapshot) -> None:
        super().__init__(io.BytesIO(packed))
        self._found = {each.version: each for name in TEMPLATES if (each := blends.current(shop.context(), name)) is not None}

    def persistent_load(self, version: str) -> Recommender:
        return self._found[version]


def _proposed(shop: Snapshot, wanted: Wanted, batch: pa.RecordBatch) -> bytes:
    """Have the blends propose to a slice; packs the places in the page, too."""
    people = []
    for row in batch.to_pylist():
        recipient: Recipient = pickle.loads(row["packed"])  # noqa: S301  # packed above
        if recipient.subject.profile_id is not None:
            recipient = replace(recipient, seen=_past(row["seen"], is_grouped=False), bought=_past(row["bought"], is_grouped=True))
        people.append(recipient)
    packed = io.BytesIO()
    _Packing(packed, pickle.HIGHEST_PROTOCOL).dump((batch["place"].to_pylist(), _run(answering.propose(shop.context(), wanted, people))))
    return packed.getvalue()


def _run(work: Coroutine[Any, Any, FoundT]) -> FoundT:
    """Run what never waits; the task gives nothing back, as `asyncio.run` has what a task gives back written out in full, to throw it away."""
    found: list[FoundT] = []

    async def keep() -> None:
        found.append(await work)

    asyncio.run(keep())
    return found[0]


def _past(rows: Sequence[Mapping[str, Any]] | None, *, is_grouped: bool) -> list[Past]:
    """Return what a person did as the log would tell it: days from the first, and a step for each view or order."""
    if not rows:
        return []
    first, before, step, found = rows[0]["occurred_at"], None, -1, []
    for row in rows:
        act = (row["occurred_at"], row["event_id"])
        step += not is_grouped or act != before
        before = act
        found.append(Past(row["product_id"], step, (row["occurred_at"] - first).total_seconds() / DAY_SECONDS))
    return found


def _answered(shop: Snapshot, wanted: Wanted, batch: pa.RecordBatch, told: tuple[Mapping[UUID, Known], set[int]]) -> bytes:
    """Answer those of some slices who are left, by what is known of people; packs the answers by their place in the page."""
    known, left = told
    found: dict[int, Answer] = {}
    for packed in batch["packed"].to_pylist():
        places, some = _Unpacking(packed, shop).load()
        inside = [number for number, place in enumerate(places) if place in left]
        answers = _run(Answering(shop.context(), wanted, foreseen.NO_DATABASE, known).of(some, inside))
        found |= {places[number]: answer for number, answer in answers.items()}
    return pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
