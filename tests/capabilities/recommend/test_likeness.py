"""Products are alike by words, facts and what their texts mean; how much each counts follows from what people look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from hanse.ai import models
from hanse.ai.text import encoder
from hanse.ai.text.encoder import Vectors
from hanse.ai.text.errors import EncoderMissing
from hanse.base.config import Settings
from hanse.capabilities.recommend import blends, likeness, looks, operations
from hanse.capabilities.recommend.histories import Histories
from hanse.capabilities.recommend.reading import Catalog, Log
from hanse.data.catalog import Product
from tests.capabilities.recommend.conftest import Shop
from tests.conftest import NOW

PRODUCTS = 60
IDS = tuple(f"p{each:02}" for each in range(PRODUCTS))


def by_vectors(groups: int = 6) -> np.ndarray:
    """Vectors that put together what leaves the same rest by a number."""
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(groups, 16))
    return np.asarray([centres[each % groups] + rng.normal(scale=0.1, size=16) for each in range(PRODUCTS)], np.float32)


def by_words(groups: int = 6) -> Catalog:
    """Words that put together what stands side by side."""
    return Catalog(IDS, tuple((f"word {each // (PRODUCTS // groups)}", f"own {each}") for each in range(PRODUCTS)))


def visits(*, together: str) -> Log:
    """Visits that stay within a group of the vectors, or of the words."""
    rng, rows = np.random.default_rng(7), []
    for _ in range(300):
        group = int(rng.integers(6))
        members = [each for each in range(PRODUCTS) if (each % 6 if together == "vectors" else each // 10) == group]
        rows.append(rng.choice(members, 4, replace=False).tolist())
    return Log(Histories.from_rows(rows, PRODUCTS), IDS, NOW, NOW, 300)


NONE = np.zeros((PRODUCTS, 0), np.float32)


@pytest.mark.parametrize(("together", "kind"), [("vectors", "texts"), ("vectors", "pictures"), ("words", "attributes")])
def test_what_counts_is_what_visits_follow(together: str, kind: str) -> None:
    noise = np.random.default_rng(9).normal(size=(PRODUCTS, 16)).astype(np.float32)
    texts, pictures = (noise, by_vectors()) if kind == "pictures" else (by_vectors(), noise)
    learned = likeness.learn(by_words(), texts, pictures, visits(together=together))
    alone = tuple((each, float(each == kind)) for each in ("attributes", "texts", "pictures"))
    assert len(learned.tried) == 15
    assert learned.weights == alone or learned.tried[learned.weights] >= learned.tried[alone]
    assert dict(learned.weights)[kind] >= 0.5
    card = likeness.card(NOW, by_words(), learned)
    assert card.measures["hit rate@10"] > 0.8
    assert card.intervals["hit rate@10"][0] <= card.measures["hit rate@10"] <= card.intervals["hit rate@10"][1]


def test_without_visits_both_count_and_nothing_is_measured() -> None:
    learned = likeness.learn(by_words(), by_vectors(), NONE)
    assert (learned.weights, learned.tried, len(learned.hits)) == ((("attributes", 0.5), ("texts", 0.5)), {}, 0)
    assert likeness.card(NOW, by_words(), learned).measures == {}
    seen = likeness.learn(by_words(), NONE, by_vectors())
    assert dict(seen.weights) == pytest.approx({"attributes": 2 / 3, "pictures": 1 / 3})


@pytest.mark.parametrize("vectors", [np.zeros((PRODUCTS, 0), np.float32), np.zeros((PRODUCTS, 16), np.float32)])
def test_without_vectors_words_decide(vectors: np.ndarray) -> None:
    learned = likeness.learn(by_words(), vectors, vectors, visits(together="words"))
    assert (learned.weights, len(learned.blend.methods)) == ((("attributes", 1.0),), 1)


def test_what_has_no_vector_yet_is_found_by_its_words() -> None:
    some = by_vectors()
    some[0] = 0
    learned = likeness.learn(by_words(), some, NONE)
    found = learned.blend.rank(Histories.from_rows([[0]], PRODUCTS)[0], 9).item.tolist()
    assert set(found) == set(range(1, 10))


class Fake:
    """An encoder for which drills are all alike, whatever they are called."""

    model, dimensions, is_outside = "fake", 4, False

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.read += texts
        rows = [[1, 0, 0.1, 0] if "Bohr" in each or "drill" in each else [0, 1, 0, 0.1 * place] for place, each in enumerate(texts)]
        return encoder.unit(np.array(rows, np.float32))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake()
    monkeypatch.setattr(encoder, "of_catalog", lambda _: made)
    return made


async def test_a_new_product_is_found_alike_though_it_shares_no_word(shop: Shop, fake: Fake) -> None:
    names = ["Bohrhammer", "Power drill", *(f"Wein {each}" for each in range(20))]
    await shop.sell([Product(product_id=f"p{place:02}", title={"de": name}) for place, name in enumerate(names)])
    async with shop.context() as context:
        assert await likeness.encode(context) == {"products": 22, "read": 22, "encoded": 22}
    async with shop.context() as context:
        assert (await likeness.encode(context))["encoded"] == 0
    assert len(fake.read) == 22
    await learn(shop)
    answer = await shop.call(operations.similar, {"product_id": "p00", "limit": 1}, "en")
    assert [each.product_id for each in answer.items] == ["p01"]


async def test_other_sizes_of_a_product_are_not_what_is_like_it(shop: Shop, fake: Fake) -> None:
    drills = [Product(product_id=f"drill-{size}", parent_id="drill", title={"de": f"Bohrer {size} mm"}) for size in (6, 8, 10)]
    hammers = [Product(product_id=f"hammer-{size}", parent_id="hammer", title={"de": f"Bohrhammer {size} kg"}) for size in (2, 4)]
    parents = [Product(product_id="drill", title={"de": "Bohrer"}), Product(product_id="hammer", title={"de": "Bohrhammer"})]
    await shop.sell([*parents, *drills, *hammers, *(Product(product_id=f"w{each}", title={"de": f"Wein {each}"}) for each in range(3))])
    async with shop.context() as context:
        await likeness.encode(context)
    await learn(shop)
    answer = await shop.call(operations.similar, {"product_id": "drill-8", "limit": 5}, "en")
    groups = [each.product_id.split("-")[0] for each in answer.items]
    assert groups.count("hammer") == 1
    assert "drill" not in groups


async def learn(shop: Shop) -> None:
    async with shop.context() as context:
        rows = await (await (await context.connection()).execute("SELECT product_id, title FROM products ORDER BY 1")).fetchall()
        described = Catalog(tuple(row["product_id"] for row in rows), tuple((f"word {row['title']['de']}",) for row in rows))
        texts, pictures = await likeness.vectors(context, described.product_ids), await looks.vectors(context, described.product_ids)
        learned = likeness.learn(described, texts, pictures)
        await blends.publish(context, blends.SIMILAR, learned.blend, described.product_ids, likeness.card(NOW, described, learned))
    await shop.resources.get(models.Models).refresh()


async def test_a_run_has_an_end_and_the_next_goes_on(shop: Shop, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.sell([Product(product_id=each, title={"de": each}) for each in IDS])
    monkeypatch.setattr(likeness, "ENCODE_SECONDS", -1.0)
    monkeypatch.setattr("hanse.ai.text.bulk.PART", 25)
    for read in (25, 50, 60):
        async with shop.context() as context:
            await likeness.encode(context)
        assert len(fake.read) == read


async def test_without_an_encoder_there_are_no_vectors(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(settings: Settings) -> None:
        raise EncoderMissing(reason="none")

    monkeypatch.setattr(encoder, "of_catalog", missing)
    async with shop.context() as context:
        assert (await likeness.vectors(context, IDS)).shape == (PRODUCTS, 0)
