"""What products look like: each picture of the catalog is fetched and looked at once, so that what looks alike is found alike."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from hanse.ai.image import encoder, store
from hanse.ai.image.encoder import ImageEncoder
from hanse.ai.image.errors import ImageEncoderMissing, NotAPicture
from hanse.ai.image.store import Look
from hanse.ai.text.encoder import batches
from hanse.base.context import Context
from hanse.capabilities.recommend.choice import SEED
from hanse.capabilities.recommend.methods.kernels import Floats
from hanse.data.catalog import pictures
from hanse.sources.source.addresses import OneHost
from hanse.sources.source.api import Api
from hanse.sources.source.errors import AddressNotAllowed, ShopRefused, ShopUnavailable

SECONDS = 1_500.0
"""How long one run looks; the next one goes on."""
BATCH = 8
"""Pictures that are fetched at once and committed together."""
MOST_DIRECTIONS, MOST_SAMPLED = 256, 8_000
"""Numbers of a vector that pictures are compared by, and how many pictures say which."""
MOST_ALIKE = 30
"""A picture that more products have stands for none of them: it says that there is none yet, or what brand it is."""


async def look(context: Context) -> dict[str, object]:
    """Look at the pictures that were not looked at yet, for some time; return how many there were."""
    if context.settings.pictures == "off" or not context.settings.encode:
        return {}
    try:
        found = await asyncio.to_thread(encoder.of_this_house)
    except ImageEncoderMissing as error:  # an extra that not everybody installs
        return {"left_out": error.detail()}
    run = _Run(context, found, time.monotonic() + SECONDS)
    async for page in pictures.read(await context.connection()):
        await run.look([each.address for each in page])
        if time.monotonic() > run.end:
            break
    await store.forget(await context.connection(), context.clock.now())
    return {"looked": run.looked, "failed": run.failed, "without_whole_address": run.elsewhere}


@dataclass
class _Run:
    """One run, what came of it so far, and which hosts did not answer in it."""

    context: Context
    encoder: ImageEncoder
    end: float
    looked: int = 0
    failed: int = 0
    elsewhere: int = 0
    """Pictures whose address is a path, of which nobody says where it begins."""
    away: set[str] = field(default_factory=set)

    async def look(self, addresses: Sequence[str]) -> None:
        """Look at those of some pictures that were not looked at yet, one host after another."""
        keys = {store.digest(each): each for each in addresses}
        async with self.context.resources.pool.connection() as connection:
            known = await store.find(connection, self.encoder.model, list(keys), self.context.clock.now())
        hosts: dict[str, list[str]] = {}
        for key, address in keys.items():
            if key not in known:
                hosts.setdefault(_origin(address), []).append(address)
        for origin, lacking in hosts.items():
            await self._ask(origin, lacking)

    async def _ask(self, origin: str, addresses: Sequence[str]) -> None:
        if not origin:
            self.elsewhere += len(addresses)
            return
        transport = OneHost(urlsplit(origin).hostname or "", allow_private=self.context.settings.pictures == "anywhere")
        async with Api(origin, transport=transport, headers={"Accept": "image/*"}) as api:
            for some in batches(addresses, BATCH):
                if origin in self.away or time.monotonic() > self.end:
                    return
                looks = await asyncio.gather(*(self._one(api, origin, each) for each in some))
                await self._keep({store.digest(each): look for each, look in zip(some, looks, strict=True) if look})

    async def _one(self, api: Api, origin: str, address: str) -> Look | None:
        """Return what came of one picture; null where its host is away, so that it is tried in the next run."""
        try:
            answer = await api.get(urlsplit(address)._replace(scheme="", netloc="", fragment="").geturl() or "/")
            vector = await asyncio.to_thread(self.encoder.encode, answer.body)
        except ShopUnavailable:
            self.away.add(origin)
            reason = ""
        except AddressNotAllowed:
            reason = "its host is not on the internet"
        except (ShopRefused, NotAPicture) as error:
            reason = str(error.facts.get("reason", "there is nothing"))
        else:
            return Look(vector)
        return Look(None, reason) if reason else None

    async def _keep(self, looks: dict[bytes, Look]) -> None:
        async with self.context.resources.pool.connection() as connection:
            await store.keep(connection, self.encoder.model, looks, self.context.clock.now())
        failed = sum(each.vector is None for each in looks.values())
        self.looked, self.failed = self.looked + len(looks) - failed, self.failed + failed
        await self.context.progress(0.5, f"{self.looked:,} pictures looked at, {self.failed:,} could not be")


def _origin(address: str) -> str:
    """Return where an address begins, up to its path; empty where it is not whole, or not one of the web."""
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if is_whole else ""


async def vectors(context: Context, product_ids: Sequence[str]) -> Floats:
    """Return the vectors there are of the pictures of products, a row each; zeros where there is none, or it stands for too many."""
    places = {product_id: place for place, product_id in enumerate(product_ids)}
    made = np.zeros((len(product_ids), encoder.DIMENSIONS), store.HALF)
    connection, now = await context.connection(), context.clock.now()
    async for page in pictures.read(connection):
        keys = [store.digest(each.address) for each in page]
        known = await store.find(connection, encoder.MODEL, keys, now)
        for each, key in zip(page, keys, strict=True):
            if (vector := known.get(key)) is not None and each.product_id in places:
                made[places[each.product_id]] = vector
    return await asyncio.to_thread(smaller, made)


def smaller(vectors: NDArray[np.float16]) -> Floats:
    """Leave out what too many have alike, and of many pictures all but the directions in which they differ most (PCA)."""
    whose = [hash(row.tobytes()) for row in vectors]
    times = Counter(whose)
    known = np.flatnonzero(np.array([times[each] <= MOST_ALIKE for each in whose], bool) & vectors.any(axis=1))
    if len(known) <= MOST_DIRECTIONS:
        made = np.zeros(vectors.shape, np.float32)
        made[known] = vectors[known]
        return made
    from sklearn.decomposition import PCA  # takes a second to load, which only this job needs

    sample = np.random.default_rng(SEED).choice(known, min(MOST_SAMPLED, len(known)), replace=False)
    directions = PCA(MOST_DIRECTIONS, svd_solver="randomized", random_state=SEED).fit(vectors[sample].astype(np.float32))
    made = np.zeros((len(vectors), MOST_DIRECTIONS), np.float32)
    for begin in range(0, len(known), MOST_SAMPLED):
        some = known[begin : begin + MOST_SAMPLED]
        made[some] = directions.transform(vectors[some].astype(np.float32))
    return made
