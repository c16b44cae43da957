"""Pictures of products are looked at once each, by the rules of the network; what looks alike is found alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import numpy as np
import pytest

from hanse.ai.image import encoder
from hanse.ai.image.encoder import ImageEncoder
from hanse.ai.image.errors import ImageEncoderMissing
from hanse.ai.models import Models
from hanse.capabilities.recommend import blends, likeness, looks, operations
from hanse.capabilities.recommend import jobs as recommend_jobs
from hanse.capabilities.recommend.reading import Catalog
from hanse.data.catalog import Product
from hanse.data.catalog.schemas import Medium
from tests.ai.image.conftest import drawn
from tests.capabilities.recommend.conftest import Shop
from tests.conftest import NOW


@dataclass
class Pictures:
    """A server of pictures, and what it was asked for."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: int = 200


@pytest.fixture
def served() -> Iterator[Pictures]:
    made = Pictures()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            data = made.files.get(self.path)
            self.send_response(404 if data is None else made.status)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named so by the base class
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def looking(shop: Shop, how: str) -> None:
    """Set which pictures are fetched."""
    shop.resources.settings = msgspec.structs.replace(shop.resources.settings, pictures=how)


async def look(shop: Shop) -> dict[str, object]:
    async with shop.context() as context:
        return await recommend_jobs.look(context) or {}


def pictured(product_id: str, address: str) -> Product:
    return Product(product_id=product_id, title={"de": product_id}, image_url=address)


async def test_pictures_are_looked_at_once_and_what_fails_is_told(shop: Shop, served: Pictures) -> None:
    looking(shop, "anywhere")
    served.files = {"/red.png?v=1": drawn("circle", "red"), "/none.svg": b"<svg/>"}
    await shop.sell(
        [
            pictured("a", f"{served.url}/red.png?v=1"),
            pictured("b", f"{served.url}/none.svg"),
            pictured("c", f"{served.url}/gone.png"),
            pictured("d", "/pictures/d.png"),
            pictured("e", "http://[broken"),
            Product(product_id="f", title={"de": "f"}),
        ]
    )
    assert await look(shop) == {"looked": 1, "failed": 2, "without_whole_address": 2}
    assert await look(shop) == {"looked": 0, "failed": 0, "without_whole_address": 2}
    assert sorted(served.asked) == ["/gone.png", "/none.svg", "/red.png?v=1"]


async def test_a_variant_without_a_picture_has_that_of_its_product_and_media_count(shop: Shop, served: Pictures) -> None:
    looking(shop, "anywhere")
    served.files = {"/red.png": drawn("circle", "red"), "/blue.png": drawn("stripes", "blue")}
    await shop.sell(
        [
            pictured("a", f"{served.url}/red.png"),
            Product(product_id="a-1", parent_id="a", title={"de": "klein"}),
            Product(product_id="b", title={"de": "b"}),
        ]
    )
    media = msgspec.json.encode([Medium(kind="document", reference="b.pdf"), Medium(kind="image", reference=f"{served.url}/blue.png")])
    async with shop.context() as context:
        await (await context.connection()).execute("UPDATE products SET media = %s::jsonb WHERE product_id = 'b'", (media.decode(),))
    await look(shop)
    async with shop.context() as context:
        found = await looks.vectors(context, ["b", "a-1", "a", "nobody"])
    assert np.array_equal(found[1], found[2])
    assert found[0].any()
    assert not found[3].any()


async def test_a_host_that_is_away_is_asked_again_in_the_next_run(shop: Shop, served: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hanse.sources.source.api.ATTEMPTS", 1)
    looking(shop, "anywhere")
    served.files, served.status = {f"/{each}.png": drawn("circle", "red") for each in range(20)}, 503
    await shop.sell([pictured(f"p{each}", f"{served.url}/{each}.png") for each in range(20)])
    assert (await look(shop))["looked"] == 0
    assert len(served.asked) == looks.BATCH
    served.status = 200
    assert (await look(shop))["looked"] == 20


async def test_what_failed_long_ago_is_tried_again(shop: Shop, served: Pictures) -> None:
    looking(shop, "anywhere")
    await shop.sell([pictured("a", f"{served.url}/red.png"), pictured("b", f"HTTP{served.url[4:]}/blue.png?v=2#top")])
    assert (await look(shop))["failed"] == 2
    served.files = {"/red.png": drawn("circle", "red"), "/blue.png?v=2": drawn("stripes", "blue")}
    async with shop.context() as context:
        await (await context.connection()).execute("UPDATE image_vectors SET read_at = read_at - interval '40 days', used_on = used_on - 40")
    assert (await look(shop))["looked"] == 2


async def test_pictures_of_the_own_network_are_fetched_only_where_that_is_set(shop: Shop, served: Pictures) -> None:
    await shop.sell([pictured("a", f"{served.url}/red.png")])
    assert await look(shop) == {"looked": 0, "failed": 1, "without_whole_address": 0}
    looking(shop, "off")
    assert await look(shop) == {}
    assert served.asked == []


async def test_without_the_extra_the_job_says_what_to_install(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking() -> ImageEncoder:
        raise ImageEncoderMissing(reason="no package")

    monkeypatch.setattr(encoder, "_ours", lacking)
    assert "hanse[vision]" in str((await look(shop))["left_out"])


async def test_what_looks_alike_is_recommended_though_nothing_else_is_alike(shop: Shop, served: Pictures) -> None:
    looking(shop, "anywhere")
    shapes = {"rot": ("circle", "red"), "karmin": ("circle", "darkred"), "blau": ("stripes", "blue"), "navy": ("stripes", "navy")}
    served.files = {f"/{name}.png": drawn(*shape, side=280 + place) for place, (name, shape) in enumerate(shapes.items())}
    await shop.sell([pictured(name, f"{served.url}/{name}.png") for name in shapes])
    await look(shop)
    async with shop.context() as context:
        ids = tuple(sorted(shapes))
        described = Catalog(ids, tuple((f"word {each}",) for each in ids))
        texts = np.zeros((len(ids), 0), np.float32)
        learned = likeness.learn(described, texts, await looks.vectors(context, ids))
        await blends.publish(context, blends.SIMILAR, learned.blend, ids, likeness.card(NOW, described, learned))
    await shop.resources.get(Models).refresh()
    answer = await shop.call(operations.similar, {"product_id": "rot", "limit": 1}, "de")
    assert [each.product_id for each in answer.items] == ["karmin"]


def test_a_picture_that_many_have_says_nothing_and_many_pictures_are_made_smaller() -> None:
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(5, encoder.DIMENSIONS))
    rows = np.array([centres[place % 5] + 0.3 * rng.normal(size=encoder.DIMENSIONS) for place in range(400)], np.float16)
    rows[:40] = rows[0]
    found = looks.smaller(rows)
    assert found.shape == (400, looks.MOST_DIRECTIONS)
    assert not found[:40].any()
    near = found[45:] @ found[44]
    assert set(((near.argsort()[::-1][1:40] + 45) % 5).tolist()) == {44 % 5}
